"""Staging areas: tuples of tensors that one step leaves for a later one."""

import contextlib

import numpy as np

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.ops._shapes import scalar
from headwater._src.ops._staging_store import Store

_LIMITS = ["capacity: int >= 0 = 0", "memory_limit: int >= 0 = 0"]
_NAMES = ["container: string = ''", "shared_name: string = ''"]
_SOME = [*_LIMITS, "dtypes: list(type) >= 1", *_NAMES]
_ANY = [*_LIMITS, "dtypes: list(type)", *_NAMES]


def _store(ctx):
    attrs = ctx.node.attrs
    key = ("staging", attrs["container"], attrs["shared_name"] or ctx.node.name)
    return ctx.resources.object(key, lambda: Store(attrs["capacity"], attrs["memory_limit"]))


Stage = define_op("Stage", inputs="values: dtypes", attrs=_SOME, stateful=True)


@Stage.host(blocking=True, turns=True)
def stage_kernel(ctx, values):
    _store(ctx).put(ctx, tuple(np.array(value) for value in values))


Unstage = define_op("Unstage", outputs="values: dtypes", attrs=_SOME, stateful=True)


@Unstage.shape
def unstage_shape(*, dtypes):
    """Nothing is known; `StagingArea` says what the program said."""
    return [None] * len(dtypes)


@Unstage.host(blocking=True, turns=True)
def unstage_kernel(ctx):
    return list(_store(ctx).take(ctx))


StagePeek = define_op(
    "StagePeek", inputs="index: int32", outputs="values: dtypes", attrs=_SOME, stateful=True
)


@StagePeek.shape
def stage_peek_shape(index, *, dtypes):
    """As for `Unstage`."""
    return [None] * len(dtypes)


@StagePeek.host(blocking=True, turns=True)
def stage_peek_kernel(ctx, index):
    return list(_store(ctx).peek(ctx, int(index)))


StageSize = define_op("StageSize", outputs="size: int32", attrs=_ANY, stateful=True, shape=scalar)


@StageSize.host
def stage_size_kernel(ctx):
    return np.int32(_store(ctx).size())


StageClear = define_op("StageClear", attrs=_ANY, stateful=True)


@StageClear.host
def stage_clear_kernel(ctx):
    _store(ctx).clear()


for _op in (Stage, Unstage, StagePeek, StageSize, StageClear):
    _op.no_gradient()


