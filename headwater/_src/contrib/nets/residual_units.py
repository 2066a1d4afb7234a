"""What residual networks are stacked from."""

import collections

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope, arg_scope
from headwater._src.contrib.layers.convolutions import conv2d
from headwater._src.contrib.layers.normalization import batch_norm
from headwater._src.contrib.layers.outputs import collect_named_outputs
from headwater._src.contrib.layers.pooling import max_pool2d
from headwater._src.layers.contrib_initializers import variance_scaling_initializer
from headwater._src.layers.contrib_regularizers import l2_regularizer


class Block(collections.namedtuple("Block", ["scope", "unit_fn", "args"])):
    """A row of residual units: its scope, the function of a unit, a dict of arguments for each."""


def subsample(inputs, factor, scope=None):
    """Every `factor`-th row and column.

    Args:
      inputs: `Tensor` `[batch, height, width, channels]`.
      factor: an integer.
      scope: name of the scope.
    """
    return inputs if factor == 1 else max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(inputs, num_outputs, kernel_size, stride, rate=1, scope=None):
    """A convolution whose padding does not depend on the size of the inputs.

    Args:
      inputs: `Tensor` `[batch, height, width, channels]`.
      num_outputs: number of output channels.
      kernel_size: the window's height and width.
      stride: the window's step.
      rate: distance between the window's entries.
      scope: name of the scope.
    """
    if stride == 1:
        return conv2d(
            inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope
        )
    total = kernel_size + (kernel_size - 1) * (rate - 1) - 1
    before = total // 2
    pads = [before, total - before]
    padded = tf.pad(inputs, [[0, 0], pads, pads, [0, 0]])
    return conv2d(
        padded, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope
    )


@add_arg_scope
def stack_blocks_dense(net, blocks, output_stride=None, outputs_collections=None):
    """Applies blocks; once the output is as coarse as it may be, windows get wider instead.

    Args:
      net: `Tensor` `[batch, height, width, channels]`.
      blocks: list of `Block`s.
      output_stride: how many times smaller the output may be; None: as the blocks make it.
      outputs_collections: collection(s) for the blocks' outputs.

    Returns:
      `Tensor`.

    Raises:
      ValueError: the blocks do not reach that stride exactly.
    """
    stride, rate = 1, 1
    for block in blocks:
        with tf.variable_scope(block.scope, "block", [net]) as sc:
            for i, unit in enumerate(block.args, 1):
                if output_stride is not None and stride > output_stride:
                    raise ValueError("The target output_stride cannot be reached.")
                with tf.variable_scope(f"unit_{i}", values=[net]):
                    if output_stride is not None and stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= unit.get("stride", 1)
            net = collect_named_outputs(outputs_collections, sc.name, net)
    if output_stride is not None and stride != output_stride:
        raise ValueError("The target output_stride cannot be reached.")
    return net


def resnet_arg_scope(
    weight_decay=0.0001, batch_norm_decay=0.997, batch_norm_epsilon=1e-5, batch_norm_scale=True
):
    """The defaults of residual networks' layers.

    Args:
      weight_decay: factor of the L2 loss of the weights.
      batch_norm_decay: how much of the old moving average stays.
      batch_norm_epsilon: added to the variance.
      batch_norm_scale: whether `gamma` multiplies.

    Returns:
      A scope to enter with `arg_scope`.
    """
    settings = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": tf.GraphKeys.UPDATE_OPS,
    }
    with arg_scope(
        [conv2d],
        weights_regularizer=l2_regularizer(weight_decay),
        weights_initializer=variance_scaling_initializer(),
        activation_fn=tf.nn.relu,
        normalizer_fn=batch_norm,
        normalizer_params=settings,
    ):
        with arg_scope([batch_norm], **settings), arg_scope([max_pool2d], padding="SAME") as scope:
            return scope
