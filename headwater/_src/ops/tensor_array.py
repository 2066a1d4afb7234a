"""`tf.TensorArray`: an array of tensors that is written and read one element at a time."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import dims as dims_lib, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.ops._scope import scope


@public
class TensorArray:
    """An array of tensors; for loops, which write to one index and read another in each iteration.

    Writing gives a new TensorArray, which has to be used from then on. Every index is written once.

    Args:
      dtype: type of the elements.
      size: number of elements; an int or scalar tensor.
      dynamic_size: whether writing past the end makes the array longer.
      clear_after_read: accepted; elements stay readable.
      tensor_array_name: accepted; names of the state in TensorFlow.
      handle: the `handle` of another TensorArray, instead of `size`.
      flow: the `flow` of another TensorArray.
      infer_shape: whether all elements have one shape, which is found out from the first one.
      element_shape: the shape of the elements.
      colocate_with_first_write_call: accepted.
      name: name of the node.

    Raises:
      ValueError: neither `size` nor `handle`, or both.
      TypeError: `handle` is not a tensor.

    >>> ta = tf.TensorArray(tf.float32, size=2).write(0, 1.0).write(1, 2.0)
    >>> sess.run(ta.stack())
    array([1., 2.], dtype=float32)
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is not None and not isinstance(handle, Tensor):
            raise TypeError(
                f"Expected `handle` to be a Tensor, but got `{handle}` of type `{type(handle)}` "
                f"instead."
            )
        if handle is None and flow is None and size is None:
            raise ValueError("Argument `size` must be provided if handle is not provided.")
        if handle is not None and size is not None:
            raise ValueError(
                "Cannot provide both a `handle` and `size` arguments at the same time."
            )
        if handle is not None and element_shape is not None:
            raise ValueError(
                "Cannot provide both `handle` and `element_shape` arguments at the same time."
            )
        if handle is not None and dynamic_size is not None:
            raise ValueError(
                "Cannot provide both a `handle` and `dynamic_size` arguments at the same time."
            )
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._dynamic_size = bool(dynamic_size)
        self._infer_shape = infer_shape or element_shape is not None
        # Shared by all arrays that come from this one: what is written first decides.
        self._element = [dims_lib.of(TensorShape(element_shape))]
        self._size = None
        self._flow = flow if flow is not None else handle
        if self._flow is None:
            self._size = convert_to_tensor(size, dtypes.int32, name="size")
            with scope(name, "TensorArray", [self._size]) as full:
                self._flow = raw.TensorListReserve(
                    _shape_input(self._element[0]), self._size, element_dtype=self._dtype, name=full
                )

    def _with_flow(self, flow):
        other = TensorArray.__new__(TensorArray)
        other.__dict__.update(self.__dict__, _flow=flow)
        return other

    # -- what it is ------------------------------------------------------------------------------

    @property
    def flow(self):
        """The tensor that stands for the array's present contents."""
        return self._flow

    @property
    def handle(self):
        """The same as `flow`: contents are values here, not state."""
        return self._flow

    @property
    def graph(self):
        """The graph of `flow`."""
        return self._flow.graph

    @property
    def dtype(self):
        """The type of the elements."""
        return self._dtype

    @property
    def dynamic_size(self):
        """Whether writing past the end makes the array longer."""
        return self._dynamic_size

    @property
    def element_shape(self):
        """The static `TensorShape` of the elements as far as it is known."""
        return TensorShape._of(self._element[0])

    def _merge_shape(self, dims):
        if not self._infer_shape:
            return
        if not dims_lib.compatible(self._element[0], dims):
            raise ValueError(
                f"Inconsistent shapes: saw {TensorShape._of(dims)} but expected "
                f"{TensorShape._of(self._element[0])} "
            )
        self._element[0] = dims_lib.merge(self._element[0], dims)

    def _shape(self):
        return _shape_input(self._element[0] if self._infer_shape else None)

    def _length(self):
        """The number of elements when it is known while the graph is built."""
        if self._dynamic_size or self._size is None or self._size.known is None:
            return None
        return int(self._size.known)

    def _value(self, value):
        value = convert_to_tensor(value, preferred_dtype=self._dtype, name="value")
        if value.dtype.base_dtype is not self._dtype:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                f"{value.dtype.base_dtype.name}.",
            )
        return value

    # -- reading ---------------------------------------------------------------------------------

    def read(self, index, name=None):
        """The element at `index`, a scalar integer."""
        item = raw.TensorListGetItem(
            self._flow,
            convert_to_tensor(index, dtypes.int32, name="index"),
            self._shape(),
            element_dtype=self._dtype,
            name=name or "TensorArrayReadV3",
        )
        item.dims = self._element[0] if self._infer_shape else None
        return item

    def stack(self, name=None):
        """All elements as one tensor, `[size, ...]`."""
        with scope(name, "TensorArrayStack", [self._flow]):
            return raw.TensorListStack(
                self._flow,
                self._shape(),
                element_dtype=self._dtype,
                num_elements=-1 if self._length() is None else self._length(),
                name="TensorArrayGatherV3",
            )

    def gather(self, indices, name=None):
        """The elements at `indices` (a vector) as one tensor."""
        found = raw.TensorListGather(
            self._flow,
            convert_to_tensor(indices, dtypes.int32, name="indices"),
            self._shape(),
            element_dtype=self._dtype,
            name=name or "TensorArrayGatherV3",
        )
        element = self._element[0] if self._infer_shape else None
        found.dims = None if element is None else (None, *element)
        return found

    def concat(self, name=None):
        """The elements one after the other along their first dimension, as one tensor."""
        found, _ = raw.TensorListConcatV2(
            self._flow,
            self._shape(),
            convert_to_tensor(np.zeros(0, np.int64)),
            element_dtype=self._dtype,
            name=name or "TensorArrayConcatV3",
        )
        element, n = self._element[0] if self._infer_shape else None, self._length()
        if element:
            rows = None if n is None or element[0] is None else n * element[0]
            found.dims = (rows, *element[1:])
        return found

    def size(self, name=None):
        """The number of elements, as a scalar tensor."""
        if not self._dynamic_size and self._size is not None:
            return self._size
        return raw.TensorListLength(self._flow, name=name or "TensorArraySizeV3")

    # -- writing ---------------------------------------------------------------------------------

    def write(self, index, value, name=None):
        """A TensorArray in which the element at `index` is `value`.

        Args:
          index: scalar integer; of an index that was not written before.
          value: the element.
          name: name of the node.

        Returns:
          The TensorArray to use from now on.

        Raises:
          ValueError: the shape of `value` is not that of the other elements.
        """
        with scope(name, "TensorArrayWrite", [self._flow, value]):
            value = self._value(value)
            self._merge_shape(value.dims)
            flow = raw.TensorListSetItem(
                self._flow,
                convert_to_tensor(index, dtypes.int32, name="index"),
                value,
                resize_if_index_out_of_bounds=self._dynamic_size,
                name="TensorArrayWriteV3",
            )
        return self._with_flow(flow)

    def unstack(self, value, name=None):
        """A TensorArray whose elements are the rows of `value`."""
        with scope(name, "TensorArrayUnstack", [self._flow, value]):
            value = self._value(value)
            self._merge_shape(None if value.dims is None else value.dims[1:])
            rows = None if value.dims is None else value.dims[0]
            element = None if value.dims is None else value.dims[1:]
            flow = raw.TensorListFromTensor(
                value, _shape_input(element), name="TensorArrayScatterV3"
            )
            if not self._dynamic_size and (rows is None or rows != self._length()):
                flow = raw.TensorListResize(flow, self.size())
        return self._with_flow(flow)

    def scatter(self, indices, value, name=None):
        """A TensorArray with the rows of `value` at `indices`."""
        with scope(name, "TensorArrayScatter", [self._flow, value]):
            value = self._value(value)
            self._merge_shape(None if value.dims is None else value.dims[1:])
            flow = raw.TensorListScatterIntoExistingList(
                self._flow,
                value,
                convert_to_tensor(indices, dtypes.int32, name="indices"),
                name="TensorArrayScatterV3",
            )
            if not self._dynamic_size and self._size is not None:
                flow = raw.TensorListResize(flow, self._size)
        return self._with_flow(flow)

    def split(self, value, lengths, name=None):
        """A TensorArray whose elements are parts of `value` along its first dimension, of the given
        lengths.
        """
        with scope(name, "TensorArraySplit", [self._flow, value, lengths]):
            value = self._value(value)
            lengths = raw.Cast(convert_to_tensor(lengths), DstT=dtypes.int64)
            if lengths.known is not None and len(set(lengths.known.tolist())) == 1 and value.dims:
                self._merge_shape((int(lengths.known[0]), *value.dims[1:]))
            flow = raw.TensorListSplit(
                value, _shape_input(None), lengths, name="TensorArraySplitV3"
            )
            if not self._dynamic_size and self._size is not None:
                flow = raw.TensorListResize(flow, self._size)
        return self._with_flow(flow)

    # -- the rest --------------------------------------------------------------------------------

    def identity(self):
        """A TensorArray with the same contents, as a node of its own (for control dependencies)."""
        return self._with_flow(raw.Identity(self._flow))

    def grad(self, source, flow=None, name=None):
        """Not available: gradients go through `tf.gradients`.

        Raises:
          NotImplementedError: always.
        """
        raise NotImplementedError(
            "TensorArray.grad: the gradients of a TensorArray's elements come from "
            "tf.gradients, there is no separate array for them"
        )

    def close(self, name=None):
        """An operation that does nothing: contents live as long as somebody needs them."""
        with get_default_graph().control_dependencies([self._flow.op]):
            return raw.NoOp(name=name or "TensorArrayCloseV3")


def _shape_input(dims):
    if dims is None:
        return convert_to_tensor(np.array(-1, np.int32), name="element_shape")
    return convert_to_tensor(
        np.array([-1 if d is None else d for d in dims], np.int32), name="element_shape"
    )
