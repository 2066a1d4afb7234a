"""`tf.FIFOQueue` and the other queues as objects of a graph."""

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import dims as dims_lib, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.seeds import get_seed
from headwater._src.ops._scope import scope


def _type_list(dtypes):
    try:
        return [dtypes_lib.as_dtype(dtypes)]
    except TypeError:
        return [dtypes_lib.as_dtype(d) for d in dtypes]


def _shape_list(shapes, dtypes, unknown_dims=False, optional=True):
    """The components' shapes; a tuple of integers is one shape."""
    if shapes is None:
        if optional:
            return None
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (tuple, list)):
        raise TypeError(
            f"shapes must be a TensorShape or a list or tuple of TensorShapes: {shapes}"
        )
    if all(isinstance(d, int) for d in shapes):
        shapes = [shapes]
    shapes = [TensorShape(s) for s in shapes]
    if not unknown_dims and any(not s.is_fully_defined() for s in shapes):
        raise ValueError(f"All shapes must be fully defined: {shapes}")
    if unknown_dims and any(s.rank is None for s in shapes):
        raise ValueError(f"All shapes must have a defined rank: {shapes}")
    return shapes


def _name_list(names, dtypes):
    if names is None:
        return None
    if not isinstance(names, (list, tuple)):
        names = [names]
    if len(names) != len(dtypes):
        raise ValueError(
            "List of queue names and list of queue dtypes must have the same length. "
            f"Received: len(names)={len(names)},len(dtypes)={len(dtypes)}"
        )
    return list(names)


