"""`tf.keras.backend`: functions of neural networks, and random tensors."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras import activations, crossentropies, state
from headwater._src.keras.functions import fn
from headwater._src.ops.ctc import ctc_greedy_decoder, ctc_loss
from headwater._src.ops.ctc_beam_search import ctc_beam_search_decoder
from headwater._src.ops.image_resize import resize_bilinear, resize_nearest_neighbor
from headwater._src.ops.nn import in_top_k as _in_top_k

relu, elu, sigmoid, tanh = (
    activations.relu,
    activations.elu,
    activations.sigmoid,
    activations.tanh,
)
hard_sigmoid, softplus, softsign, softmax = (
    activations.hard_sigmoid,
    activations.softplus,
    activations.softsign,
    activations.softmax,
)
binary_crossentropy = crossentropies.binary_crossentropy
categorical_crossentropy = crossentropies.categorical_crossentropy
sparse_categorical_crossentropy = crossentropies.sparse_categorical_crossentropy


def _layout(data_format, rank):
    """The name of the layout for ops, such as `"NHWC"`."""
    data_format = data_format or state.image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format: {data_format}")
    letters = "DHW"[3 - rank :] if rank > 1 else "W"
    return f"NC{letters}" if data_format == "channels_first" else f"N{letters}C"


def _padding(padding):
    if padding not in ("same", "valid"):
        raise ValueError(f"Invalid padding: {padding}")
    return padding.upper()


def _spread(sizes, rank, layout):
    sizes = (sizes,) * rank if isinstance(sizes, int) else tuple(sizes)
    return [1, 1, *sizes] if layout[1] == "C" else [1, *sizes, 1]


def _convolution(x, kernel, strides, padding, data_format, dilation_rate, rank):
    sizes = lambda v: (v,) * rank if isinstance(v, int) else tuple(v)
    return fn.convolution(
        x,
        kernel,
        _padding(padding),
        strides=sizes(strides),
        dilation_rate=sizes(dilation_rate),
        data_format=_layout(data_format, rank),
    )


def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """A convolution over one dimension.

    Args:
      x: tensor `[batch, steps, channels]`.
      kernel: tensor `[window, channels, filters]`.
      strides: the step of the window.
      padding: `"same"`, `"causal"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: the distance between the window's entries.
    """
    if padding == "causal":
        x = temporal_padding(x, (dilation_rate * (kernel.shape.as_list()[0] - 1), 0))
        padding = "valid"
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate, 1)


def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """A convolution over two dimensions.

    Args:
      x: tensor `[batch, rows, columns, channels]`.
      kernel: tensor `[height, width, channels, filters]`.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: the distances between the window's entries.
    """
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate, 2)


def conv3d(
    x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)
):
    """A convolution over three dimensions.

    Args:
      x: tensor `[batch, depth, rows, columns, channels]`.
      kernel: tensor `[depth, height, width, channels, filters]`.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: the distances between the window's entries.
    """
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate, 3)


def conv2d_transpose(
    x,
    kernel,
    output_shape,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    """The transposed convolution over two dimensions.

    Args:
      x: tensor `[batch, rows, columns, channels]`.
      kernel: tensor `[height, width, filters, channels]`.
      output_shape: the shape of the result.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: (1, 1).
    """
    if tuple(dilation_rate) != (1, 1):
        raise NotImplementedError("conv2d_transpose with dilation is not implemented in headwater")
    layout = _layout(data_format, 2)
    shape = list(output_shape) if isinstance(output_shape, (list, tuple)) else output_shape
    if isinstance(shape, list) and shape[0] is None:
        shape[0] = fn.shape(x)[0]
    shape = fn.stack(shape) if isinstance(shape, list) else shape
    return fn.conv2d_transpose(
        x, kernel, shape, _spread(strides, 2, layout), _padding(padding), data_format=layout
    )


def depthwise_conv2d(
    x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """A convolution of each channel by itself.

    Args:
      x: tensor `[batch, rows, columns, channels]`.
      depthwise_kernel: tensor `[height, width, channels, multiplier]`.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: the distances between the window's entries.
    """
    layout = _layout(data_format, 2)
    return fn.depthwise_conv2d(
        x,
        depthwise_kernel,
        _spread(strides, 2, layout),
        _padding(padding),
        rate=dilation_rate,
        data_format=layout,
    )


def separable_conv2d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    """A convolution of each channel by itself, then one that mixes the channels.

    Args:
      x: tensor `[batch, rows, columns, channels]`.
      depthwise_kernel: tensor `[height, width, channels, multiplier]`.
      pointwise_kernel: tensor `[1, 1, channels * multiplier, filters]`.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: the distances between the window's entries.
    """
    layout = _layout(data_format, 2)
    return fn.separable_conv2d(
        x,
        depthwise_kernel,
        pointwise_kernel,
        _spread(strides, 2, layout),
        _padding(padding),
        rate=dilation_rate,
        data_format=layout,
    )


_POOLS = {
    ("max", 2): lambda: raw.MaxPool,
    ("avg", 2): lambda: raw.AvgPool,
    ("max", 3): lambda: raw.MaxPool3D,
    ("avg", 3): lambda: raw.AvgPool3D,
}


def _pool(x, size, strides, padding, data_format, mode, rank):
    layout = _layout(data_format, rank)
    if mode not in ("max", "avg"):
        raise ValueError(f"Invalid pooling mode: {mode}")
    return _POOLS[mode, rank]()(
        x,
        ksize=_spread(size, rank, layout),
        strides=_spread(strides, rank, layout),
        padding=_padding(padding),
        data_format=layout,
    )


def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The largest or mean value of each window over two dimensions.

    Args:
      x: tensor `[batch, rows, columns, channels]`.
      pool_size: the sizes of the window.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      pool_mode: `"max"` or `"avg"`.
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode, 2)


def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The largest or mean value of each window over three dimensions.

    Args:
      x: tensor `[batch, depth, rows, columns, channels]`.
      pool_size: the sizes of the window.
      strides: the steps of the window.
      padding: `"same"` or `"valid"`.
      data_format: `"channels_last"` or `"channels_first"`.
      pool_mode: `"max"` or `"avg"`.
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode, 3)


def bias_add(x, bias, data_format=None):
    """Adds a bias to each channel, or to each place of an example.

    Args:
      x: a tensor.
      bias: a vector, or a tensor of the shape of an example.
      data_format: `"channels_last"` or `"channels_first"`.
    """
    first = (data_format or state.image_data_format()) == "channels_first"
    x, bias = convert_to_tensor(x), convert_to_tensor(bias)
    rank, sizes = len(x.dims), list(bias.dims)
    if len(sizes) == 1:
        if not first or rank == 2:
            return fn.bias_add(x, bias)
        return x + fn.reshape(bias, [1, sizes[0], *[1] * (rank - 2)])
    if len(sizes) != rank - 1:
        raise ValueError(
            f"Unexpected bias dimensions {len(sizes)}, expect to be 1 or {rank - 1} dimensions"
        )
    return x + fn.reshape(bias, [1, sizes[-1], *sizes[:-1]] if first else [1, *sizes])


def dropout(x, level, noise_shape=None, seed=None):
    """Sets a share of the elements to 0 and scales the rest up.

    Args:
      x: a tensor.
      level: the share.
      noise_shape: shape of the mask, broadcast to `x`.
      seed: integer for repeatable masks.
    """
    seed = np.random.randint(10_000_000) if seed is None else seed
    return fn.dropout(x, noise_shape=noise_shape, seed=seed, rate=level)


def l2_normalize(x, axis=None):
    """`x` divided by its Euclidean length.

    Args:
      x: a tensor.
      axis: the dimension(s) along which the length is taken.
    """
    return fn.l2_normalize(x, axis=axis)


def in_top_k(predictions, targets, k):
    """Whether the target is among the `k` largest predictions.

    Args:
      predictions: tensor `[batch, classes]`.
      targets: tensor `[batch]` of class numbers.
      k: an integer.
    """
    return _in_top_k(predictions, targets, k)


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """`gamma * (x - mean) / sqrt(var + epsilon) + beta`.

    Args:
      x: a tensor.
      mean: the means.
      var: the variances.
      beta: what is added, or None.
      gamma: what multiplies, or None.
      axis: accepted for compatibility; the arguments broadcast to `x`.
      epsilon: added to the variances.
    """
    return fn.batch_normalization(x, mean, var, beta, gamma, epsilon)


def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """Normalises a batch by its own statistics.

    Args:
      x: a tensor.
      gamma: what multiplies, a vector or None.
      beta: what is added, a vector or None.
      reduction_axes: the dimensions over which the statistics are taken.
      epsilon: added to the variances.

    Returns:
      `(normalised x, means, variances)`.
    """
    mean, variance = fn.moments(x, list(reduction_axes))
    inside = sorted(reduction_axes) == list(range(len(x.dims) - 1))
    shape = [1 if i in reduction_axes else d for i, d in enumerate(x.dims)]
    fit = lambda v: v if inside or v is None else fn.reshape(v, shape)
    normal = fn.batch_normalization(x, fit(mean), fit(variance), fit(beta), fit(gamma), epsilon)
    return normal, mean, variance


# -- padding and sizes ---------------------------------------------------------------------------


def temporal_padding(x, padding=(1, 1)):
    """Zeros before and after the second dimension.

    Args:
      x: tensor `[batch, steps, channels]`.
      padding: how many before and after.
    """
    return fn.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Zeros around images.

    Args:
      x: tensor of rank 4.
      padding: how many rows before and after, and columns.
      data_format: `"channels_last"` or `"channels_first"`.
    """
    return _padded(x, padding, data_format)


def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Zeros around volumes.

    Args:
      x: tensor of rank 5.
      padding: how many before and after in each dimension.
      data_format: `"channels_last"` or `"channels_first"`.
    """
    return _padded(x, padding, data_format)


def _padded(x, padding, data_format):
    sides = [list(pair) for pair in padding]
    first = (data_format or state.image_data_format()) == "channels_first"
    return fn.pad(x, [[0, 0], [0, 0], *sides] if first else [[0, 0], *sides, [0, 0]])


def resize_images(x, height_factor, width_factor, data_format, interpolation="nearest"):
    """Images made larger by whole factors.

    Args:
      x: tensor of rank 4.
      height_factor: how many rows become of one.
      width_factor: how many columns become of one.
      data_format: `"channels_last"` or `"channels_first"`.
      interpolation: `"nearest"` or `"bilinear"`.
    """
    first = data_format == "channels_first"
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError('interpolation should be one of "nearest" or "bilinear".')
    x = fn.transpose(x, [0, 2, 3, 1]) if first else x
    factors = np.array([height_factor, width_factor], np.int32)
    known = None if None in x.dims[1:3] else [d * int(f) for d, f in zip(x.dims[1:3], factors)]
    size = fn.shape(x)[1:3] * factors if known is None else np.array(known, np.int32)
    if interpolation == "nearest":
        x = resize_nearest_neighbor(x, size, half_pixel_centers=True)
    else:
        x = resize_bilinear(x, size, half_pixel_centers=True)
    return fn.transpose(x, [0, 3, 1, 2]) if first else x


def resize_volumes(x, depth_factor, height_factor, width_factor, data_format):
    """Volumes made larger by whole factors.

    Args:
      x: tensor of rank 5.
      depth_factor: how many layers become of one.
      height_factor: how many rows become of one.
      width_factor: how many columns become of one.
      data_format: `"channels_last"` or `"channels_first"`.
    """
    from headwater._src.keras.backend_math import repeat_elements

    start = 2 if data_format == "channels_first" else 1
    for i, factor in enumerate((depth_factor, height_factor, width_factor)):
        x = repeat_elements(x, factor, axis=start + i)
    return x


# -- connectionist temporal classification -------------------------------------------------------


def ctc_label_dense_to_sparse(labels, label_lengths):
    """Labels that are padded to one length as a sparse tensor.

    Args:
      labels: tensor `[batch, longest]`.
      label_lengths: tensor `[batch]`.
    """
    inside = fn.sequence_mask(fn.cast(label_lengths, dtypes.int32), fn.shape(labels)[1])
    indices = fn.where(inside)
    shape = fn.cast(fn.shape(labels), dtypes.int64)
    return SparseTensor(indices, fn.gather_nd(labels, indices), shape)


def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """The CTC loss of each example.

    Args:
      y_true: tensor `[batch, longest]` of labels.
      y_pred: tensor `[batch, time, classes]` of probabilities.
      input_length: tensor `[batch, 1]`.
      label_length: tensor `[batch, 1]`.

    Returns:
      A tensor `[batch, 1]`.
    """
    label_length = fn.cast(fn.squeeze(label_length, [-1]), dtypes.int32)
    input_length = fn.cast(fn.squeeze(input_length, [-1]), dtypes.int32)
    labels = ctc_label_dense_to_sparse(fn.cast(y_true, dtypes.int32), label_length)
    logits = fn.log(fn.transpose(y_pred, [1, 0, 2]) + state.epsilon())
    losses = ctc_loss(labels=labels, inputs=logits, sequence_length=input_length)
    return fn.expand_dims(losses, 1)


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """The most probable sequences.

    Args:
      y_pred: tensor `[batch, time, classes]` of probabilities.
      input_length: tensor `[batch]`.
      greedy: whether the best label of each step is taken, else beams are searched.
      beam_width: the number of beams.
      top_paths: how many sequences are given.

    Returns:
      `(list of tensors [batch, time] filled up with -1, log probabilities)`.
    """
    logits = fn.log(fn.transpose(y_pred, [1, 0, 2]) + state.epsilon())
    lengths = fn.cast(input_length, dtypes.int32)
    if greedy:
        decoded, scores = ctc_greedy_decoder(logits, lengths)
    else:
        decoded, scores = ctc_beam_search_decoder(
            logits, lengths, beam_width=beam_width, top_paths=top_paths, merge_repeated=False
        )
    shape = fn.cast(fn.shape(y_pred)[:2], dtypes.int64)
    dense = [fn.sparse_to_dense(d.indices, shape, d.values, -1) for d in decoded]
    return dense, scores


# -- random tensors ------------------------------------------------------------------------------


def _seed(seed):
    return np.random.randint(10**7) if seed is None else seed


def _type(dtype):
    return dtypes.as_dtype(dtype or state.floatx())


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal random numbers.

    Args:
      shape: the shape.
      mean: their mean.
      stddev: their standard deviation.
      dtype: the type (default: `floatx`).
      seed: integer for repeatable numbers.
    """
    return fn.random_normal(shape, mean, stddev, dtype=_type(dtype), seed=_seed(seed))


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Uniform random numbers.

    Args:
      shape: the shape.
      minval: lower bound.
      maxval: upper bound.
      dtype: the type (default: `floatx`).
      seed: integer for repeatable numbers.
    """
    return fn.random_uniform(shape, minval, maxval, dtype=_type(dtype), seed=_seed(seed))


def random_binomial(shape, p=0.0, dtype=None, seed=None):
    """Ones with a given probability, else zeros.

    Args:
      shape: the shape.
      p: the probability.
      dtype: the type (default: `floatx`).
      seed: integer for repeatable numbers.
    """
    draws = fn.random_uniform(shape, dtype=_type(dtype), seed=_seed(seed))
    return fn.cast(draws <= p, _type(dtype))


random_bernoulli = random_binomial


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal random numbers at most two standard deviations from the mean.

    Args:
      shape: the shape.
      mean: their mean.
      stddev: their standard deviation.
      dtype: the type (default: `floatx`).
      seed: integer for repeatable numbers.
    """
    return fn.truncated_normal(shape, mean, stddev, dtype=_type(dtype), seed=_seed(seed))
