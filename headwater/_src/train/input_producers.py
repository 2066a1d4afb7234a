"""Queues that give the elements of a tensor over and over: names of files, numbers, rows."""

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable import Variable
from headwater._src.ops._scope import scope
from headwater._src.ops.queue_classes import FIFOQueue
from headwater._src.ops.summary_functions import scalar as scalar_summary
from headwater._src.train.queue_runner import QueueRunner, add_queue_runner


def match_filenames_once(pattern, name=None):
    """The names of the files that match a pattern, found when the variable is initialized.

    Args:
      pattern: a file pattern, or a vector of them.
      name: name of the variable.

    Returns:
      A local variable, a string vector: it needs `tf.local_variables_initializer`.
    """
    with scope(name, "matching_filenames", [pattern]) as full:
        return Variable(
            name=full,
            initial_value=PUBLIC["matching_files"](pattern),
            trainable=False,
            validate_shape=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )


def limit_epochs(tensor, num_epochs=None, name=None):
    """A tensor that can be evaluated so many times; after that it raises `OutOfRangeError`.

    Args:
      tensor: any tensor.
      num_epochs: how often; None for no limit. It is counted in a local variable.
      name: name of the result.

    Returns:
      A tensor like `tensor`.

    Raises:
      ValueError: `num_epochs` is not positive.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with scope(name, "limit_epochs", [tensor]) as full:
        epochs = Variable(
            convert_to_tensor(0, dtypes.int64),
            name="epochs",
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )
        counter = epochs.count_up_to(num_epochs)
        with get_default_graph().control_dependencies([counter]):
            return raw.Identity(convert_to_tensor(tensor), name=full)


def input_producer(
    input_tensor,
    element_shape=None,
    num_epochs=None,
    shuffle=True,
    seed=None,
    capacity=32,
    shared_name=None,
    summary_name=None,
    name=None,
    cancel_op=None,
):
    """A queue of the rows of a tensor; a queue runner fills it.

    Args:
      input_tensor: tensor of rank 1 or more.
      element_shape: the shape of a row, when the tensor's is not known.
      num_epochs: how often all rows are given; None for ever.
      shuffle: whether each round has another order.
      seed: seed of the order.
      capacity: how many rows the queue holds.
      shared_name: a name under which several sessions of a server share the queue.
      summary_name: tag of a summary of how full the queue is; None for none.
      name: name of the queue.
      cancel_op: an operation that cancels the queue (default: closes it).

    Returns:
      A `FIFOQueue`.

    Raises:
      ValueError: the shape of a row is not known.
      RuntimeError: `input_tensor` cannot be used.
    """
    with scope(name, "input_producer", [input_tensor]):
        input_tensor = convert_to_tensor(input_tensor, name="input_tensor")
        shape = input_tensor.shape.with_rank_at_least(1)[1:].merge_with(element_shape)
        if not shape.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or `element_shape` must be "
                "specified"
            )
        if shuffle:
            input_tensor = PUBLIC["random_shuffle"](input_tensor, seed=seed)
        input_tensor = limit_epochs(input_tensor, num_epochs)
        queue = FIFOQueue(
            capacity=capacity,
            dtypes=[input_tensor.dtype.base_dtype],
            shapes=[shape],
            shared_name=shared_name,
            name=name,
        )
        fill = queue.enqueue_many([input_tensor])
        add_queue_runner(QueueRunner(queue, [fill], cancel_op=cancel_op))
        if summary_name is not None:
            full_part = raw.Cast(queue.size(), DstT=dtypes.float32) * (1.0 / capacity)
            scalar_summary(summary_name, full_part)
        return queue


def string_input_producer(
    string_tensor,
    num_epochs=None,
    shuffle=True,
    seed=None,
    capacity=32,
    shared_name=None,
    name=None,
    cancel_op=None,
):
    """A queue of strings, such as the names of the files that a reader is to read.

    Args:
      string_tensor: string vector.
      num_epochs: how often all strings are given; None for ever.
      shuffle: whether each round has another order.
      seed: seed of the order.
      capacity: how many strings the queue holds.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the queue.
      cancel_op: an operation that cancels the queue (default: closes it).

    Returns:
      A `FIFOQueue`.

    Raises:
      ValueError: there is no string.
      InvalidArgumentError: when it runs: there is no string.
    """
    message = "string_input_producer requires a non-null input tensor"
    if not hasattr(string_tensor, "dtype") and not string_tensor:
        raise ValueError(message)
    with scope(name, "input_producer", [string_tensor]) as full:
        strings = convert_to_tensor(string_tensor, dtypes.string)
        enough = PUBLIC["Assert"](raw.Greater(PUBLIC["size"](strings), 0), [message])
        with get_default_graph().control_dependencies([enough]):
            strings = raw.Identity(strings)
        return input_producer(
            strings,
            element_shape=[],
            num_epochs=num_epochs,
            shuffle=shuffle,
            seed=seed,
            capacity=capacity,
            shared_name=shared_name,
            name=full,
            summary_name=f"fraction_of_{capacity}_full",
            cancel_op=cancel_op,
        )


def range_input_producer(
    limit, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None
):
    """A queue of the numbers from 0 to `limit - 1`.

    Args:
      limit: scalar int32 or int64.
      num_epochs: how often all numbers are given; None for ever.
      shuffle: whether each round has another order.
      seed: seed of the order.
      capacity: how many numbers the queue holds.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the queue.

    Returns:
      A `FIFOQueue`.
    """
    with scope(name, "input_producer", [limit]) as full:
        return input_producer(
            PUBLIC["range"](limit),
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            full,
        )


def slice_input_producer(
    tensor_list, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None
):
    """One row of each of several tensors, the same of all; another one in each run.

    Args:
      tensor_list: list of tensors with a common first dimension.
      num_epochs: how often all rows are given; None for ever.
      shuffle: whether each round has another order.
      seed: seed of the order.
      capacity: how many row numbers the queue holds.
      shared_name: a name under which several sessions of a server share the queue.
      name: name of the scope.

    Returns:
      A list of tensors.

    Raises:
      ValueError: `tensor_list` is empty.
    """
    with scope(name, "input_producer", tensor_list):
        tensors = [convert_to_tensor(t) for t in tensor_list]
        if not tensors:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        rows = PUBLIC["shape"](tensors[0])[0]
        queue = range_input_producer(
            rows,
            num_epochs=num_epochs,
            shuffle=shuffle,
            seed=seed,
            capacity=capacity,
            shared_name=shared_name,
        )
        row = queue.dequeue()
        return [PUBLIC["gather"](t, row) for t in tensors]