class QueueBase:
    """What all queues have: enqueue and dequeue, one tuple of tensors or several at a time.

    A tuple's components have types, perhaps shapes, and perhaps names; with names, a dict stands
    for a tuple.
    """

    def __init__(self, dtypes, shapes, names, queue_ref):
        """Wraps a queue's handle.

        Args:
          dtypes: list of the components' types.
          shapes: list of their shapes, or None.
          names: list of their names, or None.
          queue_ref: the resource `Tensor` that stands for the queue.

        Raises:
          ValueError: the lists have different lengths.
        """
        self._dtypes = dtypes
        if shapes is not None:
            if len(shapes) != len(dtypes):
                raise ValueError(
                    "Queue shapes must have the same length as dtypes, received "
                    f"{len(shapes)} shapes, {len(dtypes)} dtypes"
                )
            self._shapes = [TensorShape(s) for s in shapes]
        else:
            self._shapes = [TensorShape(None) for _ in dtypes]
        self._names = _name_list(names, dtypes)
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index, queues):
        """The queue at a position of a list, chosen when a step runs.

        Args:
          index: scalar integer.
          queues: list of queues of one kind, with the same component types.

        Returns:
          A `QueueBase`.

        Raises:
          TypeError: `queues` is no list of queues, or their types differ.
        """
        if (
            not queues
            or not isinstance(queues, list)
            or not all(isinstance(q, QueueBase) for q in queues)
        ):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if not all(first.dtypes == q.dtypes for q in queues[1:]):
            raise TypeError("Queues do not have matching component dtypes.")
        if not all(first.names == q.names for q in queues[1:]):
            raise TypeError("Queues do not have matching component names.")
        shapes = [_relaxed([q.shapes[i] for q in queues]) for i in range(len(first.dtypes))]
        from headwater._src.graph.optable import PUBLIC

        refs = PUBLIC["stack"]([q.queue_ref for q in queues])
        return QueueBase(first.dtypes, shapes, first.names, PUBLIC["gather"](refs, index))

    @property
    def queue_ref(self):
        """The `Tensor` that stands for the queue."""
        return self._queue_ref

    @property
    def name(self):
        """The name of the queue's node."""
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

    # -- enqueueing ------------------------------------------------------------------------------

    def _components(self, vals):
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(vals.keys(), key=str):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  "
                    f"Dictionary: {sorted(vals.keys())},Queue: "
                    f"{sorted(self._names)}"
                )
            vals = [vals[k] for k in self._names]
        else:
            if self._names:
                raise ValueError("You must enqueue a dictionary in a Queue with names")
            vals = vals if isinstance(vals, (list, tuple)) else [vals]
        tensors = []
        for i, (value, dtype) in enumerate(zip(vals, self._dtypes, strict=False)):
            tensors.append(convert_to_tensor(value, dtype, name=f"component_{i}"))
        return tensors

    def enqueue(self, vals, name=None):
        """An operation that adds one tuple; it waits while the queue is full.

        Args:
          vals: tensor, list of tensors, or dict of tensors when the queue has names.
          name: name of the operation.

        Returns:
          The `Operation`. It fails with `tf.errors.CancelledError` when the queue is closed.

        Raises:
          ValueError: shapes, or the number or names of components, do not fit.
        """
        flat = (
            list(vals.values())
            if isinstance(vals, dict)
            else (vals if isinstance(vals, (list, tuple)) else [vals])
        )
        with scope(name, f"{self._name}_enqueue", flat) as node_name:
            tensors = self._components(vals)
            for tensor, shape in zip(tensors, self._shapes, strict=False):
                tensor.shape.assert_is_compatible_with(shape)
            return raw.QueueEnqueueV2(self._queue_ref, tensors, name=node_name)

    def enqueue_many(self, vals, name=None):
        """An operation that adds several tuples: the slices of tensors along their first dimension.

        Args:
          vals: tensor, list of tensors, or dict of tensors when the queue has names.
          name: name of the operation.

        Returns:
          The `Operation`. It fails with `tf.errors.CancelledError` when the queue is closed.

        Raises:
          ValueError: shapes, or the number or names of components, do not fit.
        """
        flat = (
            list(vals.values())
            if isinstance(vals, dict)
            else (vals if isinstance(vals, (list, tuple)) else [vals])
        )
        with scope(name, f"{self._name}_EnqueueMany", flat) as node_name:
            tensors = self._components(vals)
            batch = tensors[0].shape.with_rank_at_least(1)[0]
            for tensor, shape in zip(tensors, self._shapes, strict=False):
                dims = tensor.shape.with_rank_at_least(1)
                batch = batch.merge_with(dims[0])
                dims[1:].assert_is_compatible_with(shape)
            return raw.QueueEnqueueManyV2(self._queue_ref, tensors, name=node_name)

    # -- dequeueing ------------------------------------------------------------------------------

    def _result(self, tensors):
        tensors = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        if self._names:
            return dict(zip(self._names, tensors, strict=True))
        return list(tensors) if len(tensors) > 1 else tensors[0]

    def _dequeued(self, op, suffix, name, *count, **attrs):
        name = f"{self._name}_{suffix}" if name is None else name
        found = op(self._queue_ref, *count, component_types=self._dtypes, name=name, **attrs)
        return list(found) if isinstance(found, (list, tuple)) else [found]

    def dequeue(self, name=None):
        """The components of one tuple; a step that fetches them waits until there is one.

        Args:
          name: name of the operation.

        Returns:
          A tensor, a list of tensors, or a dict when the queue has names. The step fails with
          `tf.errors.OutOfRangeError` when the queue is closed and empty.
        """
        found = self._dequeued(raw.QueueDequeueV2, "Dequeue", name)
        for tensor, shape in zip(found, self._shapes, strict=True):
            tensor.set_shape(shape)
        return self._result(found)

    def dequeue_many(self, n, name=None):
        """The components of `n` tuples, put together along a new first dimension.

        Args:
          n: scalar integer.
          name: name of the operation.

        Returns:
          A tensor, a list of tensors, or a dict when the queue has names. The step fails with
          `tf.errors.OutOfRangeError` when the queue is closed and has fewer tuples.
        """
        found = self._dequeued(raw.QueueDequeueManyV2, "DequeueMany", name, n)
        known = found[0].op.inputs[1].known
        batch = None if known is None else int(known)
        for tensor, shape in zip(found, self._shapes, strict=True):
            tensor.set_shape(TensorShape([batch]).concatenate(shape))
        return self._result(found)

    def dequeue_up_to(self, n, name=None):
        """As `dequeue_many`, but a closed queue gives what is left, when that is not nothing.

        Args:
          n: scalar integer.
          name: name of the operation.

        Returns:
          A tensor, a list of tensors, or a dict when the queue has names.
        """
        found = self._dequeued(raw.QueueDequeueUpToV2, "DequeueUpTo", name, n)
        for tensor, shape in zip(found, self._shapes, strict=True):
            tensor.set_shape(TensorShape([None]).concatenate(shape))
        return self._result(found)

    # -- closing and asking ----------------------------------------------------------------------

    def close(self, cancel_pending_enqueues=False, name=None):
        """An operation after which nothing can be added.

        Args:
          cancel_pending_enqueues: whether those who wait to add fail at once.
          name: name of the operation.

        Returns:
          The `Operation`.
        """
        name = f"{self._name}_Close" if name is None else name
        return raw.QueueCloseV2(
            self._queue_ref, cancel_pending_enqueues=cancel_pending_enqueues, name=name
        )

    def is_closed(self, name=None):
        """A bool tensor: whether the queue is closed."""
        name = f"{self._name}_Is_Closed" if name is None else name
        return raw.QueueIsClosedV2(self._queue_ref, name=name)

    def size(self, name=None):
        """An int32 tensor: how many tuples are in the queue."""
        name = f"{self._name}_Size" if name is None else name
        return raw.QueueSizeV2(self._queue_ref, name=name)


def _relaxed(shapes):
    dims = shapes[0]._dims
    for shape in shapes[1:]:
        dims = dims_lib.relax(dims, shape._dims)
    return TensorShape(dims)


