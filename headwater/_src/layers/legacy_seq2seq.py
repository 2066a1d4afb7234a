"""`tf.contrib.legacy_seq2seq`: encoders, decoders and losses over lists of steps.

Sources: Cho et al. (2014) and Sutskever et al. (2014) for encoder and decoder, Vinyals et al. (2015)
for the attention.
"""

import copy

from headwater._src.core import dtypes, nest
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import get_variable_scope, variable_scope
from headwater._src.layers.contrib_rnn_wrappers import EmbeddingWrapper, OutputProjectionWrapper
from headwater._src.layers.rnn import static_rnn
from headwater._src.ops.control_flow import cond
from headwater._src.ops.embedding import embedding_lookup
from headwater._src.ops.joining import concat


def _argmax_loop(embedding, projection=None, update_embedding=True):
    """A loop function: the embedding of the most likely symbol of the output before."""

    def loop_function(previous, _):
        if projection is not None:
            previous = PUBLIC["xw_plus_b"](previous, projection[0], projection[1])
        symbol = PUBLIC["argmax"](previous, 1)
        found = embedding_lookup(embedding, symbol)
        return found if update_embedding else raw.StopGradient(found)

    return loop_function


def _linear(arguments, size):
    """`concat(arguments, 1) . kernel + bias` with variables of the open scope."""
    joined = arguments[0] if len(arguments) == 1 else concat(list(arguments), 1)
    kernel = get_variable("kernel", [joined.shape[1].value, size], dtype=joined.dtype.base_dtype)
    bias = get_variable(
        "bias", [size], dtype=joined.dtype.base_dtype, initializer=_zeros_initializer()
    )
    return PUBLIC["bias_add"](PUBLIC["matmul"](joined, kernel), bias)


def _zeros_initializer():
    from headwater._src.layers.initializers import Zeros

    return Zeros()


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """A cell over a list of inputs, which a function may choose from the output before.

    Args:
      decoder_inputs: list of tensors `[batch, size]`.
      initial_state: the first state.
      cell: an `RNNCell`.
      loop_function: function `(output before, step) -> input`, used from the second step on.
      scope: the variable scope (default: `rnn_decoder`).

    Returns:
      `(list of outputs, last state)`.
    """
    state, outputs, previous = initial_state, [], None
    with variable_scope(scope or "rnn_decoder"):
        for i, x in enumerate(decoder_inputs):
            if loop_function is not None and previous is not None:
                with variable_scope("loop_function", reuse=True):
                    x = loop_function(previous, i)
            if i > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(x, state)
            outputs.append(output)
            previous = output if loop_function is not None else None
    return outputs, state


def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=dtypes.float32, scope=None):
    """A cell over the encoder's inputs, and another of the same kind that starts from its state.

    Args:
      encoder_inputs: list of tensors `[batch, size]`.
      decoder_inputs: list of tensors `[batch, size]`.
      cell: an `RNNCell`.
      dtype: type of the first state.
      scope: the variable scope (default: `basic_rnn_seq2seq`).

    Returns:
      `(list of outputs, last state)` of the decoder.
    """
    with variable_scope(scope or "basic_rnn_seq2seq"):
        encoder = copy.copy(cell) if not getattr(cell, "built", False) else cell
        _, state = static_rnn(_fresh(encoder), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def _fresh(cell):
    """A copy of a cell, and of the cells in it, that will make variables of its own."""
    new = copy.copy(cell)
    new.built, new._scope = False, None
    new._trainable_weights, new._non_trainable_weights = [], []
    if hasattr(cell, "_cell"):
        new._cell = _fresh(cell._cell)
    if hasattr(cell, "_cells"):
        new._cells = [_fresh(c) for c in cell._cells]
    return new


def tied_rnn_seq2seq(
    encoder_inputs, decoder_inputs, cell, loop_function=None, dtype=dtypes.float32, scope=None
):
    """An encoder and a decoder that share their variables.

    Args:
      encoder_inputs: list of tensors `[batch, size]`.
      decoder_inputs: list of tensors `[batch, size]`.
      cell: an `RNNCell`.
      loop_function: as for `rnn_decoder`.
      dtype: type of the first state.
      scope: the variable scope (default: `tied_rnn_seq2seq`).

    Returns:
      `(list of outputs, last state)` of the decoder.
    """
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, scope)


