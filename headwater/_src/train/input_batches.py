"""Batches out of queues: `tf.train.batch`, `tf.train.shuffle_batch` and their variants."""

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.static_value import constant_value
from headwater._src.ops._scope import scope
from headwater._src.ops.grouping import no_op
from headwater._src.ops.queue_classes import FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue
from headwater._src.ops.summary_functions import scalar as scalar_summary
from headwater._src.train import input_sparse
from headwater._src.train.queue_runner import QueueRunner, add_queue_runner


def _as_lists(tensors_list):
    """Lists of tensors, and the sorted keys when dicts were given.

    Raises:
      TypeError: something that is no list or dict of tensors.
      ValueError: nothing is given, or the dicts have different keys.
    """
    if not isinstance(tensors_list, (list, tuple)):
        raise TypeError(f"`tensors_list` must be a list of lists or dicts, not {tensors_list!r}")
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    if not all(isinstance(t, dict) for t in tensors_list):
        return [list(t) for t in tensors_list], None
    if not tensors_list[0]:
        raise ValueError("Cannot batch: a dictionary of tensors has no entries")
    keys = sorted(tensors_list[0])
    if any(set(t) != set(keys) for t in tensors_list):
        raise ValueError("All dictionaries in tensors_list must have the same keys")
    return [[t[k] for k in keys] for t in tensors_list], keys


def _converted(tensor_lists):
    found = []
    for tensors in tensor_lists:
        found.append([input_sparse.converted(t) for t in tensors])
    if not found[0]:
        raise ValueError("Expected at least one tensor to batch")
    if any(len(tensors) != len(found[0]) for tensors in found):
        raise ValueError("The sets of tensors to batch have different numbers of tensors")
    kinds = [_kinds(tensors) for tensors in found]
    for other in kinds[1:]:
        if other != kinds[0]:
            raise TypeError(f"The sets of tensors have different types: {kinds[0]} and {other}")
    return found


def _kinds(tensors):
    return [t.dtype.base_dtype for t in tensors]


def _keep_input(keep_input, enqueue_many):
    keep = convert_to_tensor(keep_input)
    rank = keep.shape.rank
    if rank is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and rank == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if rank > 1:
        raise ValueError("`keep_input` must be 0 or 1 dimensions.")
    return keep


def _shapes(tensor_lists, shapes, enqueue_many):
    """The shapes of one element's components.

    Raises:
      ValueError: a rank is not known.
    """
    if shapes is not None:
        return [TensorShape(s) for s in _listed_shapes(shapes)]
    found = []
    for column in zip(*tensor_lists, strict=True):
        merged = None
        for t in column:
            if t.shape.rank is None:
                raise ValueError(f"Cannot infer Tensor's rank: {t}")
            one = t.shape.with_rank_at_least(1)[1:] if enqueue_many else t.shape
            merged = one if merged is None else _wider(merged, one)
        found.append(merged)
    return found


def _listed_shapes(shapes):
    shapes = [shapes] if isinstance(shapes, TensorShape) else list(shapes)
    return [shapes] if all(isinstance(s, int) for s in shapes) else shapes


def _wider(a, b):
    if a.rank != b.rank:
        raise ValueError(f"Shapes {a} and {b} have different ranks")
    return TensorShape([x if x == y else None for x, y in zip(a.as_list(), b.as_list())])


def _enqueue(queue, tensor_lists, threads, enqueue_many, keep):
    """Adds the queue runner that fills the queue.

    Args:
      queue: the queue.
      tensor_lists: list of lists of tensors: several sources.
      threads: for one source, how many threads fill from it; else one each.
      enqueue_many: whether the tensors hold several elements.
      keep: bool tensor: whether (or, a vector, which of) the elements are wanted.
    """
    put = queue.enqueue_many if enqueue_many else queue.enqueue
    if keep.shape.rank == 1:
        ops = [put([_chosen(t, keep) for t in tensors]) for tensors in tensor_lists]
    else:
        ops = [_put_if(keep, put, tensors) for tensors in tensor_lists]
    add_queue_runner(QueueRunner(queue, ops * threads))


def _put_if(keep, put, tensors):
    known = constant_value(keep)
    if known is not None:
        return put(tensors) if known else no_op()

    return PUBLIC["cond"](keep, lambda: _after(put, tensors), lambda: convert_to_tensor(False)).op


