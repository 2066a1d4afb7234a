"""`tf.distribute`: strategies, with one replica.

A program written for a strategy runs here on one device: its replica function is called once, sums
and means over replicas are the values themselves.

State: `_local.stack`, the thread's open contexts, pairs of a strategy and its replica context
(None between replicas).
"""

import contextlib
import enum
import threading

from headwater._src.core import logging
from headwater._src.graph.convert import constant
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops.grouping import group as group_ops

_local = threading.local()


class ReduceOp(enum.Enum):
    """How the values of replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"


def _stack():
    if not hasattr(_local, "stack"):
        _local.stack = []
    return _local.stack


@contextlib.contextmanager
def _inside(strategy, replica):
    _stack().append((strategy, replica))
    try:
        with strategy._device():
            yield
    finally:
        _stack().pop()


def _checked(reduce_op):
    return ReduceOp(reduce_op.upper() if isinstance(reduce_op, str) else reduce_op)


class ReplicaContext:
    """What a replica function may ask.

    Args:
      strategy: its strategy.
      replica_id_in_sync_group: the replica's number.

    Attributes:
      strategy: the same.
    """

    def __init__(self, strategy, replica_id_in_sync_group=0):
        self.strategy, self._id = strategy, replica_id_in_sync_group

    def __enter__(self):
        self._block = _inside(self.strategy, self)
        self._block.__enter__()
        return self

    def __exit__(self, *error):
        return self._block.__exit__(*error)

    @property
    def num_replicas_in_sync(self):
        """How many replicas there are: 1."""
        return 1

    @property
    def replica_id_in_sync_group(self):
        """The replica's number, an int32 scalar."""
        return constant(self._id, name="replica_id_in_sync_group")

    @property
    def devices(self):
        """The replica's devices."""
        return self.strategy.extended.worker_devices

    def all_reduce(self, reduce_op, value):
        """A value over all replicas: itself.

        Args:
          reduce_op: a `ReduceOp`.
          value: tensor, or nested structure of tensors.
        """
        _checked(reduce_op)
        return value

    def merge_call(self, merge_fn, args=(), kwargs=None):
        """Calls a function between replicas.

        Args:
          merge_fn: function of the strategy and `args`.
          args: its arguments.
          kwargs: those by name.
        """
        with _inside(self.strategy, None):
            return merge_fn(self.strategy, *args, **(kwargs or {}))


class StrategyExtended:
    """The parts of a strategy for those who write libraries.

    Args:
      container_strategy: the strategy.
    """

    def __init__(self, container_strategy):
        self._strategy = container_strategy

    @property
    def worker_devices(self):
        """The devices of replicas."""
        return (self._strategy._device_name or "/device:CPU:0",)

    parameter_devices = worker_devices

    def call_for_each_replica(self, fn, args=(), kwargs=None):
        """Calls a function for every replica: once.

        Args:
          fn: the function.
          args: its arguments.
          kwargs: those by name.
        """
        return self._strategy.run(fn, args, kwargs)

    def reduce_to(self, reduce_op, value, destinations=None):
        """A value over all replicas: itself.

        Args:
          reduce_op: a `ReduceOp`.
          value: what a replica gave.
          destinations: where it is wanted; not needed.
        """
        return self._strategy.reduce(reduce_op, value)

    def batch_reduce_to(self, reduce_op, value_destination_pairs):
        """`reduce_to` of several values.

        Args:
          reduce_op: a `ReduceOp`.
          value_destination_pairs: list of pairs.
        """
        return [self.reduce_to(reduce_op, value) for value, _ in value_destination_pairs]

    def broadcast_to(self, tensor, destinations=None):
        """A tensor for all replicas: itself.

        Args:
          tensor: the tensor.
          destinations: where it is wanted; not needed.
        """
        return tensor

    def update(self, var, fn, args=(), kwargs=None, group=True):
        """Calls a function with a variable, for each copy of it: once.

        Args:
          var: the variable.
          fn: function of the variable and `args`.
          args: its other arguments.
          kwargs: those by name.
          group: whether an operation is wanted rather than what the function gave.
        """
        with get_default_graph().colocate_with(var.op):
            made = fn(var, *args, **(kwargs or {}))
        return group_ops(made) if group else [made]

    def non_slot_devices(self, var_list):
        """Where an optimizer keeps what belongs to no variable.

        Args:
          var_list: the variables.
        """
        return self.worker_devices[0]

    def colocate_vars_with(self, colocate_with_variable):
        """A block whose variables are beside another one.

        Args:
          colocate_with_variable: that one.
        """
        return get_default_graph().colocate_with(colocate_with_variable.op)


