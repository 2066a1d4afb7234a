"""`EagerTensor`: a tensor that has its value from the start."""

import itertools

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.operation import Tensor

_HANDLES = (dtypes.resource, dtypes.variant)
_ids = itertools.count()
_HERE = "/job:localhost/replica:0/task:0/device:CPU:0"


class EagerTensor(Tensor):
    """A value together with its type: what every operation gives in eager execution.

    Attributes:
      content: a NumPy array that nobody changes; for a handle the object behind it.

    Args:
      op: the operation that stands for all that made eager tensors, see `EagerGraph`.
      content: the array or object.
      dtype: its `DType`.
    """

    __slots__ = ("content", "_number")

    def __init__(self, op, content, dtype):
        self.op = op
        self.value_index = 0
        self.dtype = dtype
        self.handle = None
        self.content = content
        if dtype in _HANDLES:
            self.dims = ()
        else:
            self.dims = content.shape
            self._known = content

    @property
    def known(self):
        """The value (not to be changed); None for a handle."""
        return None if self.dtype in _HANDLES else self.content

    @property
    def device(self):
        """Where the value is: in this process."""
        return _HERE

    backing_device = device

    @property
    def _id(self):
        if not hasattr(self, "_number"):
            self._number = next(_ids)
        return self._number

    # -- as a value ------------------------------------------------------------------------------

    def numpy(self):
        """The value as a NumPy array of its own, or as a NumPy number.

        Raises:
          NotImplementedError: it is the handle of something.
        """
        if self.dtype in _HANDLES:
            raise NotImplementedError(f"numpy() is only available for values, not {self.dtype!r}")
        return self.content.copy() if self.content.ndim else self.content[()]

    @property
    def ndim(self):
        """The number of dimensions."""
        return len(self.dims)

    def __array__(self, dtype=None, copy=None):
        array = self.content
        return array.astype(dtype) if dtype is not None and array.dtype != dtype else array.copy()

    def eval(self, feed_dict=None, session=None):
        """Raises: there is nothing to run.

        Args:
          feed_dict: as in a graph.
          session: as in a graph.
        """
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what you're looking "
            "for?"
        )

    def consumers(self):
        """Raises: who uses a value is not recorded."""
        raise NotImplementedError(
            "Tensor.consumers is meaningless when eager execution is enabled."
        )

    def set_shape(self, shape):
        """Checks the shape; it is known already.

        Args:
          shape: anything that means a shape.

        Raises:
          ValueError: it is another one.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"EagerTensor's shape {self.shape} is not compatible with supplied shape {shape}"
            )

    def cpu(self):
        """The tensor: it is on the CPU."""
        return self

    def gpu(self, gpu_index=0):
        """The tensor: eager execution computes on the CPU only.

        Args:
          gpu_index: which GPU; ignored.
        """
        return self

    def __bool__(self):
        return bool(self.numpy())

    __nonzero__ = __bool__

    def __int__(self):
        return int(self.numpy())

    def __float__(self):
        return float(self.numpy())

    def __complex__(self):
        return complex(self.numpy())

    def __index__(self):
        return self.numpy().__index__()

    def __round__(self, digits=None):
        return round(self.numpy(), digits)

    def __len__(self):
        if not self.dims:
            raise TypeError("Scalar tensor has no `len()`")
        return self.dims[0]

    def __iter__(self):
        if not self.dims:
            raise TypeError("Cannot iterate over a scalar tensor")
        return (self[i] for i in range(self.dims[0]))

    def __format__(self, spec):
        return self.numpy().__format__(spec) if spec else str(self)

    def _text(self, form):
        if self.dtype in _HANDLES:
            return "<unprintable>"
        text = form(self.content if self.content.ndim else self.content[()])
        return "\n" + text if "\n" in text else text

    def numpy_text(self):
        """The value as representations show it: numbers without their NumPy type."""
        # `str` of a float32 has as many digits as it needs, which `item()` would not have.
        return self._text(lambda v: str(v) if isinstance(v, np.number) else repr(v))

    def __str__(self):
        return f"tf.Tensor({self._text(str)}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self):
        return (
            f"<tf.Tensor: id={self._id}, shape={self.shape}, dtype={self.dtype.name}, "
            f"numpy={self.numpy_text()}>"
        )

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return _from_array, (self.numpy(), self.dtype.name)


def _from_array(array, dtype):
    from headwater._src.graph.convert import convert_to_tensor

    return convert_to_tensor(array, dtypes.as_dtype(dtype))
