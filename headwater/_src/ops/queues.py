"""The ops of queues: creating, enqueueing, dequeueing, closing, asking."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op
from headwater._src.ops import _queues
from headwater._src.ops._shapes import ShapeError, compatible, scalar, text, with_rank
from headwater._src.ops._strings import invalid, shape_text

# --- creating ---------------------------------------------------------------------------------

_FIRST = ["component_types: list(type) >= 1", "shapes: list(shape) >= 0 = []", "capacity: int = -1"]
_LAST = ["container: string = ''", "shared_name: string = ''"]


def _key(ctx):
    node = ctx.node
    shared = node.attrs["shared_name"]
    return ("queue", node.attrs["container"], shared or node.name), shared


def _dims(shape):
    return None if shape is None else tuple(shape)


def _shared(ctx, make, check):
    key, shared = _key(ctx)
    resources = ctx.resources
    if key not in resources.objects:
        name = shared or f"_{len(resources.objects)}_{ctx.node.name}"
        return _handle(resources.object(key, lambda: make(name)))
    found = resources.object(key, lambda: make(shared or ctx.node.name))
    if shared:
        check(found, shared, ctx.node)
    return _handle(found)


def _handle(queue):
    """An array that holds the queue, so that handles can be put in a list and chosen from."""
    out = np.empty((), np.object_)
    out[()] = queue
    return out


def _check(found, name, node, kind, types, shapes, capacity):
    if found.kind != kind:
        raise invalid(
            f"Shared queue '{name}' has type '{found.kind}' that does not match type of "
            f"Node '{node.name}': {node.type}"
        )
    if found.capacity != capacity:
        raise invalid(
            f"Shared queue '{name}' has capacity {found.capacity} but requested capacity "
            f"was {capacity}"
        )
    if found.types != types:
        raise invalid(
            f"Shared queue '{name}' has component types {_names(found.types)} but "
            f"requested component types were {_names(types)}"
        )
    if found.shapes != shapes:
        raise invalid(
            f"Shared queue '{name}' has component shapes {_texts(found.shapes)} but "
            f"requested component shapes were {_texts(shapes)}"
        )


def _names(types):
    return "[" + ", ".join(t.name for t in types) + "]"


def _texts(shapes):
    return "[" + ", ".join(text(s) for s in shapes) + "]"


def _limit(capacity):
    return 2**31 - 1 if capacity < 0 else capacity


FIFOQueueV2 = define_op(
    "FIFOQueueV2", outputs="handle: resource", attrs=[*_FIRST, *_LAST], stateful=True, shape=scalar
)


@FIFOQueueV2.host
def fifo_queue_kernel(ctx, *, component_types, shapes, capacity):
    types, dims = tuple(component_types), tuple(map(_dims, shapes))
    return _shared(
        ctx,
        lambda name: _queues.Queue(name, types, dims, _limit(capacity)),
        lambda q, name, node: _check(q, name, node, "FIFOQueue", types, dims, _limit(capacity)),
    )


PaddingFIFOQueueV2 = define_op(
    "PaddingFIFOQueueV2",
    outputs="handle: resource",
    attrs=[*_FIRST, *_LAST],
    stateful=True,
    shape=scalar,
)


@PaddingFIFOQueueV2.host
def padding_fifo_queue_kernel(ctx, *, component_types, shapes, capacity):
    types, dims = tuple(component_types), tuple(map(_dims, shapes))
    return _shared(
        ctx,
        lambda name: _queues.PaddingQueue(name, types, dims, _limit(capacity)),
        lambda q, name, node: _check(
            q, name, node, "PaddingFIFOQueue", types, dims, _limit(capacity)
        ),
    )


RandomShuffleQueueV2 = define_op(
    "RandomShuffleQueueV2",
    outputs="handle: resource",
    attrs=[*_FIRST, "min_after_dequeue: int = 0", "seed: int = 0", "seed2: int = 0", *_LAST],
    stateful=True,
    shape=scalar,
)


@RandomShuffleQueueV2.host
def random_shuffle_queue_kernel(
    ctx, *, component_types, shapes, capacity, min_after_dequeue, seed, seed2
):
    if min_after_dequeue < 0:
        raise invalid(f"min_after_dequeue {min_after_dequeue} must be >= 0")
    if min_after_dequeue >= _limit(capacity):
        raise invalid(f"min_after_dequeue {min_after_dequeue} must be < capacity {capacity}")
    types, dims = tuple(component_types), tuple(map(_dims, shapes))

    def check(q, name, node):
        _check(q, name, node, "RandomShuffleQueue", types, dims, _limit(capacity))
        if q.minimum != min_after_dequeue:
            raise invalid(
                f"Shared queue '{name}' has min_after_dequeue {q.minimum} but requested "
                f"min_after_dequeue was {min_after_dequeue}."
            )
        if (seed or seed2) and q.seeds != (seed, seed2):
            raise invalid(
                f"Shared queue '{name}' has random seeds {q.seeds} but requested seeds "
                f"are ({seed}, {seed2})."
            )

    return _shared(
        ctx,
        lambda name: _queues.ShuffleQueue(
            name, types, dims, _limit(capacity), min_after_dequeue, seed, seed2
        ),
        check,
    )


PriorityQueueV2 = define_op(
    "PriorityQueueV2",
    outputs="handle: resource",
    attrs=[
        "component_types: list(type) >= 0 = []",
        "shapes: list(shape) >= 0",
        "capacity: int = -1",
        *_LAST,
    ],
    stateful=True,
    shape=scalar,
)


@PriorityQueueV2.host
def priority_queue_kernel(ctx, *, component_types, shapes, capacity):
    # The priority is a component of its own, in front.
    types = (dtypes.int64, *component_types)
    dims = ((), *map(_dims, shapes))
    return _shared(
        ctx,
        lambda name: _queues.PriorityQueue(name, types, dims, _limit(capacity)),
        lambda q, name, node: _check(q, name, node, "PriorityQueue", types, dims, _limit(capacity)),
    )


# --- enqueueing -------------------------------------------------------------------------------


def _queue(handle):
    if isinstance(handle, np.ndarray):  # chosen from a list of handles
        handle = handle.item()
    if not isinstance(handle, _queues.Queue):
        raise invalid("the handle is not that of a queue")
    return handle


def _check_tuple(queue, components, many):
    if len(components) != len(queue.types):
        raise invalid(
            f"Wrong number of components in tuple. Expected {len(queue.types)}, got "
            f"{len(components)}"
        )
    padded = isinstance(queue, _queues.PaddingQueue)
    for i, (value, dtype) in enumerate(zip(components, queue.types, strict=True)):
        have = np.asarray(value).dtype
        if have != np.dtype(dtype.as_numpy_dtype) and have != np.object_:
            raise invalid(
                f"Type mismatch in tuple component {i}. Expected {dtype.name}, got "
                f"{dtypes.as_dtype(have).name}"
            )
        shape = np.shape(value)
        if many and not shape:
            raise invalid(
                f"Shape mismatch in tuple component {i}. Expected at least one dimension, got []"
            )
        if queue.shapes:
            wanted = queue.shapes[i]
            rest = shape[1:] if many else shape
            if not compatible(wanted, rest):
                full = (shape[0], *wanted) if many and wanted is not None else wanted
                word = "Expected [" + ",".join("?" if d is None else str(d) for d in full) + "]"
                if padded:
                    raise invalid(
                        f"Shape mismatch in tuple component {i}. {word}, got {shape_text(value)}"
                    )
                raise invalid(
                    f"Shape mismatch in tuple component {i}. {word}, got {shape_text(value)}"
                )
    for i, value in enumerate(components if many else ()):
        if len(value) != len(components[0]):
            raise invalid(
                f"Shape mismatch in tuple component {i}. Expected "
                f"[{','.join(map(str, (len(components[0]), *np.shape(value)[1:])))}], got "
                f"{shape_text(value)}"
            )


QueueEnqueueV2 = define_op(
    "QueueEnqueueV2",
    inputs="handle: resource, components: Tcomponents",
    attrs=["Tcomponents: list(type) >= 1", "timeout_ms: int = -1"],
    stateful=True,
)
QueueEnqueueManyV2 = define_op(
    "QueueEnqueueManyV2",
    inputs="handle: resource, components: Tcomponents",
    attrs=["Tcomponents: list(type) >= 1", "timeout_ms: int = -1"],
    stateful=True,
)


@QueueEnqueueV2.host(blocking=True, turns=True)
def queue_enqueue_kernel(ctx, handle, components):
    queue = _queue(handle)
    _check_tuple(queue, components, False)
    queue.enqueue(ctx, [tuple(np.array(c) for c in components)])
    return ()


@QueueEnqueueManyV2.host(blocking=True, turns=True)
def queue_enqueue_many_kernel(ctx, handle, components):
    queue = _queue(handle)
    _check_tuple(queue, components, True)
    copies = [np.array(c) for c in components]
    queue.enqueue(ctx, [tuple(_row(c, i) for c in copies) for i in range(len(copies[0]))])
    return ()


def _row(array, i):
    return np.asarray(array[i], array.dtype) if array.ndim > 1 else array[i : i + 1].reshape(())


# --- dequeueing -------------------------------------------------------------------------------

_DEQUEUE = ["component_types: list(type) >= 1", "timeout_ms: int = -1"]

QueueDequeueV2 = define_op(
    "QueueDequeueV2",
    inputs="handle: resource",
    outputs="components: component_types",
    attrs=_DEQUEUE,
    stateful=True,
)
QueueDequeueManyV2 = define_op(
    "QueueDequeueManyV2",
    inputs="handle: resource, n: int32",
    outputs="components: component_types",
    attrs=_DEQUEUE,
    stateful=True,
)
QueueDequeueUpToV2 = define_op(
    "QueueDequeueUpToV2",
    inputs="handle: resource, n: int32",
    outputs="components: component_types",
    attrs=_DEQUEUE,
    stateful=True,
)


def _many_shape(handle, n, *, component_types):
    with_rank(n.dims, 0)
    if n.known is not None and n.known < 0:
        raise ShapeError(f"Input 'n' must be >= 0, but is {int(n.known)}")
    return None if len(component_types) == 1 else [None] * len(component_types)


QueueDequeueManyV2.shape(_many_shape)
QueueDequeueUpToV2.shape(_many_shape)


def _check_types(queue, component_types):
    if tuple(component_types) != tuple(queue.types):
        raise invalid(
            f"Dequeue types {_names(component_types)} do not match those of the queue, "
            f"{_names(queue.types)}"
        )


@QueueDequeueV2.shape
def queue_dequeue_shape(handle, *, component_types):
    return None if len(component_types) == 1 else [None] * len(component_types)


@QueueDequeueV2.host(blocking=True, turns=True)
def queue_dequeue_kernel(ctx, handle, *, component_types):
    queue = _queue(handle)
    _check_types(queue, component_types)
    return list(queue.dequeue(ctx, 1)[0])


@QueueDequeueManyV2.host(blocking=True, turns=True)
def queue_dequeue_many_kernel(ctx, handle, n, *, component_types):
    return _dequeue(ctx, handle, n, component_types, False)


@QueueDequeueUpToV2.host(blocking=True, turns=True)
def queue_dequeue_up_to_kernel(ctx, handle, n, *, component_types):
    return _dequeue(ctx, handle, n, component_types, True)


def _dequeue(ctx, handle, n, component_types, some):
    queue = _queue(handle)
    _check_types(queue, component_types)
    count = int(n)
    name = "DequeueUpTo" if some else "DequeueMany"
    if count < 0:
        raise invalid(f"{name} requested {count} < 0 elements")
    padded = isinstance(queue, _queues.PaddingQueue)
    if not queue.shapes or not padded and any(s is None or None in s for s in queue.shapes):
        raise invalid(
            f"{queue.kind}'s DequeueMany and DequeueUpTo require the components to have "
            "specified shapes."
        )
    items = queue.dequeue(ctx, count, some)
    columns = zip(*items, strict=True) if items else [()] * len(queue.types)
    return [
        _stack(list(column), dtype, shape)
        for column, dtype, shape in zip(columns, queue.types, queue.shapes, strict=True)
    ]


def _stack(values, dtype, shape):
    """Values of one rank in an array; those that are smaller are filled up."""
    kind = np.dtype(dtype.as_numpy_dtype)
    dims = [
        max((v.shape[i] for v in values), default=0) if d is None else d
        for i, d in enumerate(shape)
    ]
    out = np.full((len(values), *dims), b"" if kind == np.object_ else 0, kind)
    for i, value in enumerate(values):
        # A single value as such: NumPy would put the array itself into an array of objects.
        out[(i, *(slice(s) for s in value.shape))] = value if value.ndim else value[()]
    return out


# --- closing and asking -----------------------------------------------------------------------

QueueCloseV2 = define_op(
    "QueueCloseV2",
    inputs="handle: resource",
    attrs=["cancel_pending_enqueues: bool = false"],
    stateful=True,
)
QueueSizeV2 = define_op(
    "QueueSizeV2", inputs="handle: resource", outputs="size: int32", stateful=True, shape=scalar
)
QueueIsClosedV2 = define_op(
    "QueueIsClosedV2",
    inputs="handle: resource",
    outputs="is_closed: bool",
    stateful=True,
    shape=scalar,
)


@QueueCloseV2.host(blocking=True, turns=True)
def queue_close_kernel(ctx, handle, *, cancel_pending_enqueues):
    _queue(handle).shut(ctx, cancel_pending_enqueues)
    return ()


@QueueSizeV2.host
def queue_size_kernel(ctx, handle):
    return np.int32(_queue(handle).size())


@QueueIsClosedV2.host
def queue_is_closed_kernel(ctx, handle):
    return np.bool_(_queue(handle).closed)


for _op in (
    FIFOQueueV2,
    PaddingFIFOQueueV2,
    RandomShuffleQueueV2,
    PriorityQueueV2,
    QueueEnqueueV2,
    QueueEnqueueManyV2,
    QueueDequeueV2,
    QueueDequeueManyV2,
    QueueDequeueUpToV2,
    QueueCloseV2,
    QueueSizeV2,
    QueueIsClosedV2,
):
    _op.no_gradient()
