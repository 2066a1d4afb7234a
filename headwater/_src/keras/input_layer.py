"""Where a graph of layers begins: `Input` and `InputLayer`."""

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.keras import state
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.nodes import Node


class InputLayer(Layer):
    """The layer whose output is a placeholder, or a tensor that exists.

    Args:
      input_shape: shape of one example.
      batch_size: the number of examples, if fixed.
      dtype: the type (default: `floatx`).
      input_tensor: the tensor to use instead of a new placeholder.
      sparse: whether to make a sparse placeholder.
      name: the layer's name (default: `input_1`, `input_2`, ...).
      ragged: accepted as False only.
      **kwargs: `batch_input_shape`: the shape with the batch dimension.

    Raises:
      ValueError: both a shape and a tensor are given, or `batch_input_shape` twice.
    """

    def __init__(
        self,
        input_shape=None,
        batch_size=None,
        dtype=None,
        input_tensor=None,
        sparse=False,
        name=None,
        ragged=False,
        **kwargs,
    ):
        shape = kwargs.pop("batch_input_shape", None)
        kwargs.pop("optional", None)  # newer files say so
        if shape is not None and input_shape is not None:
            raise ValueError(
                "Only provide the input_shape OR batch_input_shape argument, not both."
            )
        if ragged:
            raise NotImplementedError("ragged inputs are not implemented in headwater")
        if name is None:
            name = state.numbered("input", zero_based=False)
        if dtype is None:
            dtype = state.floatx() if input_tensor is None else input_tensor.dtype.base_dtype
        super().__init__(dtype=dtype, name=name, **kwargs)
        self.sparse, self.ragged = sparse, ragged
        self.built = self.supports_masking = True
        if shape is None and input_shape is not None:
            shape = (batch_size, *TensorShape(input_shape).as_list())
        if input_tensor is None:
            graph = get_default_graph().symbolic
            self._batch_input_shape = None if shape is None else tuple(TensorShape(shape).as_list())
            kind = dtypes.as_dtype(self.dtype)
            with graph.as_default():
                if sparse:
                    input_tensor = PUBLIC["sparse_placeholder"](kind, shape, name=name)
                else:
                    input_tensor = raw.Placeholder(
                        dtype=kind, shape=TensorShape(self._batch_input_shape), name=name
                    )
            self.is_placeholder = True
        else:
            self._batch_input_shape = tuple(input_tensor.shape.as_list())
            self.is_placeholder = False
        self._graph = input_tensor.graph
        Node(self, None, input_tensor).input_tensors = input_tensor

    def call(self, inputs):
        """The inputs."""
        return inputs

    def get_config(self):
        return {
            "batch_input_shape": self._batch_input_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
        }


def Input(
    shape=None,
    batch_size=None,
    name=None,
    dtype=None,
    sparse=False,
    tensor=None,
    ragged=False,
    **kwargs,
):
    """A new input of a graph of layers.

    Args:
      shape: shape of one example, without the batch dimension.
      batch_size: the number of examples, if fixed.
      name: the name of the placeholder and its layer.
      dtype: the type (default: `floatx`).
      sparse: whether it is sparse.
      tensor: an existing tensor to use instead of a new placeholder.
      ragged: accepted as False only.
      **kwargs: `batch_shape`: the shape with the batch dimension.

    Returns:
      A `Tensor`.

    Raises:
      ValueError: no shape is given.

    >>> tf.keras.Input([28, 28]).shape.as_list()
    [None, 28, 28]
    """
    batch_shape = kwargs.pop("batch_shape", None)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments: {', '.join(kwargs)}")
    if shape is not None and batch_shape is not None:
        raise ValueError("Only provide the `shape` OR `batch_shape` argument to Input, not both.")
    if shape is None and batch_shape is None and tensor is None:
        raise ValueError(
            "Please provide to Input either a `shape` or a `tensor` argument. Note that `shape` "
            "does not include the batch dimension."
        )
    if batch_shape is None and tensor is None:
        batch_shape = (batch_size, *TensorShape(shape).as_list())
    extra = {} if batch_shape is None else {"batch_input_shape": tuple(batch_shape)}
    layer = InputLayer(
        input_tensor=tensor, dtype=dtype, sparse=sparse, name=name, ragged=ragged, **extra
    )
    return layer.output
