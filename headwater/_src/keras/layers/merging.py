"""Layers with several inputs that become one: sums, products, `Concatenate`, `Dot`."""

from headwater._src.graph import raw
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn


class _Merge(Layer):
    """Combines the inputs element by element; a subclass gives `_merged(tensors)`.

    Args:
      **kwargs: as for `Layer`.
    """

    _count = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        if not isinstance(input_shape, list) or len(input_shape) < 2:
            raise ValueError(
                "A merge layer should be called on a list of at least 2 inputs. Got "
                f"input_shape={input_shape}"
            )
        if self._count not in (None, len(input_shape)):
            raise ValueError(
                f"A `{type(self).__name__}` layer should be called on exactly {self._count} "
                f"inputs. Received: input_shape={input_shape}"
            )
        self.built = True

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)):
            raise ValueError(
                "A merge layer should be called on a list of inputs. Received: "
                f"inputs={inputs} (not a list of tensors)"
            )
        rank = max(len(t.dims) for t in inputs)
        for tensor in inputs:
            _check_sizes(inputs[0], tensor)
        tensors = list(inputs)
        for i, tensor in enumerate(tensors):  # short ones get ones behind the batch
            for _ in range(rank - len(tensor.dims)):
                tensor = fn.expand_dims(tensor, 1)
            tensors[i] = tensor
        return self._merged(tensors)

    def _merged(self, tensors):
        raise NotImplementedError

    def compute_mask(self, inputs, mask=None):
        masks = [m for m in mask or () if m is not None]
        if not masks:
            return None
        combined = masks[0]
        for other in masks[1:]:
            combined = fn.logical_and(combined, other)
        return combined


def _check_sizes(first, second):
    for a, b in zip(reversed(first.dims[1:]), reversed(second.dims[1:])):
        if a != b and None not in (a, b) and 1 not in (a, b):
            raise ValueError(
                f"Inputs have incompatible shapes. Received shapes {tuple(first.dims[1:])} and "
                f"{tuple(second.dims[1:])}"
            )


class Add(_Merge):
    """The sum of the inputs.

    Args:
      **kwargs: as for `Layer`.
    """

    def _merged(self, tensors):
        total = tensors[0]
        for tensor in tensors[1:]:
            total = total + tensor
        return total


class Subtract(_Merge):
    """The first input less the second.

    Args:
      **kwargs: as for `Layer`.
    """

    _count = 2

    def _merged(self, tensors):
        return tensors[0] - tensors[1]


class Multiply(_Merge):
    """The product of the inputs.

    Args:
      **kwargs: as for `Layer`.
    """

    def _merged(self, tensors):
        product = tensors[0]
        for tensor in tensors[1:]:
            product = product * tensor
        return product


class Average(_Merge):
    """The mean of the inputs.

    Args:
      **kwargs: as for `Layer`.
    """

    def _merged(self, tensors):
        return Add._merged(self, tensors) / len(tensors)


class Maximum(_Merge):
    """The largest of the inputs, element by element.

    Args:
      **kwargs: as for `Layer`.
    """

    def _merged(self, tensors):
        largest = tensors[0]
        for tensor in tensors[1:]:
            largest = fn.maximum(largest, tensor)
        return largest


class Minimum(_Merge):
    """The smallest of the inputs, element by element.

    Args:
      **kwargs: as for `Layer`.
    """

    def _merged(self, tensors):
        smallest = tensors[0]
        for tensor in tensors[1:]:
            smallest = fn.minimum(smallest, tensor)
        return smallest


class Concatenate(_Merge):
    """The inputs one after the other along a dimension.

    Args:
      axis: the dimension.
      **kwargs: as for `Layer`.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape):
        super().build(input_shape)
        shapes = [s.as_list() for s in input_shape if s.ndims is not None]
        rest = {tuple(d for i, d in enumerate(s) if i != self.axis % len(s)) for s in shapes}
        for other in rest:
            first = next(iter(rest))
            if len(first) != len(other) or any(
                a != b and None not in (a, b) for a, b in zip(first, other)
            ):
                raise ValueError(
                    "A `Concatenate` layer requires inputs with matching shapes except for the "
                    f"concatenation axis. Received: input_shape={shapes}"
                )

    def call(self, inputs):
        return fn.concat(list(inputs), self.axis)

    def compute_mask(self, inputs, mask=None):
        if mask is None or all(m is None for m in mask):
            return None
        masks = []
        for tensor, one in zip(inputs, mask):
            if one is None:
                one = fn.ones_like(tensor, dtype="bool")
            elif len(one.dims) < len(tensor.dims):
                one = fn.expand_dims(one, -1)
            masks.append(one)
        return fn.reduce_all(fn.concat(masks, self.axis), axis=-1)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class Dot(_Merge):
    """Inner products of two inputs along a dimension of each, example by example.

    Args:
      axes: the dimension, or one for each input.
      normalize: whether vectors are scaled to length 1 before.
      **kwargs: as for `Layer`.

    Raises:
      TypeError: `axes` is neither an integer nor a pair.
    """

    _count = 2

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(axes, int) and (not isinstance(axes, (list, tuple)) or len(axes) != 2):
            raise TypeError(
                f"Invalid type for argument `axes`: it should be a list or an int. Received: {axes}"
            )
        self.axes, self.normalize = axes, normalize

    def call(self, inputs):
        first, second = inputs
        axes = [self.axes] * 2 if isinstance(self.axes, int) else self.axes
        axes = [axis % len(t.dims) for axis, t in zip(axes, inputs)]
        if self.normalize:
            first, second = (fn.l2_normalize(t, axis=a) for t, a in zip((first, second), axes))
        return _batch_dot(first, second, *axes)

    def compute_mask(self, inputs, mask=None):
        return None

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def _batch_dot(x, y, x_axis, y_axis):
    """Sums of products along `x_axis` of `x` and `y_axis` of `y`, for each example."""
    letters = iter("bcdefghijklmnopqrstuvw")
    x_free = [next(letters) for _ in x.dims[1:-1]]
    y_free = [next(letters) for _ in y.dims[1:-1]]
    left, right = ["z", *x_free], ["z", *y_free]
    left.insert(x_axis, "a")
    right.insert(y_axis, "a")
    result = fn.einsum(f"{''.join(left)},{''.join(right)}->z{''.join(x_free + y_free)}", x, y)
    return raw.ExpandDims(result, 1) if not x_free and not y_free else result


def _merge_function(cls):
    def merge(inputs, **kwargs):
        return cls(**kwargs)(inputs)

    merge.__name__ = merge.__qualname__ = cls.__name__.lower()
    merge.__doc__ = f"""{(cls.__doc__ or "").split(chr(10))[0]}

    Args:
      inputs: list of tensors.
      **kwargs: arguments of `{cls.__name__}`.

    Returns:
      A `Tensor`.
    """
    return merge


add, subtract, multiply, average, maximum, minimum = (
    _merge_function(cls) for cls in (Add, Subtract, Multiply, Average, Maximum, Minimum)
)


def concatenate(inputs, axis=-1, **kwargs):
    """The inputs one after the other along a dimension.

    Args:
      inputs: list of tensors.
      axis: the dimension.
      **kwargs: further arguments of `Concatenate`.

    Returns:
      A `Tensor`.
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes, normalize=False, **kwargs):
    """Inner products of two inputs along a dimension of each, example by example.

    Args:
      inputs: list of two tensors.
      axes: the dimension, or one for each input.
      normalize: whether vectors are scaled to length 1 before.
      **kwargs: further arguments of `Dot`.

    Returns:
      A `Tensor`.
    """
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
