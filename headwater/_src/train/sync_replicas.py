"""`SyncReplicasOptimizer`: gradients of several workers become one update.

Workers put their gradients into accumulators, tagged with the step they were computed at. A thread
of the chief takes the means of enough of them, applies them, and hands out a token for each
worker's next step; a worker waits for its token, which is the new step.
"""

import time

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable import Variable
from headwater._src.ops import variables
from headwater._src.ops.accumulator_classes import (
    ConditionalAccumulator,
    SparseConditionalAccumulator,
)
from headwater._src.ops.grouping import group, no_op
from headwater._src.ops.queue_classes import FIFOQueue
from headwater._src.train.optimizer import Optimizer
from headwater._src.train.queue_runner import QueueRunner
from headwater._src.train.session_manager import SessionManager
from headwater._src.train.session_run_hook import SessionRunHook


class SyncReplicasOptimizer(Optimizer):
    """Applies the mean of several workers' gradients; late ones are dropped.

    Args:
      opt: the `Optimizer` that applies it.
      replicas_to_aggregate: how many gradients make an update.
      total_num_replicas: how many workers there are (default: as many).
      variable_averages: an `ExponentialMovingAverage` to keep.
      variables_to_average: list of the variables it is kept of.
      use_locking: accepted.
      name: name scope of the accumulators.

    Raises:
      ValueError: averages are wanted without a list of variables.
    """

    def __init__(
        self,
        opt,
        replicas_to_aggregate,
        total_num_replicas=None,
        variable_averages=None,
        variables_to_average=None,
        use_locking=False,
        name="sync_replicas",
    ):
        super().__init__(use_locking, name)
        if total_num_replicas is None:
            total_num_replicas = replicas_to_aggregate
        if variable_averages is not None and variables_to_average is None:
            raise ValueError("variables_to_average must be given with variable_averages")
        self._opt = opt
        self._replicas_to_aggregate, self._total_num_replicas = (
            replicas_to_aggregate,
            total_num_replicas,
        )
        self._tokens_per_step = max(total_num_replicas, replicas_to_aggregate)
        self._averages, self._averaged = variable_averages, variables_to_average
        self._gradients_applied = False
        self._global_step = self._sync_token_queue = self._chief_queue_runner = None
        self.local_step_init_op = self.chief_init_op = self.ready_for_local_init_op = None

    def compute_gradients(self, *args, **kwargs):
        """The inner optimizer's gradients.

        Args:
          *args: as for that of the inner optimizer.
          **kwargs: likewise.
        """
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """The operation of one step of this worker: it adds its gradients and waits for the update.

        Args:
          grads_and_vars: list of `(gradient, variable)`.
          global_step: the step counter.
          name: accepted.

        Returns:
          The operation.

        Raises:
          ValueError: there are no gradients, or no step counter.
        """
        if not grads_and_vars:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        grads_and_vars = list(grads_and_vars)
        self._global_step = global_step
        self._local_step = Variable(
            0,
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
            dtype=global_step.dtype.base_dtype,
            name="sync_rep_local_step",
        )
        self.local_step_init_op = PUBLIC["assign"](self._local_step, global_step)
        self.ready_for_local_init_op = variables.report_uninitialized_variables(
            variables.global_variables()
        )
        with get_default_graph().name_scope(self._name):
            accumulators, added, means = self._accumulate(grads_and_vars)
            train_op = self._synchronize(added, means)
            steps = [self._set_step(accumulator, device) for accumulator, device in accumulators]
        self.chief_init_op = group(self.local_step_init_op, *steps)
        self._gradients_applied = True
        return train_op

    def _accumulate(self, grads_and_vars):
        """The accumulators and their devices, what adds to them, and their means."""
        graph = get_default_graph()
        accumulators, added, means = [], [], []
        for grad, variable in grads_and_vars:
            with graph.device(variable.device):
                if grad is None:
                    means.append((None, variable))
                    continue
                sparse = isinstance(grad, IndexedSlices)
                kind = SparseConditionalAccumulator if sparse else ConditionalAccumulator
                accumulator = kind(
                    grad.dtype,
                    shape=variable.get_shape(),
                    shared_name=variable.name + "/grad_accum",
                )
                if sparse:
                    added.append(accumulator.apply_indexed_slices_grad(grad, self._local_step))
                    mean = accumulator.take_indexed_slices_grad(self._replicas_to_aggregate)
                else:
                    added.append(accumulator.apply_grad(grad, self._local_step))
                    mean = accumulator.take_grad(self._replicas_to_aggregate)
                means.append((mean, variable))
                accumulators.append((accumulator, variable.device))
        return accumulators, added, means

    def _synchronize(self, added, means):
        """The worker's operation; makes the chief's queue runner on the way."""
        graph, step = get_default_graph(), self._global_step
        kind = step.dtype.base_dtype
        with graph.device(step.device), graph.name_scope(None):
            update = self._opt.apply_gradients(means, step)
            self._sync_token_queue = FIFOQueue(
                -1, kind, shapes=((),), name="sync_token_q", shared_name="sync_token_q"
            )
            # A queue runner wants a queue to close; nobody uses this one.
            dummy = FIFOQueue(1, kind, shapes=((),), name="dummy_queue", shared_name="dummy_queue")
            with graph.control_dependencies(added):
                token = self._sync_token_queue.dequeue()
            train_op = PUBLIC["assign"](self._local_step, token)
            with graph.control_dependencies([update]):
                tokens = self._tokens(self._tokens_per_step)
                sync = self._sync_token_queue.enqueue_many((tokens,))
            if self._averages is not None:
                with graph.control_dependencies([sync]):
                    sync = self._averages.apply(self._averaged)
        self._chief_queue_runner = _ChiefQueueRunner(dummy, [sync])
        return train_op

    def _tokens(self, count):
        step = PUBLIC["identity"](self._global_step)
        return PUBLIC["zeros"]([count], self._global_step.dtype.base_dtype) + step

    def _set_step(self, accumulator, device):
        with get_default_graph().device(device):
            return accumulator.set_global_step(
                PUBLIC["cast"](PUBLIC["identity"](self._global_step), dtypes.int64),
                name="SetGlobalStep",
            )

    def _apply_dense(self, grad, var):
        """Never called: the inner optimizer applies the means."""
        raise NotImplementedError("SyncReplicasOptimizer applies no gradient itself")

    def get_chief_queue_runner(self):
        """The `QueueRunner` that the chief is to start.

        Raises:
          ValueError: no gradients have been applied yet.
        """
        if not self._gradients_applied:
            raise ValueError("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def get_init_tokens_op(self, num_tokens=-1):
        """The operation that hands out the first tokens, to be run by the chief.

        Args:
          num_tokens: how many (default: as many as gradients make an update).

        Returns:
          The operation.

        Raises:
          ValueError: no gradients have been applied yet, or the tokens do not do for one update.
        """
        if not self._gradients_applied:
            raise ValueError("get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(
                f"Too few tokens to finish the first step: {num_tokens} (given) vs {needed} "
                "(needed)"
            )
        if num_tokens <= 0:
            return no_op(name="no_init_tokens")
        graph = get_default_graph()
        with graph.device(self._global_step.device), graph.name_scope(None):
            return self._sync_token_queue.enqueue_many((self._tokens(num_tokens),))

    def get_slot(self, *args, **kwargs):
        """The inner optimizer's slot.

        Args:
          *args: as for that of the inner optimizer.
          **kwargs: likewise.
        """
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs):
        """The names of the inner optimizer's slots.

        Args:
          *args: as for that of the inner optimizer.
          **kwargs: likewise.
        """
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self):
        """The inner optimizer's variables."""
        return self._opt.variables()

    def make_session_run_hook(self, is_chief, num_tokens=-1):
        """The hook that each worker's `MonitoredSession` needs.

        Args:
          is_chief: whether the worker is the chief.
          num_tokens: as for `get_init_tokens_op`.

        Returns:
          A `SessionRunHook`.
        """
        return _SyncReplicasHook(self, is_chief, num_tokens)


