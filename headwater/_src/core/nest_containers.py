"""The containers of nested structures: which there are, their children, making others like them."""

from collections import defaultdict
from collections.abc import Mapping, MappingView, Sequence

_ATOMS = (str, bytes, bytearray)


def is_nested(structure):
    """Whether `structure` is a container in the sense of `nest`, not an atom.

    Args:
      structure: any object.
    """
    kind = type(structure)
    if kind is list or kind is tuple or kind is dict:
        return True
    if kind is str or kind is int or kind is float or structure is None:
        return False
    if isinstance(structure, _ATOMS):
        return False
    return isinstance(structure, (Sequence, Mapping, MappingView)) or is_attrs(structure)


is_sequence = is_nested
is_nested_or_composite = is_nested


def is_sequence_or_composite(structure):
    """The same as `is_nested`.

    Args:
      structure: any object.
    """
    return is_nested(structure)


def is_attrs(structure):
    """Whether `structure` is an object of an attrs class."""
    return hasattr(type(structure), "__attrs_attrs__")


def is_namedtuple(structure, strict=False):
    """Whether `structure` is a named tuple; with `strict`, of no subclass of one.

    Args:
      structure: any object.
      strict: whether subclasses of named tuples are none.
    """
    if not isinstance(structure, tuple):
        return False
    if not isinstance(getattr(structure, "_fields", None), tuple):
        return False
    return not strict or type(structure).__base__ is tuple


def is_mapping(structure):
    """Whether `structure` is a mapping.

    Args:
      structure: any object.
    """
    return isinstance(structure, Mapping)


def sorted_keys(mapping):
    """The keys in traversal order.

    Raises:
      TypeError: the keys cannot be sorted.
    """
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def items_of(structure):
    """Pairs of path element and child, in traversal order, of a container."""
    if isinstance(structure, (list, tuple)) and not hasattr(structure, "_fields"):
        return list(enumerate(structure))
    if isinstance(structure, Mapping):
        return [(key, structure[key]) for key in sorted_keys(structure)]
    if is_namedtuple(structure):
        return list(zip(structure._fields, structure))
    if is_attrs(structure):
        names = [attribute.name for attribute in type(structure).__attrs_attrs__]
        return [(name, getattr(structure, name)) for name in names]
    return list(enumerate(structure))


def children_of(structure):
    """The children, in traversal order, of a container."""
    kind = type(structure)
    if kind is list or kind is tuple:
        return structure
    if isinstance(structure, Mapping):
        return [structure[key] for key in sorted_keys(structure)]
    if is_attrs(structure):
        return [child for _, child in items_of(structure)]
    return list(structure)


def rebuild(structure, children):
    """A container like `structure` with other children, given in traversal order."""
    kind = type(structure)
    if kind is list:
        return list(children)
    if kind is tuple:
        return tuple(children)
    if isinstance(structure, Mapping):
        by_key = dict(zip(sorted_keys(structure), children))
        if isinstance(structure, defaultdict):
            result = defaultdict(structure.default_factory)
            result.update((key, by_key[key]) for key in structure)
            return result
        return kind((key, by_key[key]) for key in structure)
    if is_namedtuple(structure) or is_attrs(structure):
        return kind(*children)
    if isinstance(structure, (range, MappingView)):
        return list(children)  # these cannot hold other children
    return kind(children)