def _dims_list(shapes):
    return [] if shapes is None else [s._dims for s in shapes]


class FIFOQueue(QueueBase):
    """A queue that gives tuples in the order in which they came."""

    def __init__(
        self, capacity, dtypes, shapes=None, names=None, shared_name=None, name="fifo_queue"
    ):
        """Adds a queue to the graph.

        Args:
          capacity: how many tuples it holds at most.
          dtypes: type, or list of the types, of a tuple's components.
          shapes: list of their fully defined shapes; needed for `dequeue_many`.
          names: list of their names; then tuples are dicts.
          shared_name: name under which several nodes share a queue.
          name: name of the node.
        """
        dtypes = _type_list(dtypes)
        shapes = _shape_list(shapes, dtypes)
        ref = raw.FIFOQueueV2(
            component_types=dtypes,
            shapes=_dims_list(shapes),
            capacity=capacity,
            shared_name=shared_name or "",
            name=name,
        )
        super().__init__(dtypes, shapes, names, ref)


class RandomShuffleQueue(QueueBase):
    """A queue that gives tuples in random order."""

    def __init__(
        self,
        capacity,
        min_after_dequeue,
        dtypes,
        shapes=None,
        names=None,
        seed=None,
        shared_name=None,
        name="random_shuffle_queue",
    ):
        """Adds a queue to the graph.

        Args:
          capacity: how many tuples it holds at most.
          min_after_dequeue: how many tuples must stay until it is closed, so that there is a
            choice.
          dtypes: type, or list of the types, of a tuple's components.
          shapes: list of their fully defined shapes; needed for `dequeue_many`.
          names: list of their names; then tuples are dicts.
          seed: the queue's own seed; see `tf.set_random_seed`.
          shared_name: name under which several nodes share a queue.
          name: name of the node.
        """
        dtypes = _type_list(dtypes)
        shapes = _shape_list(shapes, dtypes)
        first, second = get_seed(seed)
        if first is None and second is None:
            first, second = 0, 0
        elif seed is None and shared_name is not None:
            # All who share the queue agree on its seed, whatever else is in their graphs.
            from headwater._src.core.hashing import farm64

            second = farm64(shared_name.encode()) & 0x7FFFFFFF
        ref = raw.RandomShuffleQueueV2(
            component_types=dtypes,
            shapes=_dims_list(shapes),
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=first,
            seed2=second,
            shared_name=shared_name or "",
            name=name,
        )
        super().__init__(dtypes, shapes, names, ref)


class PaddingFIFOQueue(QueueBase):
    """A FIFO queue whose tuples may differ in size; `dequeue_many` fills them up with zeros."""

    def __init__(
        self, capacity, dtypes, shapes, names=None, shared_name=None, name="padding_fifo_queue"
    ):
        """Adds a queue to the graph.

        Args:
          capacity: how many tuples it holds at most.
          dtypes: type, or list of the types, of a tuple's components.
          shapes: list of their shapes, of known rank; unknown dimensions may vary.
          names: list of their names; then tuples are dicts.
          shared_name: name under which several nodes share a queue.
          name: name of the node.

        Raises:
          ValueError: there are not as many shapes as types.
        """
        dtypes = _type_list(dtypes)
        shapes = _shape_list(shapes, dtypes, unknown_dims=True, optional=False)
        if len(dtypes) != len(shapes):
            raise ValueError(
                "Shapes must be provided for all components, but received "
                f"{len(dtypes)} dtypes and {len(shapes)} shapes."
            )
        ref = raw.PaddingFIFOQueueV2(
            component_types=dtypes,
            shapes=_dims_list(shapes),
            capacity=capacity,
            shared_name=shared_name or "",
            name=name,
        )
        super().__init__(dtypes, shapes, names, ref)


class PriorityQueue(QueueBase):
    """A queue whose tuples begin with an int64 priority and come out in the order of it."""

    def __init__(
        self, capacity, types, shapes=None, names=None, shared_name=None, name="priority_queue"
    ):
        """Adds a queue to the graph.

        Args:
          capacity: how many tuples it holds at most.
          types: type, or list of the types, of a tuple's components after the priority.
          shapes: list of their fully defined shapes; needed for `dequeue_many`.
          names: list of the names of all components, the priority's first.
          shared_name: name under which several nodes share a queue.
          name: name of the node.
        """
        types = _type_list(types)
        shapes = _shape_list(shapes, types)
        ref = raw.PriorityQueueV2(
            component_types=types,
            shapes=_dims_list(shapes),
            capacity=capacity,
            shared_name=shared_name or "",
            name=name,
        )
        super().__init__(
            [dtypes_lib.int64, *types], [TensorShape(()), *shapes] if shapes else shapes, names, ref
        )
