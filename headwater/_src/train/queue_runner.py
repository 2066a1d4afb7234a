"""`QueueRunner`: threads that keep a queue full."""

import threading
import weakref

from headwater._src.core import errors, logging
from headwater._src.core.proto import queue_runner_pb2
from headwater._src.graph import default
from headwater._src.graph.collections import GraphKeys
from headwater._src.train import meta_graph


class QueueRunner:
    """Operations that fill a queue, each to be run again and again in a thread of its own.

    The queue is closed when they are through, or when one of them fails.
    """

    def __init__(
        self,
        queue=None,
        enqueue_ops=None,
        close_op=None,
        cancel_op=None,
        queue_closed_exception_types=None,
        queue_runner_def=None,
        import_scope=None,
    ):
        """Describes the threads; `create_threads` makes them.

        Args:
          queue: the queue.
          enqueue_ops: list of operations that add to it, one for each thread.
          close_op: the operation that closes it (default: `queue.close()`).
          cancel_op: the one that closes it and cancels those who wait.
          queue_closed_exception_types: tuple of exceptions that mean that the queue was closed.
          queue_runner_def: a `QueueRunnerDef` to take everything from instead.
          import_scope: name scope to put before the names in `queue_runner_def`.

        Raises:
          ValueError: `queue` or `enqueue_ops` is missing, or both kinds of description are given.
        """
        if queue_runner_def is not None:
            if queue or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive.")
            self._from_proto(queue_runner_def, import_scope)
        else:
            self._set(queue, enqueue_ops, close_op, cancel_op, queue_closed_exception_types)
        self._lock = threading.Lock()
        self._runs_per_session = weakref.WeakKeyDictionary()
        self._exceptions_raised = []

    def _set(self, queue, enqueue_ops, close_op, cancel_op, closed_types):
        if not queue or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        self._queue, self._enqueue_ops = queue, enqueue_ops
        self._close_op, self._cancel_op = close_op, cancel_op
        if closed_types is not None:
            if (
                not isinstance(closed_types, tuple)
                or not closed_types
                or not all(issubclass(t, errors.OpError) for t in closed_types)
            ):
                raise TypeError(
                    "queue_closed_exception_types, when provided, must be a tuple of "
                    f"tf.error types, but saw: {closed_types}"
                )
        self._closed_types = closed_types or (errors.OutOfRangeError,)
        if self._close_op is None:
            self._close_op = queue.close()
        if self._cancel_op is None:
            self._cancel_op = queue.close(cancel_pending_enqueues=True)

    def _from_proto(self, proto, import_scope):
        from headwater._src.ops.queue_classes import QueueBase

        graph = default.get_default_graph()

        def find(name):
            if import_scope:
                name = f"{import_scope}/{name}"
            return graph.as_graph_element(name)

        ref = find(proto.queue_name)
        ref = ref.outputs[0] if hasattr(ref, "outputs") else ref
        attrs = ref.op.attrs
        self._queue = QueueBase(list(attrs["component_types"]), None, None, ref)
        self._enqueue_ops = [find(name) for name in proto.enqueue_op_name]
        self._close_op, self._cancel_op = find(proto.close_op_name), find(proto.cancel_op_name)
        self._closed_types = tuple(
            errors.exception_type_from_error_code(code)
            for code in proto.queue_closed_exception_types
        ) or (errors.OutOfRangeError,)

    @property
    def queue(self):
        """The queue."""
        return self._queue

    @property
    def enqueue_ops(self):
        """The operations that add to it."""
        return self._enqueue_ops

    @property
    def close_op(self):
        """The operation that closes it."""
        return self._close_op

    @property
    def cancel_op(self):
        """The operation that closes it and cancels those who wait."""
        return self._cancel_op

    @property
    def queue_closed_exception_types(self):
        """The exceptions that mean that the queue was closed."""
        return self._closed_types

    @property
    def exceptions_raised(self):
        """The exceptions of threads that had no coordinator to tell."""
        return self._exceptions_raised

    @property
    def name(self):
        """The name of the queue's node."""
        return self._queue.name

    def _run(self, sess, enqueue_op, coord=None):
        counted = True
        try:
            step = sess.make_callable(enqueue_op)
            while True:
                if coord and coord.should_stop():
                    break
                try:
                    step()
                except self._closed_types:
                    with self._lock:
                        self._runs_per_session[sess] -= 1
                        counted = False
                        last = self._runs_per_session[sess] == 0
                    if last:
                        try:
                            sess.run(self._close_op)
                        except Exception as error:
                            logging.vlog(1, "Ignored exception: %s", error)
                    return
        except Exception as error:
            if coord:
                coord.request_stop(error)
            else:
                logging.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._exceptions_raised.append(error)
                raise
        finally:
            if counted:
                with self._lock:
                    self._runs_per_session[sess] -= 1

    def _close_on_stop(self, sess, cancel_op, coord):
        coord.wait_for_stop()
        try:
            sess.run(cancel_op)
        except Exception as error:
            logging.vlog(1, "Ignored exception: %s", error)

    def create_threads(self, sess, coord=None, daemon=False, start=False):
        """Threads that run the operations in a session; none when the session has some already.

        Args:
          sess: the `Session`.
          coord: a `Coordinator` that is told of errors and asked when to stop.
          daemon: whether the threads are daemons.
          start: whether to start them.

        Returns:
          A list of threads.
        """
        with self._lock:
            if self._runs_per_session.get(sess, 0) > 0:
                return []
            self._runs_per_session[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [
            threading.Thread(
                target=self._run,
                args=(sess, op, coord),
                name=f"QueueRunnerThread-{self.name}-{getattr(op, 'name', op)}",
            )
            for op in self._enqueue_ops
        ]
        if coord:
            threads.append(
                threading.Thread(
                    target=self._close_on_stop,
                    args=(sess, self._cancel_op, coord),
                    name=f"QueueRunnerThread-{self.name}-close_on_stop",
                )
            )
        for thread in threads:
            if coord:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def to_proto(self, export_scope=None):
        """A `QueueRunnerDef` of names.

        Args:
          export_scope: name scope to remove from the names.

        Returns:
          The message, or None when the queue is outside of the scope.
        """
        if export_scope is not None and not self._queue.queue_ref.name.startswith(
            export_scope + "/"
        ):
            return None

        def strip(name):
            return name.removeprefix(export_scope + "/") if export_scope else name

        proto = queue_runner_pb2.QueueRunnerDef()
        proto.queue_name = strip(self._queue.queue_ref.op.name)
        for op in self._enqueue_ops:
            proto.enqueue_op_name.append(strip(op.name))
        proto.close_op_name = strip(self._close_op.name)
        proto.cancel_op_name = strip(self._cancel_op.name)
        proto.queue_closed_exception_types.extend(
            errors.error_code_from_exception_type(t) for t in self._closed_types
        )
        return proto

    @staticmethod
    def from_proto(queue_runner_def, import_scope=None):
        """The `QueueRunner` that a `QueueRunnerDef` describes, in the default graph."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def add_queue_runner(qr, collection=GraphKeys.QUEUE_RUNNERS):
    """Adds a `QueueRunner` to a collection of the default graph.

    Args:
      qr: the `QueueRunner`.
      collection: name of the collection.
    """
    default.get_default_graph().add_to_collection(collection, qr)


def start_queue_runners(
    sess=None, coord=None, daemon=True, start=True, collection=GraphKeys.QUEUE_RUNNERS
):
    """Starts the threads of all queue runners of a collection.

    Args:
      sess: the `Session` (default: the default session).
      coord: a `Coordinator` for the threads.
      daemon: whether the threads are daemons.
      start: whether to start them.
      collection: name of the collection.

    Returns:
      A list of threads.

    Raises:
      ValueError: there is no session.
      TypeError: `sess` is no session.
      RuntimeError: the session is closed.
    """
    if sess is None:
        sess = default.get_default_session()
        if not sess:
            raise ValueError(
                "Cannot start queue runners: No default session is registered. Use `with "
                "sess.as_default()` or pass an explicit session to "
                "tf.start_queue_runners(sess=sess)"
            )
    if not hasattr(sess, "run") or not hasattr(sess, "graph"):
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    with sess.graph.as_default():
        return [
            thread
            for qr in default.get_default_graph().get_collection(collection)
            for thread in qr.create_threads(sess, coord=coord, daemon=daemon, start=start)
        ]


def _proto_class():
    return queue_runner_pb2.QueueRunnerDef


meta_graph.register_proto_function(
    GraphKeys.QUEUE_RUNNERS, _proto_class, QueueRunner.to_proto, QueueRunner.from_proto
)