class StagingArea:
    """Holds tuples of tensors between steps, in the order in which they came."""

    def __init__(
        self, dtypes, shapes=None, names=None, shared_name=None, capacity=0, memory_limit=0
    ):
        """Describes the tuples.

        Args:
          dtypes: list of the components' types.
          shapes: list of their shapes; None says nothing about them.
          names: list of their names, with which tuples are dicts.
          shared_name: the name by which other areas of the session are the same one.
          capacity: how many tuples there may be; 0 for any number.
          memory_limit: how many bytes they may have together; 0 for any number.

        Raises:
          ValueError: the lists have different lengths, or a limit is negative.
        """
        self._dtypes = [dtypes_lib.as_dtype(dtype) for dtype in dtypes]
        if shapes is not None and len(shapes) != len(dtypes):
            raise ValueError("StagingArea shapes must be the same length as dtypes")
        if names is not None and len(names) != len(dtypes):
            raise ValueError("StagingArea names must be the same length as dtypes")
        if capacity < 0 or memory_limit < 0:
            raise ValueError("capacity and memory_limit must not be negative")
        unknown = [None] * len(dtypes)
        self._shapes = [TensorShape(shape) for shape in (shapes or unknown)]
        self._names = list(names) if names else None
        self._capacity, self._memory_limit = capacity, memory_limit
        graph = get_default_graph()
        self._name = shared_name or graph.unique_name("StagingArea")
        with graph.name_scope(f"{self._name}_root"):
            self._root = raw.NoOp()  # says where the area is: its nodes stand by this one

    @property
    def name(self):
        """The name of the area."""
        return self._name

    @property
    def dtypes(self):
        """The components' types."""
        return self._dtypes

    @property
    def shapes(self):
        """The components' shapes."""
        return self._shapes

    @property
    def names(self):
        """The components' names, or None."""
        return self._names

    @property
    def capacity(self):
        """How many tuples there may be; 0 for any number."""
        return self._capacity

    @property
    def memory_limit(self):
        """How many bytes there may be; 0 for any number."""
        return self._memory_limit

    def put(self, values, name=None):
        """Adds a tuple; the step waits while there is no room.

        Args:
          values: list or tuple of tensors; a single tensor; or a dict, if components have names.
          name: name of the node.

        Returns:
          An `Operation`.

        Raises:
          ValueError: the values do not fit the components.
        """
        with self._node(name, "put") as scope:
            return raw.Stage(self._listed(values), name=scope, **self._attrs())

    def get(self, name=None):
        """Takes the oldest tuple out; the step waits until there is one.

        Args:
          name: name of the node.

        Returns:
          List of tensors, or dict if components have names.
        """
        with self._node(name, "get") as scope:
            values = raw.Unstage(dtypes=self._dtypes, name=scope, **self._attrs())
        return self._given(values)

    def peek(self, index, name=None):
        """Looks at a tuple without taking it out; the step waits until there are so many.

        Args:
          index: its position, int32.
          name: name of the node.

        Returns:
          List of tensors, or dict if components have names.
        """
        with self._node(name, "peek") as scope:
            values = raw.StagePeek(index, dtypes=self._dtypes, name=scope, **self._attrs())
        return self._given(values)

    def size(self, name=None):
        """How many tuples there are, an int32 scalar.

        Args:
          name: name of the node.
        """
        name = name or f"{self._name}_size"
        return raw.StageSize(dtypes=self._dtypes, name=name, **self._attrs())

    def clear(self, name=None):
        """Forgets all tuples.

        Args:
          name: name of the node.

        Returns:
          An `Operation`.
        """
        name = name or f"{self._name}_clear"
        return raw.StageClear(dtypes=self._dtypes, name=name, **self._attrs())

    # -- details ---------------------------------------------------------------------------------

    def _attrs(self):
        return dict(
            shared_name=self._name, capacity=self._capacity, memory_limit=self._memory_limit
        )

    @contextlib.contextmanager
    def _node(self, name, what):
        graph = get_default_graph()
        with graph.name_scope(name or f"{self._name}_{what}") as scope:
            with graph.colocate_with(self._root):
                yield scope

    def _listed(self, values):
        if isinstance(values, dict):
            if not self._names:
                raise ValueError(
                    "Staging areas must have names to enqueue a dictionary; this one has none"
                )
            if sorted(values) != sorted(self._names):
                raise ValueError(
                    "Keys in dictionary to put do not match names of staging area. Dictionary: "
                    f"{sorted(values)}Queue: {sorted(self._names)}"
                )
            values = [values[name] for name in self._names]
        elif self._names:
            raise ValueError("You must enqueue a dictionary in a staging area with names")
        elif not isinstance(values, (list, tuple)):
            values = [values]
        if len(values) != len(self._dtypes):
            raise ValueError(f"Unexpected number of inputs {len(values)} vs {len(self._dtypes)}")
        return [
            self._checked(*each) for each in zip(values, self._dtypes, self._shapes, strict=True)
        ]

    @staticmethod
    def _checked(value, dtype, shape):
        value = convert_to_tensor(value, preferred_dtype=dtype)
        if value.dtype != dtype:
            raise ValueError(
                f"Datatypes do not match. Received val.dtype {value.dtype!r} and dtype {dtype!r}"
            )
        value.shape.assert_is_compatible_with(shape)
        return value

    def _given(self, values):
        raw.NoOp()  # TensorFlow makes one, and later names depend on it
        for value, shape in zip(values, self._shapes, strict=True):
            value.set_shape(shape)
        return dict(zip(self._names, values, strict=True)) if self._names else values
