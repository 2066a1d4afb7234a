"""Variables kept as several parts, cut along one axis, and the functions that decide the cuts."""

import math

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.convert import register_tensor_conversion_function
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.variable import _OPERATORS


class PartitionInfo:
    """Which part of a larger variable an initializer is asked for.

    Args:
      full_shape: list of the whole's dimensions.
      var_offset: list: where the part begins along each dimension.

    Raises:
      TypeError: an argument is not a list or tuple.
      ValueError: the two differ in length, or an offset lies outside.
    """

    def __init__(self, full_shape, var_offset):
        for what, value in (("full_shape", full_shape), ("var_offset", var_offset)):
            if not isinstance(value, (list, tuple)):
                raise TypeError(
                    f"`{what}` must be a sequence (like tuple or list) instead of "
                    f"{type(value).__name__}"
                )
        if len(full_shape) != len(var_offset):
            raise ValueError(
                f"Expected equal length, but `var_offset` is of length {len(var_offset)} while "
                f"full_shape is of length {len(full_shape)}."
            )
        for offset, dim in zip(var_offset, full_shape):
            if offset < 0 or offset >= dim:
                raise ValueError(
                    f"Expected 0 <= offset < shape but found offset={offset}, shape={dim} for "
                    f"var_offset={var_offset}, full_shape={full_shape}"
                )
        self._full_shape, self._var_offset = full_shape, var_offset

    @property
    def full_shape(self):
        """The dimensions of the whole."""
        return self._full_shape

    @property
    def var_offset(self):
        """Where the part begins along each dimension."""
        return self._var_offset

    def single_offset(self, shape):
        """The offset along the axis that is cut, for a part of `shape`; 0 when none is."""
        axis = self.single_slice_dim(shape)
        return 0 if axis is None else self.var_offset[axis]

    def single_slice_dim(self, shape):
        """The axis that is cut, for a part of `shape`; None when the part is the whole.

        Raises:
          TypeError: `shape` is not a list or tuple.
          ValueError: it does not fit into the whole, or several axes are cut.
        """
        if not isinstance(shape, (tuple, list)):
            raise TypeError(
                f"`shape` must be a sequence (like tuple or list) instead of {type(shape).__name__}"
            )
        if len(shape) != len(self.full_shape):
            raise ValueError(
                f"Expected equal length, but received shape={shape} of length {len(shape)} while "
                f"self.full_shape={self.full_shape} is of length {len(self.full_shape)}."
            )
        for i in range(len(shape)):
            if self.var_offset[i] + shape[i] > self.full_shape[i]:
                raise ValueError(
                    f"With self.var_offset={self.var_offset}, a partition of shape={shape} would "
                    f"exceed "
                    f"self.full_shape={self.full_shape} in dimension {i}."
                )
        cut = [i for i in range(len(shape)) if shape[i] != self.full_shape[i]]
        if len(cut) > 1:
            raise ValueError(f"Cannot use single_slice_dim() with shape={shape} and ")
        return cut[0] if cut else None


