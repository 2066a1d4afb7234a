"""Elements that may be missing: `tf.data.experimental.Optional`."""

from headwater._src.data import structure
from headwater._src.graph import raw


class Optional:
    """An element, or none.

    Args:
      variant_tensor: the variant `Tensor` that stands for it.
      value_structure: the structure of the specs of the element.
    """

    def __init__(self, variant_tensor, value_structure):
        self._variant_tensor, self._value_structure = variant_tensor, value_structure

    @property
    def value_structure(self):
        """The structure of the specs of the element."""
        return self._value_structure

    @property
    def element_spec(self):
        """The structure of the specs of the element."""
        return self._value_structure

    @property
    def _type_spec(self):
        return structure.OptionalSpec(self._value_structure)

    def has_value(self, name=None):
        """Whether there is an element, as a bool tensor.

        Args:
          name: name of the node.
        """
        return raw.OptionalHasValue(self._variant_tensor, name=name)

    def get_value(self, name=None):
        """The element.

        Args:
          name: name of the node.

        Raises:
          InvalidArgumentError: when it runs: there is none.
        """
        attrs = structure.types_and_shapes(self._value_structure)
        tensors = raw.OptionalGetValue(self._variant_tensor, **attrs, name=name)
        found = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        return structure.from_tensors(self._value_structure, found)

    @staticmethod
    def from_value(value):
        """An `Optional` that holds an element.

        Args:
          value: the element.
        """
        element = structure.normalized(value)
        variant = raw.OptionalFromValue(structure.to_tensors(element))
        return Optional(variant, structure.specs_of(element))

    @staticmethod
    def none_from_structure(value_structure):
        """An `Optional` without an element.

        Args:
          value_structure: the structure of the specs of the element that it could hold.
        """
        return Optional(raw.OptionalNone(), value_structure)

    @staticmethod
    def empty(element_spec):
        """An `Optional` without an element.

        Args:
          element_spec: the structure of the specs of the element that it could hold.
        """
        return Optional.none_from_structure(element_spec)


def get_next_as_optional(iterator):
    """The next element of an iterator, as an `Optional` that is empty at the end.

    Args:
      iterator: an `Iterator`.
    """
    attrs = structure.types_and_shapes(iterator.element_spec)
    variant = raw.IteratorGetNextAsOptional(iterator._iterator_resource, **attrs)
    return Optional(variant, iterator.element_spec)
