"""The ops of iterators over datasets, and of elements that may be missing."""

import threading

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.ops._dataset_functions import dataset_of
from headwater._src.ops._shapes import scalar
from headwater._src.ops._strings import invalid

_OUT = ["output_types: list(type) >= 1", "output_shapes: list(shape) >= 1"]


class IteratorResource:
    """A place of a session where a walk over a dataset is kept."""

    def __init__(self, name, types, shapes):
        self.name, self.types, self.shapes = name, types, shapes
        self._walk = None
        self._lock = threading.Lock()
        self._mark = object()

    def start(self, dataset):
        """Begins anew, over `dataset`."""
        walk = dataset.iterate()
        self._walk = walk

    def next(self):
        """The next element, a tuple."""
        if self._walk is None:
            raise errors.FailedPreconditionError(
                None,
                None,
                "GetNext() failed because the iterator has not been initialized. Ensure that you "
                "have run the initializer operation for this iterator before getting the next "
                "element.",
            )
        try:
            with self._lock:
                return self._walk.__next__()
        except StopIteration:
            raise errors.OutOfRangeError(None, None, "End of sequence") from None

    def close(self):
        """Drops the walk, and with it its threads."""
        self._walk = None


def _handle(iterator):
    out = np.empty((), object)
    out[()] = iterator
    return out


def _iterator(handle):
    found = handle[()] if handle.__class__ is np.ndarray else handle
    if not isinstance(found, IteratorResource):
        raise invalid("The resource is not an iterator.")
    return found


def _named(ctx, output_types, output_shapes):
    node = ctx.node
    shared = node.attrs["shared_name"]
    key = ("iterator", node.attrs["container"], shared or node.name)
    return ctx.resources.object(
        key, lambda: IteratorResource(key[1:], list(output_types), list(output_shapes))
    )


# --- creating -----------------------------------------------------------------------------------

_PLACE = ["shared_name: string", "container: string", *_OUT]
IteratorV2 = define_op("IteratorV2", "", "handle: resource", _PLACE, scalar, stateful=True)
Iterator = define_op("Iterator", "", "handle: resource", _PLACE, scalar, stateful=True)
OneShotIterator = define_op(
    "OneShotIterator",
    "",
    "handle: resource",
    ["dataset_factory: func", *_OUT, "container: string = ''", "shared_name: string = ''"],
    scalar,
    stateful=True,
)
MakeIterator = define_op("MakeIterator", "dataset: variant, iterator: resource", stateful=True)


def iterator_kernel(ctx, *, output_types, output_shapes):
    return _handle(_named(ctx, output_types, output_shapes))


IteratorV2.host(iterator_kernel)
Iterator.host(iterator_kernel)


@OneShotIterator.host
def one_shot_iterator_kernel(ctx, *, dataset_factory, output_types, output_shapes):
    iterator = _named(ctx, output_types, output_shapes)
    with ctx.resources._objects_lock:
        fresh = iterator._mark is not None
        iterator._mark = None
    if fresh:
        factory = ctx.function(dataset_factory)
        iterator.start(dataset_of(factory([])[0]))
    return _handle(iterator)


@MakeIterator.host(blocking=True)
def make_iterator_kernel(ctx, dataset, iterator):
    _iterator(iterator).start(dataset_of(dataset))
    return ()


# --- elements -----------------------------------------------------------------------------------

IteratorGetNext = define_op(
    "IteratorGetNext", "iterator: resource", "components: output_types", _OUT, stateful=True
)
IteratorGetNextSync = define_op(
    "IteratorGetNextSync", "iterator: resource", "components: output_types", _OUT, stateful=True
)


def iterator_get_next_shape(iterator, *, output_shapes):
    return list(output_shapes)


def iterator_get_next_kernel(ctx, iterator, *, output_shapes):
    element = _iterator(iterator).next()
    if len(element) != len(output_shapes):
        raise invalid(
            f"Number of components does not match: expected {len(output_shapes)} types but got "
            f"{len(element)}."
        )
    return element


for _op in (IteratorGetNext, IteratorGetNextSync):
    _op.shape(iterator_get_next_shape)
    _op.host(iterator_get_next_kernel, blocking=True)

# --- handles as strings -------------------------------------------------------------------------

