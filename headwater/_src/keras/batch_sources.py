"""`Sequence` and the enqueuers: batches made by other threads while a step runs."""

import queue
import random
import threading
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor


class Sequence(ABC):
    """A source of batches by number: override `__getitem__` and `__len__`.

    Unlike a generator it can be read by several threads, and each batch comes once in an epoch.
    """

    @abstractmethod
    def __getitem__(self, index):
        """Batch number `index`.

        Args:
          index: from 0 to the length less 1.
        """

    @abstractmethod
    def __len__(self):
        """The number of batches."""

    def on_epoch_end(self):  # noqa: B027  optional
        """Called after each epoch: the place to shuffle."""

    def __iter__(self):
        for index in range(len(self)):
            yield self[index]


class SequenceEnqueuer(ABC):
    """Base of both enqueuers: `start`, `get`, `stop`.

    Args:
      sequence: where batches come from.
      use_multiprocessing: accepted; threads are used.
    """

    def __init__(self, sequence, use_multiprocessing=False):
        self.sequence, self.use_multiprocessing = sequence, use_multiprocessing
        self.queue = self._stop = self._thread = None

    def is_running(self):
        """Whether batches are being made."""
        return self._stop is not None and not self._stop.is_set()

    def start(self, workers=1, max_queue_size=10):
        """Begins to make batches.

        Args:
          workers: the number of threads.
          max_queue_size: how many batches wait at most.
        """
        self.queue = queue.Queue(max_queue_size)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._fill, args=(max(1, workers),), daemon=True)
        self._thread.start()

    def stop(self, timeout=None):
        """Ends the threads.

        Args:
          timeout: seconds to wait for them.
        """
        self._stop.set()
        while not self.queue.empty():  # wakes a thread that waits for room
            self.queue.get_nowait()
        self._thread.join(timeout)

    def _put(self, item):
        """Puts something into the queue, unless the enqueuer is stopped meanwhile."""
        while not self._stop.is_set():
            try:
                self.queue.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    @abstractmethod
    def _fill(self, workers):
        """Makes batches until stopped; runs in a thread of its own."""

    def get(self):
        """A generator of the batches, in order.

        Raises:
          Exception: what making a batch raised.
        """
        while self.is_running() or not self.queue.empty():
            try:
                future = self.queue.get(timeout=0.1)
            except queue.Empty:
                continue
            if future is None:
                return
            batch = future()
            if batch is not None:
                yield batch


class OrderedEnqueuer(SequenceEnqueuer):
    """Batches of a `Sequence`, epoch after epoch.

    Args:
      sequence: the `Sequence`.
      use_multiprocessing: accepted; threads are used.
      shuffle: whether the batches of an epoch come in random order.
    """

    def __init__(self, sequence, use_multiprocessing=False, shuffle=False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _fill(self, workers):
        with ThreadPoolExecutor(workers) as pool:
            while not self._stop.is_set():
                order = list(range(len(self.sequence)))
                if self.shuffle:
                    random.shuffle(order)
                futures = []
                for index in order:
                    if self._stop.is_set():
                        return
                    futures.append(pool.submit(self.sequence.__getitem__, index))
                    self._put(futures[-1].result)
                for future in futures:  # an epoch ends when its batches are made
                    future.exception()
                self.sequence.on_epoch_end()


class GeneratorEnqueuer(SequenceEnqueuer):
    """Batches of a generator, which one thread reads ahead.

    Args:
      generator: the generator.
      use_multiprocessing: accepted; a thread is used.
      random_seed: accepted for compatibility.
    """

    def __init__(self, generator, use_multiprocessing=False, random_seed=None):
        super().__init__(generator, use_multiprocessing)
        self.random_seed = random_seed

    def _fill(self, workers):
        iterator = iter(self.sequence)
        while not self._stop.is_set():
            try:
                batch = next(iterator)
            except StopIteration:
                self._put(None)
                return
            except Exception as e:
                self._put(_raiser(e))
                return
            self._put(lambda batch=batch: batch)


def _raiser(error):
    def fail():
        raise error

    return fail
