"""`rnn_cell_impl`, `core_rnn_cell`: the affine helper that cells written by programs borrow."""

from headwater._src.core import nest
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.variable_scope import get_variable_scope, variable_scope
from headwater._src.layers import rnn_cell
from headwater._src.layers.initializers import Constant

_WEIGHTS_VARIABLE_NAME = "kernel"
_BIAS_VARIABLE_NAME = "bias"
LayerRNNCell = _RNNCell = _LayerRNNCell = rnn_cell.RNNCell


def _linear(
    args,
    output_size,
    bias,
    bias_initializer=None,
    kernel_initializer=None,
    bias_start=0.0,
    scope=None,
):
    """`concat(args, 1) . kernel + bias`, with variables of the current variable scope.

    Args:
      args: a matrix or a list of matrices `[batch, size]` of one dtype.
      output_size: number of columns of the result.
      bias: whether there is a bias.
      bias_initializer: what it starts with; `bias_start` when not given.
      kernel_initializer: what the kernel starts with; the scope's initializer when not given.
      bias_start: a constant, the way to say it before 1.0.
      scope: name of a variable scope for the variables, before 1.2.

    Returns:
      A matrix `[batch, output_size]`.

    Raises:
      ValueError: `args` is empty or holds something whose number of columns is not known.
    """
    matrices = list(args) if nest.is_sequence(args) else [args]
    widths = [m.get_shape().with_rank(2)[1].value for m in matrices]
    if not widths or None in widths:
        raise ValueError(f"linear is expecting matrices with a known second dimension: {matrices}")
    dtype = matrices[0].dtype
    with variable_scope(scope) if scope else variable_scope(get_variable_scope()):
        kernel = get_variable(
            _WEIGHTS_VARIABLE_NAME,
            [sum(widths), output_size],
            dtype=dtype,
            initializer=kernel_initializer,
        )
        offset = None
        if bias:
            offset = get_variable(
                _BIAS_VARIABLE_NAME,
                [output_size],
                dtype=dtype,
                initializer=bias_initializer or Constant(bias_start),
            )
        return rnn_cell.linear(matrices, output_size, kernel, offset)


linear = _linear


class _Linear:
    """`_linear` with variables that are made once and used at every call."""

    def __init__(
        self,
        args,
        output_size,
        build_bias,
        bias_initializer=None,
        kernel_initializer=None,
    ):
        """Makes the variables.

        Args:
          args: as for `_linear`; their number of columns counts.
          output_size: number of columns of a result.
          build_bias: whether there is a bias.
          bias_initializer: what it starts with (default: zeros).
          kernel_initializer: what the kernel starts with (default: the scope's initializer).
        """
        matrices = list(args) if nest.is_sequence(args) else [args]
        width = sum(m.get_shape()[1].value for m in matrices)
        dtype = matrices[0].dtype
        self._size = output_size
        self._weights = get_variable(
            _WEIGHTS_VARIABLE_NAME, [width, output_size], dtype, kernel_initializer
        )
        self._biases = (
            get_variable(
                _BIAS_VARIABLE_NAME, [output_size], dtype, bias_initializer or Constant(0.0)
            )
            if build_bias
            else None
        )

    def __call__(self, args):
        """`concat(args, 1) . kernel + bias`."""
        matrices = list(args) if nest.is_sequence(args) else [args]
        return rnn_cell.linear(matrices, self._size, self._weights, self._biases)