def embedding_rnn_decoder(
    decoder_inputs,
    initial_state,
    cell,
    num_symbols,
    embedding_size,
    output_projection=None,
    feed_previous=False,
    update_embedding_for_previous=True,
    scope=None,
):
    """`rnn_decoder` over symbols, each of which has an embedding.

    Args:
      decoder_inputs: list of `[batch]` integers.
      initial_state: the first state.
      cell: an `RNNCell`.
      num_symbols: number of symbols.
      embedding_size: size of the embeddings.
      output_projection: `(weights, bias)` from outputs to symbols, or None.
      feed_previous: whether only the first input is used, and then the most likely symbols.
      update_embedding_for_previous: whether gradients flow into embeddings of fed back symbols.
      scope: the variable scope (default: `embedding_rnn_decoder`).

    Returns:
      `(list of outputs, last state)`.
    """
    with variable_scope(scope or "embedding_rnn_decoder"):
        _check_projection(output_projection, num_symbols)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = None
        if feed_previous:
            loop = _argmax_loop(embedding, output_projection, update_embedding_for_previous)
        vectors = [embedding_lookup(embedding, i) for i in decoder_inputs]
        return rnn_decoder(vectors, initial_state, cell, loop)


def _check_projection(projection, num_symbols):
    if projection is not None:
        weights, bias = (convert_to_tensor(p, dtypes.float32) for p in projection)
        weights.shape.assert_is_compatible_with([None, num_symbols])
        bias.shape.assert_is_compatible_with([num_symbols])


def _either_way(feed_previous, decode, structure):
    """`decode(feed_previous)`, with a branch for each when `feed_previous` is a tensor.

    `decode` gives a list of outputs and a state of the given structure; both branches use the same
    variables.
    """
    if isinstance(feed_previous, bool):
        return decode(feed_previous)

    def branch(value, reuse):
        with variable_scope(get_variable_scope(), reuse=reuse):
            outputs, state = decode(value)
        return [*outputs, *nest.flatten(state)]

    flat = cond(feed_previous, lambda: branch(True, None), lambda: branch(False, True))
    size = len(nest.flatten(structure))
    return flat[: len(flat) - size], nest.pack_sequence_as(structure, flat[len(flat) - size :])