class _ChiefQueueRunner(QueueRunner):
    """Its thread waits for gradients, not for the queue: closing the queue does not wake it."""

    def _close_on_stop(self, sess, cancel_op, coord):
        super()._close_on_stop(sess, cancel_op, coord)
        while self._runs_per_session.get(sess, 0) > 0:
            sess.cancel_waiting()
            time.sleep(0.02)


class _SyncReplicasHook(SessionRunHook):
    """Sets the local step; as chief, hands out the first tokens and starts the thread."""

    def __init__(self, optimizer, is_chief, num_tokens):
        self._optimizer, self._is_chief, self._num_tokens = optimizer, is_chief, num_tokens
        self._tokens_op = self._runner = None

    def begin(self):
        """Makes the operations."""
        optimizer = self._optimizer
        if not optimizer._gradients_applied:
            raise ValueError(
                "SyncReplicasOptimizer.apply_gradient should be called before using the hook."
            )
        self._init_op = optimizer.local_step_init_op
        if self._is_chief:
            self._init_op = optimizer.chief_init_op
            self._runner = optimizer.get_chief_queue_runner()
            self._tokens_op = optimizer.get_init_tokens_op(self._num_tokens)

    def after_create_session(self, session, coord):
        """Runs them."""
        manager = SessionManager(
            local_init_op=self._init_op,
            ready_for_local_init_op=self._optimizer.ready_for_local_init_op,
            graph=session.graph,
        )
        ready, problem = manager._try_local_init(session)
        if not ready:
            raise RuntimeError(
                "Init operations did not make model ready for local_init. Init op: "
                f"{self._init_op.name}, error: {problem}"
            )
        if self._tokens_op is not None:
            session.run(self._tokens_op)
        if self._runner is not None:
            self._runner.create_threads(session, coord=coord, daemon=True, start=True)
