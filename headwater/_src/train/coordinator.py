"""`Coordinator`: lets several threads stop together, and passes on the first error."""

import contextlib
import sys
import threading
import time

from headwater._src.core import errors, logging


class Coordinator:
    """Ends a group of threads: any of them asks to stop, all of them look whether they should.

    >>> coord = tf.train.Coordinator()
    >>> def work():
    ...     while not coord.should_stop():
    ...         ...
    """

    def __init__(self, clean_stop_exception_types=None):
        """Makes a coordinator of no threads.

        Args:
          clean_stop_exception_types: tuple of exception types that mean an ordinary stop, not an
            error (default `(tf.errors.OutOfRangeError,)`).
        """
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error = None
        self._joined = False
        self._threads = set()

    def request_stop(self, ex=None):
        """Asks all threads to stop.

        Args:
          ex: the exception (or what `sys.exc_info()` gives) that `join` is to raise.

        Raises:
          The exception itself, when the coordinator has been joined already.
        """
        with self._lock:
            error = self._clean_error(ex)
            if self._joined:
                if isinstance(error, tuple):
                    raise error[1].with_traceback(error[2])
                if error is not None:
                    raise error
                return
            if self._stop.is_set():
                return
            if isinstance(error, BaseException):
                logging.info("Error reported to Coordinator: %s, %s", type(error), error)
                try:
                    raise error
                except BaseException:
                    self._error = sys.exc_info()
            elif error is not None:
                logging.info("Error reported to Coordinator: %s", error[1])
                if len(error) != 3 or not isinstance(error[1], BaseException):
                    raise ValueError("exc_info must be (type, value, traceback)")
                self._error = error
            self._stop.set()

    def _clean_error(self, ex):
        if isinstance(ex, tuple):
            return None if len(ex) > 1 and isinstance(ex[1], self._clean) else ex
        return None if isinstance(ex, self._clean) else ex

    def clear_stop(self):
        """Forgets that a stop was asked for; threads may be started again."""
        with self._lock:
            self._joined = False
            self._error = None
            self._stop.clear()

    def should_stop(self):
        """Whether a stop was asked for."""
        return self._stop.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self):
        """A context manager that asks for a stop, with the exception, when its block raises one."""
        try:
            yield
        except:  # noqa: E722  every exception ends the threads, also SystemExit
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout=None):
        """Waits until a stop is asked for.

        Args:
          timeout: the longest time to wait, in seconds.

        Returns:
          Whether it was.
        """
        return self._stop.wait(timeout)

    def register_thread(self, thread):
        """Adds a thread to those that `join` waits for.

        Args:
          thread: a `threading.Thread`.
        """
        with self._lock:
            self._threads.add(thread)

    def join(self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False):
        """Waits for the threads to end.

        Args:
          threads: list of threads, in addition to those registered.
          stop_grace_period_secs: how long to wait after a stop was asked for.
          ignore_live_threads: whether to return, instead of raising, when some run on after that
            time.

        Raises:
          RuntimeError: some threads did not stop in time.
          The exception that was passed to `request_stop`.
        """
        with self._lock:
            threads = list(self._threads.union(threads or ()))
        while any(t.is_alive() for t in threads) and not self.wait_for_stop(1.0):
            pass
        waited_until = time.monotonic() + stop_grace_period_secs
        pause = 0.001
        while any(t.is_alive() for t in threads) and time.monotonic() < waited_until:
            next(t for t in threads if t.is_alive()).join(pause)
            pause = min(pause * 2, 0.25, max(waited_until - time.monotonic(), 0.001))
        left = [t.name for t in threads if t.is_alive()]
        with self._lock:
            self._joined = True
            self._threads = set()
            if self._error is not None:
                raise self._error[1].with_traceback(self._error[2])
            if left:
                text = f"Coordinator stopped with threads still running: {' '.join(left)}"
                if not ignore_live_threads:
                    raise RuntimeError(text)
                logging.info(text)

    @property
    def joined(self):
        """Whether `join` has ended."""
        return self._joined

    def raise_requested_exception(self):
        """Raises the exception that was passed to `request_stop`, if there was one."""
        with self._lock:
            if self._error is not None:
                raise self._error[1].with_traceback(self._error[2])


class LooperThread(threading.Thread):
    """A thread that does something again and again until its coordinator stops."""

    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        """Makes the thread, which does not run yet.

        Args:
          coord: its `Coordinator`.
          timer_interval_secs: seconds from one call to the next; None for no pause.
          target: function to call; or else `run_loop` is overridden.
          args: its positional arguments.
          kwargs: its keyword arguments.

        Raises:
          ValueError: `coord` is no `Coordinator`, or arguments are given without a function.
        """
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__()
        self.daemon = True
        self._coord, self._interval = coord, timer_interval_secs
        if target:
            self._call, self._call_args, self._call_kwargs = target, args or (), kwargs or {}
        elif args or kwargs:
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        else:
            self._call = None
        coord.register_thread(self)

    @staticmethod
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None):
        """Starts a thread that calls `target`; arguments as for the constructor.

        Returns:
          The thread.
        """
        looper = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        looper.start()
        return looper

    def run(self):
        """The thread's work."""
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._interval is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                due = time.time()
                while not self._coord.wait_for_stop(max(0.0, due - time.time())):
                    due += self._interval
                    self.run_loop()
            self.stop_loop()

    def start_loop(self):
        """Called before the first call; for subclasses."""

    def stop_loop(self):
        """Called after the last call; for subclasses."""

    def run_loop(self):
        """One call; subclasses may override it."""
        if self._call:
            self._call(*self._call_args, **self._call_kwargs)