def embedding_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols,
    num_decoder_symbols,
    embedding_size,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """An encoder of symbols and a decoder of symbols.

    Args:
      encoder_inputs: list of `[batch]` integers.
      decoder_inputs: list of `[batch]` integers.
      cell: an `RNNCell`.
      num_encoder_symbols: number of symbols of the encoder.
      num_decoder_symbols: number of symbols of the decoder.
      embedding_size: size of the embeddings.
      output_projection: `(weights, bias)`; None makes the outputs logits of symbols.
      feed_previous: a bool or bool tensor, as for `embedding_rnn_decoder`.
      dtype: type of the first state.
      scope: the variable scope (default: `embedding_rnn_seq2seq`).

    Returns:
      `(list of outputs, last state)` of the decoder.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq") as opened:
        if dtype is not None:
            opened.set_dtype(dtype)
        encoder = EmbeddingWrapper(_fresh(cell), num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=dtype or dtypes.float32)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feed):
            return embedding_rnn_decoder(
                decoder_inputs,
                state,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection,
                feed,
            )

        return _either_way(feed_previous, decode, state)


def embedding_tied_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_symbols,
    embedding_size,
    num_decoder_symbols=None,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """An encoder and a decoder of symbols that share their variables and embeddings.

    Args:
      encoder_inputs: list of `[batch]` integers.
      decoder_inputs: list of `[batch]` integers.
      cell: an `RNNCell`.
      num_symbols: number of symbols of both.
      embedding_size: size of the embeddings.
      num_decoder_symbols: number of symbols of the outputs, when it is another one.
      output_projection: `(weights, bias)`; None makes the outputs logits of symbols.
      feed_previous: a bool or bool tensor, as for `embedding_rnn_decoder`.
      dtype: type of the first state.
      scope: the variable scope (default: `embedding_tied_rnn_seq2seq`).

    Returns:
      `(list of outputs, last state)` of the decoder.
    """
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as opened:
        dtype = opened.dtype
        symbols = num_decoder_symbols if num_decoder_symbols is not None else num_symbols
        _check_projection(output_projection, symbols)
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype=dtype)
        sources = [embedding_lookup(embedding, x) for x in encoder_inputs]
        targets = [embedding_lookup(embedding, x) for x in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, symbols)

        def decode(feed):
            loop = _argmax_loop(embedding, output_projection) if feed else None
            return tied_rnn_seq2seq(sources, targets, cell, loop, dtype)

        sizes = nest.map_structure(lambda size: size, cell.state_size)
        return _either_way(feed_previous, decode, sizes)


def attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    output_size=None,
    num_heads=1,
    loop_function=None,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """`rnn_decoder` that looks at other states in each step.

    Args:
      decoder_inputs: list of tensors `[batch, size]`.
      initial_state: the first state.
      attention_states: `[batch, length, size]`: what is looked at.
      cell: an `RNNCell`.
      output_size: size of the outputs (default: the cell's).
      num_heads: number of places to look at in each step.
      loop_function: as for `rnn_decoder`.
      dtype: type of the variables.
      scope: the variable scope (default: `attention_decoder`).
      initial_state_attention: whether there is a look before the first step.

    Returns:
      `(list of outputs, last state)`.

    Raises:
      ValueError: there are no inputs or no heads, or the states' shape is not known.
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder.")
    attention_states = convert_to_tensor(attention_states)
    if attention_states.dims[2] is None:
        raise ValueError(
            f"Shape[2] of attention_states must be known {attention_states.shape.as_list()}"
        )
    output_size = cell.output_size if output_size is None else output_size
    with variable_scope(scope or "attention_decoder", dtype=dtype) as opened:
        dtype = opened.dtype
        attention = _heads(attention_states, num_heads, dtype)
        state, outputs, previous = initial_state, [], None
        batch = PUBLIC["shape"](decoder_inputs[0])[0]
        size = attention_states.dims[2]
        looks = [PUBLIC["zeros"]([batch, size], dtype) for _ in range(num_heads)]
        for look in looks:
            look.set_shape([None, size])
        if initial_state_attention:
            looks = attention(initial_state)
        for i, x in enumerate(decoder_inputs):
            if i > 0:
                get_variable_scope().reuse_variables()
            if loop_function is not None and previous is not None:
                with variable_scope("loop_function", reuse=True):
                    x = loop_function(previous, i)
            input_size = x.shape.with_rank(2)[1].value
            if input_size is None:
                raise ValueError(f"Could not infer input size from input: {x.name}")
            cell_output, state = cell(_linear([x, *looks], input_size), state)
            again = True if i == 0 and initial_state_attention else None
            with variable_scope(get_variable_scope(), reuse=again):
                looks = attention(state)
            with variable_scope("AttnOutputProjection"):
                output = _linear([cell_output, *looks], output_size)
            previous = output if loop_function is not None else None
            outputs.append(output)
    return outputs, state


def _heads(states, num_heads, dtype):
    """The function from a query to what each head finds in `states`."""
    length = states.dims[1]
    if length is None:
        length = PUBLIC["shape"](states)[1]
    size = states.dims[2]
    hidden = PUBLIC["reshape"](states, [-1, length, 1, size])
    features, vectors = [], []
    for head in range(num_heads):
        kernel = get_variable(f"AttnW_{head}", [1, 1, size, size], dtype=dtype)
        features.append(PUBLIC["conv2d"](hidden, kernel, [1, 1, 1, 1], "SAME"))
        vectors.append(get_variable(f"AttnV_{head}", [size], dtype=dtype))

    def attention(query):
        if nest.is_sequence(query):
            query = concat(nest.flatten(query), 1)
        found = []
        for head in range(num_heads):
            with variable_scope(f"Attention_{head}"):
                y = PUBLIC["reshape"](_linear([query], size), [-1, 1, 1, size])
                score = PUBLIC["reduce_sum"](vectors[head] * raw.Tanh(features[head] + y), [2, 3])
                weights = PUBLIC["reshape"](raw.Softmax(score), [-1, length, 1, 1])
                look = PUBLIC["reduce_sum"](weights * hidden, [1, 2])
                found.append(PUBLIC["reshape"](look, [-1, size]))
        return found

    return attention


def embedding_attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    num_symbols,
    embedding_size,
    num_heads=1,
    output_size=None,
    output_projection=None,
    feed_previous=False,
    update_embedding_for_previous=True,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """`attention_decoder` over symbols, each of which has an embedding.

    Args:
      decoder_inputs: list of `[batch]` integers.
      initial_state: the first state.
      attention_states: as for `attention_decoder`.
      cell: an `RNNCell`.
      num_symbols: number of symbols.
      embedding_size: size of the embeddings.
      num_heads: as for `attention_decoder`.
      output_size: size of the outputs (default: the cell's).
      output_projection: `(weights, bias)` from outputs to symbols, or None.
      feed_previous: whether only the first input is used, and then the most likely symbols.
      update_embedding_for_previous: whether gradients flow into embeddings of fed back symbols.
      dtype: type of the variables.
      scope: the variable scope (default: `embedding_attention_decoder`).
      initial_state_attention: as for `attention_decoder`.

    Returns:
      `(list of outputs, last state)`.
    """
    output_size = cell.output_size if output_size is None else output_size
    _check_projection(output_projection, num_symbols)
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = None
        if feed_previous:
            loop = _argmax_loop(embedding, output_projection, update_embedding_for_previous)
        return attention_decoder(
            [embedding_lookup(embedding, i) for i in decoder_inputs],
            initial_state,
            attention_states,
            cell,
            output_size,
            num_heads,
            loop,
            initial_state_attention=initial_state_attention,
        )


def embedding_attention_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols,
    num_decoder_symbols,
    embedding_size,
    num_heads=1,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """An encoder of symbols, and a decoder of symbols that looks at the encoder's outputs.

    Args:
      encoder_inputs: list of `[batch]` integers.
      decoder_inputs: list of `[batch]` integers.
      cell: an `RNNCell`.
      num_encoder_symbols: number of symbols of the encoder.
      num_decoder_symbols: number of symbols of the decoder.
      embedding_size: size of the embeddings.
      num_heads: as for `attention_decoder`.
      output_projection: `(weights, bias)`; None makes the outputs logits of symbols.
      feed_previous: a bool or bool tensor, as for `embedding_rnn_decoder`.
      dtype: type of the variables.
      scope: the variable scope (default: `embedding_attention_seq2seq`).
      initial_state_attention: as for `attention_decoder`.

    Returns:
      `(list of outputs, last state)` of the decoder.
    """
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as opened:
        dtype = opened.dtype
        encoder = EmbeddingWrapper(_fresh(cell), num_encoder_symbols, embedding_size)
        encoded, state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        tops = [PUBLIC["reshape"](e, [-1, 1, cell.output_size]) for e in encoded]
        attention_states = concat(tops, 1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(feed):
            return embedding_attention_decoder(
                decoder_inputs,
                state,
                attention_states,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads,
                output_size,
                output_projection,
                feed,
                initial_state_attention=initial_state_attention,
            )

        return _either_way(feed_previous, decode, state)


def one2many_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs_dict,
    enc_cell,
    dec_cells_dict,
    num_encoder_symbols,
    num_decoder_symbols_dict,
    embedding_size,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """One encoder of symbols and several decoders.

    Args:
      encoder_inputs: list of `[batch]` integers.
      decoder_inputs_dict: dict from a decoder's name to its inputs.
      enc_cell: the encoder's cell.
      dec_cells_dict: dict from a decoder's name to its cell.
      num_encoder_symbols: number of symbols of the encoder.
      num_decoder_symbols_dict: dict from a decoder's name to its number of symbols.
      embedding_size: size of the embeddings.
      feed_previous: a bool or bool tensor, as for `embedding_rnn_decoder`.
      dtype: type of the first state.
      scope: the variable scope (default: `one2many_rnn_seq2seq`).

    Returns:
      `(dict of lists of outputs, dict of last states)`.
    """
    outputs, states = {}, {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        for name, inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with variable_scope(f"one2many_decoder_{name}"):
                cell = OutputProjectionWrapper(dec_cells_dict[name], symbols)

                def decode(feed, inputs=inputs, cell=cell, symbols=symbols):
                    return embedding_rnn_decoder(
                        inputs, state, cell, symbols, embedding_size, feed_previous=feed
                    )

                outputs[name], states[name] = _either_way(feed_previous, decode, state)
    return outputs, states