class Strategy:
    """How a program's replicas are spread: there is one, and it is here.

    Args:
      extended: accepted.

    Attributes:
      extended: a `StrategyExtended`.
    """

    _device_name = ""

    def __init__(self, extended=None):
        self.extended = StrategyExtended(self)

    @property
    def num_replicas_in_sync(self):
        """How many replicas there are: 1."""
        return 1

    def _device(self):
        name = self._device_name
        return get_default_graph().device(name) if name else contextlib.nullcontext()

    def scope(self):
        """The block in which the strategy's variables are made."""
        return _inside(self, None)

    def run(self, fn, args=(), kwargs=None, options=None):
        """Calls a function for every replica: once.

        Args:
          fn: the function.
          args: its arguments.
          kwargs: those by name.
          options: accepted.

        Returns:
          What the function gives.
        """
        with ReplicaContext(self):
            return fn(*args, **(kwargs or {}))

    def experimental_run_v2(self, fn, args=(), kwargs=None):
        """The name of `run` in 1.15.

        Args:
          fn: the function.
          args: its arguments.
          kwargs: those by name.
        """
        return self.run(fn, args, kwargs)

    def experimental_run(self, fn, input_iterator=None):
        """`run` with the next element of an input as argument.

        Args:
          fn: the function.
          input_iterator: from `make_dataset_iterator`; None calls it without arguments.
        """
        return self.run(fn, () if input_iterator is None else (input_iterator.get_next(),))

    def reduce(self, reduce_op, value, axis=None):
        """What replicas gave, as one value.

        Args:
          reduce_op: a `ReduceOp`.
          value: what the replica gave.
          axis: the dimension of a batch to sum or average over as well, or None.
        """
        kind = _checked(reduce_op)
        if axis is None:
            return value
        return PUBLIC["reduce_sum" if kind is ReduceOp.SUM else "reduce_mean"](value, axis)

    def experimental_local_results(self, value):
        """What each replica here gave.

        Args:
          value: what `run` gave.

        Returns:
          A tuple of one.
        """
        return (value,)

    unwrap = experimental_local_results

    def group(self, value, name=None):
        """An operation that waits for all replicas.

        Args:
          value: what `run` gave.
          name: name of the operation.
        """
        return group_ops(value, name=name)

    # -- input -----------------------------------------------------------------------------------

    def experimental_distribute_dataset(self, dataset, options=None):
        """A dataset whose batches are cut for the replicas: itself.

        Args:
          dataset: the dataset.
          options: accepted.
        """
        return dataset

    def experimental_make_numpy_dataset(self, numpy_input, session=None):
        """A dataset of the rows of arrays.

        Args:
          numpy_input: array, or nested structure of arrays.
          session: accepted.
        """
        from headwater._src.data.dataset import Dataset

        return Dataset.from_tensor_slices(numpy_input)

    def make_dataset_iterator(self, dataset):
        """An iterator over a dataset, with `initialize()` and `get_next()`.

        Args:
          dataset: the dataset.
        """
        return _Input(dataset)

    def make_input_fn_iterator(self, input_fn, replication_mode=None):
        """An iterator over what an input function gives.

        Args:
          input_fn: function of an `InputContext` to a dataset.
          replication_mode: accepted.
        """
        return _Input(input_fn(InputContext()))

    def __repr__(self):
        return f"<{type(self).__name__} on {self._device_name or 'the default device'}>"


class _Input:
    """An iterator of a strategy."""

    def __init__(self, dataset):
        self._iterator = dataset.make_initializable_iterator()
        get_default_graph().add_to_collection("table_initializer", self._iterator.initializer)

    def __getattr__(self, name):
        return getattr(self._iterator, name)

    def initialize(self):
        """The operation that starts from the beginning, in a list."""
        return [self._iterator.initializer]


class InputContext:
    """What an input function may ask.

    Args:
      num_input_pipelines: how many pipelines there are.
      input_pipeline_id: which one this is.
      num_replicas_in_sync: how many replicas there are.

    Attributes:
      num_input_pipelines: the same.
      input_pipeline_id: the same.
      num_replicas_in_sync: the same.
    """

    def __init__(self, num_input_pipelines=1, input_pipeline_id=0, num_replicas_in_sync=1):
        self.num_input_pipelines = num_input_pipelines
        self.input_pipeline_id = input_pipeline_id
        self.num_replicas_in_sync = num_replicas_in_sync

    def get_per_replica_batch_size(self, global_batch_size):
        """The size of a replica's batch.

        Args:
          global_batch_size: that of all replicas together.

        Raises:
          ValueError: it cannot be divided.
        """
        if global_batch_size % self.num_replicas_in_sync:
            raise ValueError(
                f"The global_batch_size {global_batch_size} is not divisible by "
                f"num_replicas_in_sync {self.num_replicas_in_sync}"
            )
        return global_batch_size // self.num_replicas_in_sync


class OneDeviceStrategy(Strategy):
    """Everything on one device."""

    def __init__(self, device):
        """Names the device.

        Args:
          device: its name.
        """
        super().__init__()
        self._device_name = device


class MirroredStrategy(Strategy):
    """A replica on each device, in TensorFlow; here one, on the first."""

    def __init__(self, devices=None, cross_device_ops=None):
        """Names the devices.

        Args:
          devices: list of names; the others are not used, which is logged. None: the default one.
          cross_device_ops: accepted.
        """
        super().__init__()
        devices = [devices] if isinstance(devices, str) else list(devices or [""])
        self._device_name = devices[0]
        if len(devices) > 1:
            logging.warning(
                "headwater trains on one device: there is one replica, on %s, and none on %s.",
                devices[0],
                ", ".join(devices[1:]),
            )


# --- where a program is -------------------------------------------------------------------------

_default = Strategy()
_default_context = ReplicaContext(_default)


def get_strategy():
    """The strategy whose scope is open, or one that changes nothing."""
    return _stack()[-1][0] if _stack() else _default


def has_strategy():
    """Whether the scope of a strategy is open."""
    return bool(_stack()) and _stack()[-1][0] is not _default


def get_replica_context():
    """The `ReplicaContext` of the replica function that is called, or None between replicas."""
    return _stack()[-1][1] if _stack() else _default_context


def in_cross_replica_context():
    """Whether the program is in a strategy's scope and in none of its replicas."""
    return bool(_stack()) and _stack()[-1][1] is None