class PartitionedVariable:
    """A variable kept as a list of parts; as a tensor it is their concatenation.

    Args:
      name: name of the whole.
      shape: its shape.
      dtype: its type.
      variable_list: the parts in order, each with its save-slice information.
      partitions: how many parts there are along each axis.

    Raises:
      TypeError: `variable_list` or `partitions` is not a list or tuple.
      ValueError: a part does not belong to this whole, or the counts do not fit.
    """

    __array_priority__ = 100

    def __init__(self, name, shape, dtype, variable_list, partitions):
        if not isinstance(variable_list, (list, tuple)):
            raise TypeError(f"variable_list is not a list or tuple: {variable_list}")
        if not isinstance(partitions, (list, tuple)):
            raise TypeError(f"partitions is not a list or tuple: {partitions}")
        if not all(p >= 1 for p in partitions):
            raise ValueError(f"partition values must be positive: {partitions}")
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        for part in variable_list:
            info = part._get_save_slice_info()
            if info is None:
                raise ValueError(
                    f"All variables must have a save_slice_info available: {part.name}"
                )
            if list(info.full_shape) != TensorShape(shape).as_list():
                raise ValueError(
                    "All variables' full shapes must match shape: "
                    f"{TensorShape(shape).as_list()}; but full shapes were: {info.full_shape}"
                )
        self._name, self._shape = name, TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._variable_list = sorted(
            variable_list, key=lambda v: v._get_save_slice_info().var_offset
        )
        self._partitions = list(partitions)

    # -- what it is ------------------------------------------------------------------------------

    @property
    def name(self):
        """The name of the whole."""
        return self._name

    @property
    def dtype(self):
        """Its type."""
        return self._dtype

    @property
    def shape(self):
        """Its static `TensorShape`."""
        return self._shape

    def get_shape(self):
        """Its static `TensorShape`."""
        return self._shape

    @property
    def dims(self):
        """Its static shape as a tuple."""
        return tuple(self._shape.as_list())

    @property
    def graph(self):
        """The `Graph` that its parts are in."""
        return self._variable_list[0].graph

    def _get_variable_list(self):
        return self._variable_list

    def _get_partitions(self):
        return self._partitions

    def _partition_axes(self):
        """The axes that are cut; axis 0 when there is one part."""
        if all(p == 1 for p in self._partitions):
            return [0]
        return [i for i, p in enumerate(self._partitions) if p > 1]

    def __iter__(self):
        return iter(self._variable_list)

    def __len__(self):
        axes = self._partition_axes()
        if len(axes) > 1:
            raise ValueError(f"Cannot get a length for {len(axes)} > 1 partition axes")
        return len(self._variable_list)

    # -- reading ---------------------------------------------------------------------------------

    def _concat(self):
        if len(self._variable_list) == 1:
            with get_default_graph().name_scope(None):
                return raw.Identity(self._variable_list[0], name=self._name)
        axes = self._partition_axes()
        if len(axes) > 1:
            raise NotImplementedError(
                "Cannot concatenate along more than one dimension: "
                f"{axes}.  Multi-axis partition concat is not supported"
            )
        with get_default_graph().name_scope(self._name + "/ConcatPartitions/"):
            whole = PUBLIC["concat"](self._variable_list, axes[0])
        with get_default_graph().name_scope(None):
            return raw.Identity(whole, name=self._name)

    def as_tensor(self):
        """The whole as a new `Tensor`: the parts, concatenated."""
        with get_default_graph().control_dependencies(None):
            return self._concat()

    # -- changing --------------------------------------------------------------------------------

    def _apply(self, assign_one, value):
        axes = self._partition_axes()
        if len(axes) > 1:
            raise NotImplementedError(
                "Cannot do assign action along more than one dimension: "
                f"{axes}.  Multi-axis partition assign action is not supported "
            )
        if isinstance(value, list):
            assert len(value) == len(self._variable_list)
            values = value
        elif isinstance(value, PartitionedVariable):
            values = list(value)
        else:
            lengths = [v.get_shape()[axes[0]].value for v in self._variable_list]
            values = PUBLIC["split"](value, lengths, axis=axes[0])
        return [assign_one(part, v) for part, v in zip(self._variable_list, values)]

    def _changed(self, method, value, use_locking, name, read_value):
        result = self._apply(
            lambda part, v: getattr(part, method)(
                v, use_locking=use_locking, name=name, read_value=read_value
            ),
            value,
        )
        return result if read_value else [getattr(r, "op", r) for r in result]

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Gives all parts new values when run.

        Args:
          value: a `Tensor` of the whole's shape, a list of one for each part, or a
            `PartitionedVariable` of the same cuts.
          use_locking: kept in the nodes.
          name: name of the nodes.
          read_value: whether the new values are wanted, else the operations.

        Returns:
          A list with the result for each part.
        """
        return self._changed("assign", value, use_locking, name, read_value)

    def assign_add(self, value, use_locking=False, name=None, read_value=True):
        """Adds to all parts when run; arguments and result as for `assign`."""
        return self._changed("assign_add", value, use_locking, name, read_value)

    def assign_sub(self, value, use_locking=False, name=None, read_value=True):
        """Subtracts from all parts when run; arguments and result as for `assign`."""
        return self._changed("assign_sub", value, use_locking, name, read_value)


def _delegate(method):
    on_tensor = getattr(Tensor, method)

    def operator(self, *args):
        return on_tensor(self.as_tensor(), *args)

    operator.__name__ = method
    return operator


for _method in [*_OPERATORS, "__getitem__"]:
    setattr(PartitionedVariable, _method, _delegate(_method))


def _convert(value, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{value.dtype.name}'"
        )
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference.")
    return value.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _convert)


# --- cutting ----------------------------------------------------------------------------------


def parts_of(partitioner, shape, dtype):
    """The number of parts along each axis that a partitioner gives, checked.

    Args:
      partitioner: a function of `shape` and `dtype`.
      shape: `TensorShape` of the whole.
      dtype: its `DType`.

    Returns:
      A list of integers.

    Raises:
      ValueError: the shape is not known or has no axis, or the result does not fit it.
    """
    if not shape.is_fully_defined():
        raise ValueError(
            f"Shape of a new partitioned variable must be fully defined, but instead was {shape}."
        )
    if shape.ndims < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1: {shape}")
    parts = partitioner(shape=shape, dtype=dtype)
    if not isinstance(parts, (list, tuple)):
        raise ValueError(f"Partitioner must return a sequence, but saw: {parts}")
    if len(parts) != shape.ndims:
        raise ValueError(
            "Partitioner returned a partition list that does not match the Variable's rank: "
            f"{parts} vs. {shape}"
        )
    if any(p < 1 for p in parts):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {parts}")
    return list(parts)


def cut_axis(dims, parts):
    """`(axis, number of parts)` for a list of parts along each axis.

    Raises:
      ValueError: several axes are cut.
    """
    cut = [i for i, p in enumerate(parts) if p > 1]
    if len(cut) > 1:
        raise ValueError(
            f"Can only slice a variable along one dimension: shape: {TensorShape(dims)}, "
            f"partitioning: {parts}"
        )
    return (cut[0], parts[cut[0]]) if cut else (0, 1)


def fixed_size_partitioner(num_shards, axis=0):
    """A partitioner that cuts every variable into the same number of parts.

    Args:
      num_shards: the number of parts; fewer where the axis is shorter.
      axis: the axis to cut.

    Returns:
      A function for the `partitioner` argument of `get_variable` and `variable_scope`.
    """

    def partitioner(shape, **unused):
        parts = [1] * len(shape)
        parts[axis] = min(num_shards, shape.dims[axis].value)
        return parts

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes, axis=0, bytes_per_string_element=16, max_shards=None
):
    """A partitioner that keeps every part below a number of bytes.

    Args:
      max_shard_bytes: the size that no part should exceed.
      axis: the axis to cut.
      bytes_per_string_element: the assumed size of a string.
      max_shards: the largest number of parts, which goes before their size.

    Returns:
      A function for the `partitioner` argument of `get_variable` and `variable_scope`.

    Raises:
      ValueError: a number is not positive.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError(
            "Both max_shard_bytes and bytes_per_string_element must be positive. Currently, "
            f"max_shard_bytes is {max_shard_bytes} andbytes_per_string_element is "
            f"{bytes_per_string_element}"
        )
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape, dtype):
        if not isinstance(shape, TensorShape):
            raise ValueError(f"shape is not a TensorShape: {shape}")
        if not shape.is_fully_defined():
            raise ValueError(f"shape is not fully defined: {shape}")
        if not isinstance(dtype, dtypes.DType):
            raise ValueError(f"dtype is not a DType: {dtype}")
        element = bytes_per_string_element if dtype.base_dtype == dtypes.string else dtype.size
        parts = [1] * shape.ndims
        length = shape.dims[axis].value
        row = shape.num_elements() / length * element  # bytes of one slice of the axis
        rows = max(1, math.floor(max_shard_bytes / row))
        wanted = int(math.ceil(length / rows))
        parts[axis] = min(wanted, max_shards) if max_shards else wanted
        return parts

    return partitioner


def min_max_variable_partitioner(
    max_partitions=1, axis=0, min_slice_size=256 << 10, bytes_per_string_element=16
):
    """A partitioner that cuts into as many parts as allowed, but not into too small ones.

    Args:
      max_partitions: the largest number of parts.
      axis: the axis to cut.
      min_slice_size: the number of bytes that a part should have at least.
      bytes_per_string_element: the assumed size of a string.

    Returns:
      A function for the `partitioner` argument of `get_variable` and `variable_scope`.
    """

    def partitioner(shape, dtype):
        if axis >= len(shape):
            raise ValueError(
                f"Cannot partition variable along axis {axis} when shape is only {shape}"
            )
        element = bytes_per_string_element if dtype.base_dtype == dtypes.string else dtype.size
        total = shape.num_elements() * element
        parts = [1] * len(shape)
        parts[axis] = max(
            1, min(shape.dims[axis].value, max_partitions, int(total // min_slice_size))
        )
        return parts

    return partitioner
