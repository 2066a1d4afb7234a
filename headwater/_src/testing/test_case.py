"""`tf.test.TestCase`: unittest's, with sessions that last as long as a test."""

import contextlib
import functools
import os
import random
import tempfile
import threading

import numpy as np
from absl.testing import absltest

from headwater._src.core import nest
from headwater._src.core.proto import config_pb2
from headwater._src.graph.default import executing_eagerly, get_default_graph, reset_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.runtime.session import Session, get_default_session
from headwater._src.testing.assertions import ArrayAssertions

SEED = 87654321  # of every test's graph, of `random` and of NumPy, as in TensorFlow


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="headwater_test_")


def get_temp_dir():
    """A folder for this process's tests, made at the first call; it goes when the process ends."""
    return _folder().name


def test_src_dir_path(relative_path):
    """The path of a file beside headwater's own sources.

    Args:
      relative_path: path below the folder of the package.

    Returns:
      The absolute path.
    """
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.path.join(package, relative_path)


def main(argv=None):
    """Runs the tests of the program that calls it, and ends the process.

    Args:
      argv: words of the command line; None takes those of the process.
    """
    absltest.main(argv=argv)


class CheckedThread:
    """A thread whose failure fails the test: give it to `TestCase.checkedThread`'s caller.

    Args:
      case: the test.
      target: what the thread runs.
      args: positional arguments of `target`.
      kwargs: keyword arguments of `target`.
    """

    def __init__(self, case, target, args=None, kwargs=None):
        self._case, self._target = case, target
        self._args, self._kwargs = args or (), kwargs or {}
        self._error = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            self._target(*self._args, **self._kwargs)
        except BaseException as e:
            self._error = e

    def start(self):
        """Starts the thread."""
        self._thread.start()

    def join(self):
        """Waits for the end of the thread; raises AssertionError when it failed."""
        self._thread.join()
        self._case._threads.discard(self)
        if self._error is not None:
            raise AssertionError(
                f"Error in checkedThread: {type(self._error).__name__}: {self._error}"
            ) from self._error

    def is_alive(self):
        """Whether the thread still runs."""
        return self._thread.is_alive()


class _NotATest:
    """A method that test loaders must not take for a test, though its name starts with `test`:
    they look for what can be called in the class."""

    def __init__(self, function):
        self._function = function

    def __get__(self, instance, owner=None):
        return self if instance is None else self._function.__get__(instance, owner)


class TestCase(ArrayAssertions, absltest.TestCase):
    """A test case with sessions, evaluation of tensors and assertions about arrays.

    Each test starts with an empty default graph and seeds of its own, so that its random numbers
    do not depend on other tests.

    Args:
      methodName: the test method to run.

    Example:
      ```python
      class SquareTest(tf.test.TestCase):
          def testSquare(self):
              with self.test_session():
                  x = tf.square([2, 3])
                  self.assertAllEqual(x.eval(), [4, 9])


      if __name__ == "__main__":
          tf.test.main()
      ```
    """

    def __init__(self, methodName="runTest"):
        super().__init__(methodName)
        self._cached_session = None
        self._cached_for = None
        self._threads = set()
        self._temp_dir = None

    def setUp(self):
        """Empties the default graph and sets the seeds."""
        super().setUp()
        random.seed(SEED)
        np.random.seed(SEED)
        reset_default_graph()
        get_default_graph().seed = SEED

    def tearDown(self):
        """Closes the test's session; fails when a checked thread was never joined."""
        forgotten = [thread for thread in self._threads if thread.is_alive()]
        self._threads.clear()
        self._close_cached()
        super().tearDown()
        if forgotten:
            self.fail(f"{len(forgotten)} checkedThread(s) were not joined.")

    def _close_cached(self):
        if self._cached_session is not None:
            self._cached_session.close()
            self._cached_session = None

    def get_temp_dir(self):
        """A folder for this test method alone; the same at every call in it."""
        if self._temp_dir is None:
            self._temp_dir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._temp_dir

    def evaluate(self, tensors):
        """The values of a structure of tensors in the default session, or the test's own.

        Args:
          tensors: a tensor, operation or variable, or a structure of them and of plain values.

        Returns:
          The structure with NumPy values in the places of tensors.
        """
        if not nest.flatten(tensors):
            return tensors
        if executing_eagerly():
            return nest.map_structure(lambda t: t.numpy() if hasattr(t, "numpy") else t, tensors)
        session = get_default_session()
        if session is not None:
            return session.run(tensors)
        with self.test_session() as session:
            return session.run(tensors)

    def evaluate_if_both_tensors(self, a, b):
        """`(a, b)`, evaluated when both are tensors."""
        both = isinstance(a, Tensor) and isinstance(b, Tensor)
        return (self.evaluate(a), self.evaluate(b)) if both else (a, b)

    @contextlib.contextmanager
    def session(self, graph=None, config=None, use_gpu=True, force_gpu=False):
        """Context manager: a new session as the default one, closed at the end.

        Args:
          graph: the graph; None for the default one.
          config: a ConfigProto or None.
          use_gpu: whether nodes may run on a GPU where there is one; without, all are placed on
            the CPU.
          force_gpu: whether all nodes are to be placed on the GPU.

        Yields:
          The session.
        """
        with Session(graph=graph, config=self._config(config)) as session:
            with self._placed(session, use_gpu, force_gpu):
                yield session

    @contextlib.contextmanager
    def cached_session(self, graph=None, config=None, use_gpu=True, force_gpu=False):
        """Context manager: the test's own session, made by the first call and kept until its end.

        Args:
          graph: the graph; None for the default one.
          config: a ConfigProto or None.
          use_gpu: see `session`.
          force_gpu: see `session`.

        Yields:
          The session.

        Raises:
          ValueError: a second call asks for another graph or configuration.
        """
        asked = (graph, config, force_gpu)
        if self._cached_session is None:
            self._cached_session = Session(graph=graph, config=self._config(config))
            self._cached_for = asked
        elif self._cached_for[0] is not graph or self._cached_for[1:] != asked[1:]:
            raise ValueError(
                "cached_session() keeps one session for the whole test, and this call asks for "
                "another graph or configuration than the first: use session() for a second one."
            )
        session = self._cached_session
        with session.graph.as_default(), session.as_default():
            with self._placed(session, use_gpu, force_gpu):
                yield session

    @_NotATest
    @contextlib.contextmanager
    def test_session(self, graph=None, config=None, use_gpu=True, force_gpu=False):
        """Context manager: `cached_session` without a graph, and a new `session` with one.

        Args:
          graph: the graph; None for the default one.
          config: a ConfigProto or None.
          use_gpu: see `session`.
          force_gpu: see `session`.

        Yields:
          The session.
        """
        form = self.cached_session if graph is None else self.session
        with form(graph, config, use_gpu, force_gpu) as session:
            yield session

    @staticmethod
    def _config(config):
        if config is not None:
            return config
        return config_pb2.ConfigProto(allow_soft_placement=True)

    @staticmethod
    @contextlib.contextmanager
    def _placed(session, use_gpu, force_gpu):
        if use_gpu and not force_gpu:
            yield
            return
        with session.graph.device("/device:GPU:0" if force_gpu else "/device:CPU:0"):
            yield

    def checkedThread(self, target, args=None, kwargs=None):
        """A thread whose exception fails the test when it is joined.

        Args:
          target: the function it runs.
          args: positional arguments, a tuple.
          kwargs: keyword arguments, a dict.

        Returns:
          An object with `start`, `join` and `is_alive`.
        """
        thread = CheckedThread(self, target, args, kwargs)
        self._threads.add(thread)
        return thread