IteratorToStringHandle = define_op(
    "IteratorToStringHandle",
    "resource_handle: resource",
    "string_handle: string",
    [],
    scalar,
    stateful=True,
)
_ANY = ["output_types: list(type) >= 0 = []", "output_shapes: list(shape) >= 0 = []"]
IteratorFromStringHandle = define_op(
    "IteratorFromStringHandle",
    "string_handle: string",
    "resource_handle: resource",
    _ANY,
    scalar,
    stateful=True,
)
IteratorFromStringHandleV2 = define_op(
    "IteratorFromStringHandleV2",
    "string_handle: string",
    "resource_handle: resource",
    _ANY,
    scalar,
    stateful=True,
)
_MARK = b"headwater iterator\0"


@IteratorToStringHandle.host
def iterator_to_string_handle_kernel(ctx, resource_handle):
    container, name = _iterator(resource_handle).name
    text = b"\0".join((_MARK, container.encode(), name.encode()))
    out = np.empty((), object)
    out[()] = text
    return out


def iterator_from_string_handle_kernel(ctx, string_handle, *, output_types, output_shapes):
    if np.ndim(string_handle):
        raise invalid("string_handle must be a scalar")
    text = np.asarray(string_handle).item()
    parts = text.split(b"\0") if isinstance(text, bytes) else []
    found = None
    if len(parts) == 4 and text.startswith(_MARK):
        key = ("iterator", parts[2].decode(), parts[3].decode())
        found = ctx.resources.objects.get(key)
    if found is None:
        raise invalid("Could not parse string_handle into a valid ResourceHandle")
    if output_types and [t.base_dtype for t in output_types] != found.types:
        raise invalid(
            "Data type mismatch: the handle's iterator gives "
            f"{[t.name for t in found.types]}, not {[t.name for t in output_types]}."
        )
    for expected, actual in zip(output_shapes, found.shapes):
        if not _fits(expected, actual):
            raise invalid(
                f"Incompatible shapes: the handle's iterator gives {actual}, not {expected}."
            )
    return _handle(found)


def _fits(a, b):
    if a is None or b is None:
        return True
    return len(a) == len(b) and all(x is None or y is None or x == y for x, y in zip(a, b))


IteratorFromStringHandle.host(iterator_from_string_handle_kernel)
IteratorFromStringHandleV2.host(iterator_from_string_handle_kernel)

# --- optional elements --------------------------------------------------------------------------

IteratorGetNextAsOptional = define_op(
    "IteratorGetNextAsOptional",
    "iterator: resource",
    "optional: variant",
    _OUT,
    scalar,
    stateful=True,
)
OptionalFromValue = define_op(
    "OptionalFromValue",
    "components: Toutput_types",
    "optional: variant",
    ["Toutput_types: list(type) >= 1"],
    scalar,
)
OptionalNone = define_op("OptionalNone", "", "optional: variant", [], scalar)
OptionalHasValue = define_op("OptionalHasValue", "optional: variant", "has_value: bool", [], scalar)
OptionalGetValue = define_op(
    "OptionalGetValue", "optional: variant", "components: output_types", _OUT
)


class Optional:
    """An element, or none."""

    def __init__(self, element):
        self.element = element


def _optional(value):
    value = value[()] if value.__class__ is np.ndarray else value
    if not isinstance(value, Optional):
        raise invalid("The input is not an optional.")
    return value


@IteratorGetNextAsOptional.host(blocking=True)
def iterator_get_next_as_optional_kernel(ctx, iterator):
    try:
        return Optional(_iterator(iterator).next())
    except errors.OutOfRangeError:
        return Optional(None)


@OptionalFromValue.host
def optional_from_value_kernel(ctx, components):
    return Optional(tuple(components))


@OptionalNone.host
def optional_none_kernel(ctx):
    return Optional(None)


@OptionalHasValue.host
def optional_has_value_kernel(ctx, optional):
    return np.bool_(_optional(optional).element is not None)


@OptionalGetValue.shape
def optional_get_value_shape(optional, *, output_shapes):
    return list(output_shapes)


@OptionalGetValue.host
def optional_get_value_kernel(ctx, optional):
    element = _optional(optional).element
    if element is None:
        raise invalid("The given optional does not have a value.")
    return list(element)


for _op in (
    IteratorV2,
    Iterator,
    OneShotIterator,
    MakeIterator,
    IteratorGetNext,
    IteratorGetNextSync,
    IteratorToStringHandle,
    IteratorFromStringHandle,
    IteratorFromStringHandleV2,
    IteratorGetNextAsOptional,
    OptionalFromValue,
    OptionalNone,
    OptionalHasValue,
    OptionalGetValue,
):
    _op.no_gradient()