def _after(put, tensors):
    with get_default_graph().control_dependencies([put(tensors)]):
        return raw.Identity(convert_to_tensor(True))


def _chosen(tensor, keep):
    where = PUBLIC["where"](keep)
    return PUBLIC["gather"](tensor, raw.Squeeze(where, squeeze_dims=[1]))


def _result(queue, size, smaller, infos, keys, name):
    take = queue.dequeue_up_to if smaller else queue.dequeue_many
    found = take(size, name=name)
    found = found if isinstance(found, list) else [found]
    found = input_sparse.restored(found, infos)
    if keys is not None:
        return dict(zip(keys, found, strict=True))
    return found if len(found) > 1 else found[0]


def _check_threads(num_threads):
    if num_threads < 1:
        raise ValueError("num_threads must be a positive integer")


def _batch_part(
    tensors_list,
    batch_size,
    keep_input,
    threads=1,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    smaller=False,
    shared_name=None,
    name=None,
    default_name="batch",
):
    lists, keys = _as_lists(tensors_list)
    with scope(name, default_name, [t for tensors in lists for t in tensors]) as full:
        lists = _converted(lists)
        keep = _keep_input(keep_input, enqueue_many)
        lists, infos = input_sparse.stored(lists, enqueue_many, keep)
        types = _kinds(lists[0])
        found = _shapes(lists, shapes, enqueue_many)
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queue = kind(capacity=capacity, dtypes=types, shapes=found, shared_name=shared_name)
        _enqueue(queue, lists, threads, enqueue_many, keep)
        part = raw.Cast(queue.size(), DstT=dtypes.float32) * (1.0 / capacity)
        scalar_summary(f"fraction_of_{capacity}_full", part)
        return _result(queue, batch_size, smaller, infos, keys, full)


def _shuffle_part(
    tensors_list,
    batch_size,
    capacity,
    min_after_dequeue,
    keep_input,
    threads=1,
    seed=None,
    enqueue_many=False,
    shapes=None,
    smaller=False,
    shared_name=None,
    name=None,
    default_name="shuffle_batch",
):
    lists, keys = _as_lists(tensors_list)
    with scope(name, default_name, [t for tensors in lists for t in tensors]) as full:
        if capacity <= min_after_dequeue:
            raise ValueError(
                f"capacity {capacity} must be bigger than min_after_dequeue {min_after_dequeue}."
            )
        lists = _converted(lists)
        keep = _keep_input(keep_input, enqueue_many)
        lists, infos = input_sparse.stored(lists, enqueue_many, keep)
        queue = RandomShuffleQueue(
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=seed,
            dtypes=_kinds(lists[0]),
            shapes=_shapes(lists, shapes, enqueue_many),
            shared_name=shared_name,
        )
        _enqueue(queue, lists, threads, enqueue_many, keep)
        room = capacity - min_after_dequeue
        more = PUBLIC["maximum"](0, queue.size() - min_after_dequeue)
        part = raw.Cast(more, DstT=dtypes.float32) * (1.0 / room)
        scalar_summary(f"fraction_over_{min_after_dequeue}_of_{room}_full", part)
        return _result(queue, batch_size, smaller, infos, keys, full)


# --- in order -----------------------------------------------------------------------------------


