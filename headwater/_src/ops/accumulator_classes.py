"""`tf.ConditionalAccumulator` and its sparse form as objects of a graph."""

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC


class ConditionalAccumulatorBase:
    """What both kinds share.

    Args:
      dtype: the gradients' type.
      shape: their shape, or None.
      accumulator_ref: the `Tensor` that stands for the accumulator.
    """

    def __init__(self, dtype, shape, accumulator_ref):
        self._dtype = dtypes_lib.as_dtype(dtype)
        self._shape = TensorShape(shape)
        self._ref = accumulator_ref
        self._name = accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self):
        """The `Tensor` that stands for the accumulator."""
        return self._ref

    @property
    def name(self):
        """The name of its node."""
        return self._name

    @property
    def dtype(self):
        """The gradients' type."""
        return self._dtype

    def num_accumulated(self, name=None):
        """How many gradients have come since the last was taken.

        Args:
          name: optional name of the operation.

        Returns:
          Scalar int32 `Tensor`.
        """
        name = f"{self._name}_NumAccumulated" if name is None else name
        return self._op("NumAccumulated")(self._ref, name=name)

    def set_global_step(self, new_global_step, name=None):
        """Has gradients of earlier steps dropped.

        Args:
          new_global_step: scalar integer.
          name: optional name of the operation.

        Returns:
          The `Operation`.
        """
        step = PUBLIC["cast"](convert_to_tensor(new_global_step), dtypes_lib.int64)
        return self._op("SetGlobalStep")(self._ref, step, name=name)

    def _op(self, what):
        kind = "" if self._ref.dtype._is_ref_dtype else "Resource"
        return getattr(raw, f"{kind}Accumulator{what}")


def _check_reduction(reduction_type):
    if reduction_type not in ("MEAN", "SUM"):
        raise ValueError(
            f"Value for attr 'reduction_type' of \"{reduction_type}\" is not in the list of "
            'allowed values: "MEAN", "SUM"'
        )


def _step(local_step):
    return PUBLIC["cast"](convert_to_tensor(local_step), dtypes_lib.int64)


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Gathers gradients and hands out their mean or sum.

    Args:
      dtype: the gradients' type.
      shape: their shape, or None.
      shared_name: name by which sessions share it.
      name: name of its node.
      reduction_type: `"MEAN"` or `"SUM"`.

    Raises:
      ValueError: `reduction_type` is something else.
    """

    def __init__(
        self,
        dtype,
        shape=None,
        shared_name=None,
        name="conditional_accumulator",
        reduction_type="MEAN",
    ):
        _check_reduction(reduction_type)
        ref = raw.ResourceConditionalAccumulator(
            dtype=dtypes_lib.as_dtype(dtype),
            shape=TensorShape(shape),
            shared_name=shared_name or "",
            reduction_type=reduction_type,
            name=name,
        )
        super().__init__(dtype, shape, ref)

    def apply_grad(self, grad, local_step=0, name=None):
        """An operation that adds a gradient, unless it is too old.

        Args:
          grad: `Tensor` of the accumulator's shape.
          local_step: the step it was computed at.
          name: optional name of the operation.

        Returns:
          The `Operation`.

        Raises:
          ValueError: the shape does not fit.
        """
        grad = convert_to_tensor(grad, self._dtype)
        grad.shape.assert_is_compatible_with(self._shape)
        return raw.ResourceAccumulatorApplyGradient(self._ref, _step(local_step), grad, name=name)

    def take_grad(self, num_required, name=None):
        """The mean or sum, once enough gradients have come; the accumulator starts anew.

        Args:
          num_required: how many are enough: scalar int32.
          name: optional name of the operation.

        Returns:
          `Tensor`.

        Raises:
          InvalidArgumentError: when run, `num_required` is not positive.
        """
        out = raw.ResourceAccumulatorTakeGradient(
            self._ref, num_required, dtype=self._dtype, name=name
        )
        out.set_shape(self._shape)
        return out


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Gathers sparse gradients and hands out the mean or sum of their rows.

    Args:
      dtype: the gradients' type.
      shape: shape of the whole, or None.
      shared_name: name by which sessions share it.
      name: name of its node.
      reduction_type: `"MEAN"` or `"SUM"`.

    Raises:
      ValueError: `reduction_type` is something else.
    """

    def __init__(
        self,
        dtype,
        shape=None,
        shared_name=None,
        name="sparse_conditional_accumulator",
        reduction_type="MEAN",
    ):
        _check_reduction(reduction_type)
        ref = raw.SparseConditionalAccumulator(
            dtype=dtypes_lib.as_dtype(dtype),
            shape=TensorShape(shape),
            shared_name=shared_name or "",
            reduction_type=reduction_type,
            name=name,
        )
        super().__init__(dtype, shape, ref)

    def apply_indexed_slices_grad(self, grad, local_step=0, name=None):
        """An operation that adds a gradient, unless it is too old.

        Args:
          grad: `IndexedSlices`.
          local_step: the step it was computed at.
          name: optional name of the operation.

        Returns:
          The `Operation`.
        """
        return self.apply_grad(grad.indices, grad.values, grad.dense_shape, local_step, name)

    def apply_grad(self, grad_indices, grad_values, grad_shape=None, local_step=0, name=None):
        """An operation that adds a gradient, unless it is too old.

        Args:
          grad_indices: positions of the rows, int64.
          grad_values: the rows.
          grad_shape: shape of the whole, or None.
          local_step: the step it was computed at.
          name: optional name of the operation.

        Returns:
          The `Operation`. It fails with `InvalidArgumentError` when shapes do not fit.
        """
        as_int64 = lambda x: PUBLIC["cast"](convert_to_tensor(x), dtypes_lib.int64)
        shape = convert_to_tensor([], dtypes_lib.int64) if grad_shape is None else grad_shape
        return raw.SparseAccumulatorApplyGradient(
            self._ref,
            _step(local_step),
            as_int64(grad_indices),
            convert_to_tensor(grad_values, self._dtype),
            as_int64(shape),
            has_known_shape=grad_shape is not None,
            name=name,
        )

    def take_grad(self, num_required, name=None):
        """The mean or sum, once enough gradients have come; the accumulator starts anew.

        Args:
          num_required: how many are enough: scalar int32.
          name: optional name of the operation.

        Returns:
          `(indices, values, shape)`; -1 stands for dimensions that nothing has told.
        """
        return raw.SparseAccumulatorTakeGradient(
            self._ref, num_required, dtype=self._dtype, name=name
        )

    def take_indexed_slices_grad(self, num_required, name=None):
        """`take_grad` as `IndexedSlices`.

        Args:
          num_required: how many gradients are enough: scalar int32.
          name: optional name of the operation.
        """
        found = self.take_grad(num_required, name)
        return IndexedSlices(indices=found.indices, values=found.values, dense_shape=found.shape)
