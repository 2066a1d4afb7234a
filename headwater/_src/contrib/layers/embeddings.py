"""Embeddings of sequences of numbers, and bags of words."""

import headwater as tf
from headwater._src.contrib.variables import model_variable
from headwater._src.core.explain import explained

_TEXTS = {
    "ids": "integer `Tensor` `[batch, length]`.",
    "vocab_size": "number of embeddings; None where the variable exists.",
    "embed_dim": "length of an embedding; None where the variable exists.",
    "unique": "whether each number is looked up once only.",
    "sparse_lookup": "whether the ids are a `SparseTensor` (a dense one is converted).",
    "initializer": "initializer of the embeddings.",
    "regularizer": "function of the embeddings that gives a loss.",
    "trainable": "whether the embeddings are trained.",
    "scope": "name of the variable scope.",
    "reuse": "whether the variable exists.",
}


@explained(_TEXTS, "`Tensor` `[batch, length, embed_dim]`.")
def embed_sequence(
    ids,
    vocab_size=None,
    embed_dim=None,
    unique=False,
    initializer=None,
    regularizer=None,
    trainable=True,
    scope=None,
    reuse=None,
):
    """The embedding of each number of sequences."""
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            "Must specify vocab size and embedding dimension when not reusing. Got "
            f"vocab_size={vocab_size} and embed_dim={embed_dim}"
        )
    with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim]
        if reuse and vocab_size is None or embed_dim is None:
            shape = None
        table = model_variable("embeddings", shape, initializer=initializer,
                               regularizer=regularizer, trainable=trainable)  # fmt: skip
        if unique:
            return embedding_lookup_unique(table, ids)
        return tf.nn.embedding_lookup(table, ids)


@explained(
    {},
    "`Tensor` of the shape of `ids` and the length of the embeddings.",
    params="the embeddings: a matrix, or a list of parts of one.",
    ids="integer `Tensor`.",
    partition_strategy='how rows are divided among parts: `"mod"` or `"div"`.',
    name="name of the scope.",
)
def embedding_lookup_unique(params, ids, partition_strategy="mod", name=None):
    """`tf.nn.embedding_lookup` that looks each different number up once."""
    with tf.name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = tf.convert_to_tensor(ids)
        unique, places = tf.unique(tf.reshape(ids, [-1]))
        found = tf.nn.embedding_lookup(params, unique, partition_strategy)
        size = tf.shape(found)[1:]
        rows = tf.gather(found, places)
        outputs = tf.reshape(rows, tf.concat([tf.shape(ids), size], 0))
        outputs.set_shape(ids.shape.concatenate(rows.shape[1:]))
        return outputs


@explained({}, "`SparseTensor`.", tensor="dense `Tensor`.",
           eos_token="the value that is left out.", outputs_collections="collection(s) for it.",
           scope="name of the scope.")  # fmt: skip
def dense_to_sparse(tensor, eos_token=0, outputs_collections=None, scope=None):
    """A dense tensor without the entries of one value."""
    with tf.variable_scope(scope, "dense_to_sparse", [tensor]):
        tensor = tf.convert_to_tensor(tensor)
        places = tf.where(tf.not_equal(tensor, tf.constant(eos_token, tensor.dtype)))
        outputs = tf.SparseTensor(
            places, tf.gather_nd(tensor, places), tf.shape(tensor, out_type=tf.int64)
        )
        if outputs_collections:
            tf.add_to_collections(outputs_collections, outputs)
        return outputs


@explained(_TEXTS, "`Tensor` `[batch, embed_dim]`.")
def bow_encoder(
    ids,
    vocab_size,
    embed_dim,
    sparse_lookup=True,
    initializer=None,
    regularizer=None,
    trainable=True,
    scope=None,
    reuse=None,
):
    """The mean of the embeddings of each sequence, whatever their order."""
    with tf.variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        table = model_variable("embeddings", [vocab_size, embed_dim], initializer=initializer,
                               regularizer=regularizer, trainable=trainable)  # fmt: skip
        if not sparse_lookup:
            if isinstance(ids, tf.SparseTensor):
                raise TypeError(f"ids are expected to be dense Tensor, got: {ids}")
            return tf.reduce_mean(tf.nn.embedding_lookup(table, ids), axis=1)
        if not isinstance(ids, tf.SparseTensor):
            ids = dense_to_sparse(ids)
        return tf.nn.safe_embedding_lookup_sparse([table], ids, combiner="mean", default_id=0)