def batch(
    tensors,
    batch_size,
    num_threads=1,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Batches of what tensors give in run after run; a queue runner evaluates them.

    Args:
      tensors: list or dict of tensors (and sparse tensors).
      batch_size: how many elements make a batch.
      num_threads: how many threads evaluate the tensors; with more than one the order varies.
      capacity: how many elements the queue holds.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      dynamic_pad: whether elements of different shapes are filled up with zeros.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors with one more dimension in front, or a single tensor.

    Raises:
      ValueError: the shapes of elements are not known.
    """
    return maybe_batch(
        tensors,
        True,
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_batch(
    tensors,
    keep_input,
    batch_size,
    num_threads=1,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Batches of those elements for which `keep_input` is true; see `tf.train.batch`.

    Args:
      tensors: list or dict of tensors.
      keep_input: bool scalar; with `enqueue_many` also a vector, one for each element.
      batch_size: how many elements make a batch.
      num_threads: how many threads evaluate the tensors.
      capacity: how many elements the queue holds.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      dynamic_pad: whether elements of different shapes are filled up with zeros.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.
    """
    _check_threads(num_threads)
    return _batch_part(
        [tensors],
        batch_size,
        keep_input,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def batch_join(
    tensors_list,
    batch_size,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Batches of what several lists of tensors give, each evaluated by a thread of its own.

    Args:
      tensors_list: list of lists or dicts of tensors, all alike.
      batch_size: how many elements make a batch.
      capacity: how many elements the queue holds.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      dynamic_pad: whether elements of different shapes are filled up with zeros.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.

    Raises:
      ValueError: the shapes of elements are not known.
    """
    return maybe_batch_join(
        tensors_list,
        True,
        batch_size,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_batch_join(
    tensors_list,
    keep_input,
    batch_size,
    capacity=32,
    enqueue_many=False,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Like `tf.train.batch_join`, of the elements for which `keep_input` is true.

    Args:
      tensors_list: list of lists or dicts of tensors, all alike.
      keep_input: bool scalar; with `enqueue_many` also a vector.
      batch_size: how many elements make a batch.
      capacity: how many elements the queue holds.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      dynamic_pad: whether elements of different shapes are filled up with zeros.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.
    """
    return _batch_part(
        tensors_list,
        batch_size,
        keep_input,
        1,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
        "batch_join",
    )


# --- in random order ----------------------------------------------------------------------------


def shuffle_batch(
    tensors,
    batch_size,
    capacity,
    min_after_dequeue,
    num_threads=1,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Batches of elements in random order; see `tf.train.batch`.

    Args:
      tensors: list or dict of tensors.
      batch_size: how many elements make a batch.
      capacity: how many elements the queue holds.
      min_after_dequeue: how many it holds at least, to choose from.
      num_threads: how many threads evaluate the tensors.
      seed: seed of the order.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.

    Raises:
      ValueError: the shapes of elements are not known.
    """
    _check_threads(num_threads)
    return _shuffle_part(
        [tensors],
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        num_threads,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch(
    tensors,
    batch_size,
    capacity,
    min_after_dequeue,
    keep_input,
    num_threads=1,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Like `tf.train.shuffle_batch`, of the elements for which `keep_input` is true.

    Args:
      tensors: list or dict of tensors.
      batch_size: how many elements make a batch.
      capacity: how many elements the queue holds.
      min_after_dequeue: how many it holds at least, to choose from.
      keep_input: bool scalar; with `enqueue_many` also a vector.
      num_threads: how many threads evaluate the tensors.
      seed: seed of the order.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.
    """
    _check_threads(num_threads)
    return _shuffle_part(
        [tensors],
        batch_size,
        capacity,
        min_after_dequeue,
        keep_input,
        num_threads,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def shuffle_batch_join(
    tensors_list,
    batch_size,
    capacity,
    min_after_dequeue,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Like `tf.train.shuffle_batch`, out of several lists of tensors, each with its own thread.

    Args:
      tensors_list: list of lists or dicts of tensors, all alike.
      batch_size: how many elements make a batch.
      capacity: how many elements the queue holds.
      min_after_dequeue: how many it holds at least, to choose from.
      seed: seed of the order.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.
    """
    return maybe_shuffle_batch_join(
        tensors_list,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch_join(
    tensors_list,
    batch_size,
    capacity,
    min_after_dequeue,
    keep_input,
    seed=None,
    enqueue_many=False,
    shapes=None,
    allow_smaller_final_batch=False,
    shared_name=None,
    name=None,
):
    """Like `tf.train.shuffle_batch_join`, of the elements for which `keep_input` is true.

    Args:
      tensors_list: list of lists or dicts of tensors, all alike.
      batch_size: how many elements make a batch.
      capacity: how many elements the queue holds.
      min_after_dequeue: how many it holds at least, to choose from.
      keep_input: bool scalar; with `enqueue_many` also a vector.
      seed: seed of the order.
      enqueue_many: whether each tensor holds several elements, as rows.
      shapes: the shapes of elements, when those of the tensors are not known.
      allow_smaller_final_batch: whether a last batch may be smaller.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the result.

    Returns:
      A list or dict of tensors, or a single tensor.
    """
    return _shuffle_part(
        tensors_list,
        batch_size,
        capacity,
        min_after_dequeue,
        keep_input,
        1,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
        "shuffle_batch_join",
    )
