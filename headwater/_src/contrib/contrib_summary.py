"""`tf.contrib.summary`: summaries that are written where they are made, not fetched and added.

In eager execution a summary is written at once. In a graph it is an operation that writes when it
runs; `all_summary_ops` gives those of the default graph. Either way nothing is written outside of a
`record_summaries...` block, or without a writer.

State: `_current`, thread-local: the writer that summaries go to, and whether they are recorded: a
bool, or a function that gives a bool or a bool tensor.
"""

import contextlib
import threading

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import (
    executing_eagerly,
    get_default_graph,
    get_default_session,
)
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.ops.script import py_func
from headwater._src.ops.summary_functions import clean_tag
from headwater._src.train.global_step import get_global_step, get_or_create_global_step
from headwater._src.train.summary_writer import FileWriter

_INITIALIZERS = "_headwater_summary_writers"


class _Current(threading.local):
    writer = None
    recorded = False


_current = _Current()


class SummaryWriter:
    """Writes summaries to an event file, which is made at the first of them.

    Args:
      logdir: the folder.
      settings: further arguments of `tf.summary.FileWriter`.
    """

    def __init__(self, logdir, settings):
        self._logdir, self._settings, self._file = logdir, settings, None

    def open(self):
        """Makes the file unless it is there; gives its `FileWriter`."""
        if self._file is None:
            self._file = FileWriter(self._logdir, **self._settings)
        return self._file

    def write(self, data, step):
        """Writes a serialized `Summary`."""
        self.open().add_summary(data, int(step))

    @contextlib.contextmanager
    def as_default(self):
        """A block whose summaries go to this writer; it is flushed at the end."""
        before, _current.writer = _current.writer, self
        try:
            yield self
        finally:
            _current.writer = before
            if self._file is not None:
                self._file.flush()

    def set_as_default(self):
        """Summaries of this thread go to this writer from now on."""
        _current.writer = self

    def init(self):
        """Makes the file; in a graph, the operation that does."""
        if executing_eagerly():
            self.open()
            return None
        return py_func(lambda: self.open() and (), [], [])

    def flush(self):
        """Writes out what is waiting; in a graph, the operation that does."""
        return flush(self)

    def close(self):
        """Closes the file; in a graph, the operation that does."""
        return _now_or_later(lambda: self._file is not None and self._file.close())


def _now_or_later(function):
    if executing_eagerly():
        function()
        return None
    return py_func(lambda: function() and (), [], [])


def create_file_writer(logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None):
    """A writer of summaries to an event file.

    Args:
      logdir: the folder; None for a writer that writes nothing.
      max_queue: how many events may wait (default: 10).
      flush_millis: milliseconds after which they are written (default: two minutes).
      filename_suffix: end of the file's name (default: `.v2`).
      name: ignored; each call makes a writer of its own.

    Returns:
      A `SummaryWriter`; as `as_default()` it is where the summaries of a block go.
    """
    if logdir is None:
        return _NoWriter()
    settings = {
        "max_queue": 10 if max_queue is None else int(max_queue),
        "flush_secs": 120 if flush_millis is None else int(flush_millis) / 1000,
        "filename_suffix": ".v2" if filename_suffix is None else filename_suffix,
    }
    writer = SummaryWriter(logdir, settings)
    if not executing_eagerly():
        get_default_graph().add_to_collection(_INITIALIZERS, writer.init())
    return writer


class _NoWriter(SummaryWriter):
    """A writer that writes nothing."""

    def __init__(self):
        super().__init__(None, {})

    def open(self):
        """Gives nothing to write to."""
        return self

    def write(self, data, step):
        """Forgets a summary."""

    def init(self):
        """Does nothing."""
        return PUBLIC["no_op"]()


# --- whether summaries are recorded --------------------------------------------------------------


@contextlib.contextmanager
def _recording(when):
    before, _current.recorded = _current.recorded, when
    try:
        yield
    finally:
        _current.recorded = before


def always_record_summaries():
    """A block in which every summary is recorded."""
    return _recording(True)


def never_record_summaries():
    """A block in which no summary is recorded."""
    return _recording(False)


def record_summaries_every_n_global_steps(n, global_step=None):
    """A block in which summaries are recorded when the global step is a multiple of `n`.

    Args:
      n: how many steps.
      global_step: the step (default: the global step, which is made if there is none).
    """
    step = get_or_create_global_step() if global_step is None else global_step

    def due():
        value = step.read_value() if hasattr(step, "read_value") else convert_to_tensor(step)
        return raw.Equal(
            raw.FloorMod(value, convert_to_tensor(n, value.dtype.base_dtype)),
            convert_to_tensor(0, value.dtype.base_dtype),
        )

    return _recording(due)


def should_record_summaries():
    """Whether summaries are recorded here: a bool, or a bool tensor."""
    if _current.writer is None:
        return False
    when = _current.recorded
    return when() if callable(when) else when


# --- summaries ----------------------------------------------------------------------------------


def _write(name, family, step, make):
    """Writes the summary that `make(tag)` gives, now or when the graph runs."""
    writer = _current.writer
    if writer is None or _current.recorded is False:
        return PUBLIC["no_op"]()
    graph = get_default_graph()
    tag = clean_tag(name) if family is None else f"{clean_tag(family)}/{clean_tag(name)}"
    with graph.name_scope(tag) as scope:
        tag = scope.rstrip("/")
        if executing_eagerly():
            if bool(should_record_summaries()):
                writer.write(make(tag).numpy(), _step(step))
            return PUBLIC["no_op"]()
        step = convert_to_tensor(_step(step))

        def record():
            return py_func(lambda data, at: writer.write(data, at) or (), [make(tag), step], [])

        recorded = should_record_summaries()
        if isinstance(recorded, Tensor):
            done = PUBLIC["cond"](
                recorded, lambda: _after(record()), lambda: convert_to_tensor(False)
            )
            op = done.op
        else:
            op = record()
    graph.add_to_collection(GraphKeys._SUMMARY_COLLECTION, op)
    return op


def _after(op):
    with get_default_graph().control_dependencies([op]):
        return raw.Identity(convert_to_tensor(True))


def _step(step):
    step = get_global_step() if step is None else step
    if step is None:
        raise ValueError(
            "No step set: give `step`, or make the global step by "
            "tf.train.get_or_create_global_step()."
        )
    return step.read_value() if hasattr(step, "read_value") else step


def scalar(name, tensor, family=None, step=None):
    """Writes a number.

    Args:
      name: name of the series.
      tensor: a real number.
      family: a group in TensorBoard; put before the name.
      step: the step (default: the global step).

    Returns:
      The operation.

    Raises:
      ValueError: there is no step.
    """
    return _write(name, family, step, lambda tag: raw.ScalarSummary(tag, convert_to_tensor(tensor)))


def histogram(name, tensor, family=None, step=None):
    """Writes the distribution of a tensor's elements.

    Args:
      name: name of the series.
      tensor: real `Tensor` of any shape.
      family: as for `scalar`.
      step: as for `scalar`.
    """
    return _write(
        name, family, step, lambda tag: raw.HistogramSummary(tag, convert_to_tensor(tensor))
    )


def image(name, tensor, bad_color=None, max_images=3, family=None, step=None):
    """Writes images.

    Args:
      name: name of the series.
      tensor: `Tensor` `[n, height, width, channels]`, uint8 or floating-point.
      bad_color: accepted.
      max_images: how many of them at most.
      family: as for `scalar`.
      step: as for `scalar`.
    """
    return _write(
        name,
        family,
        step,
        lambda tag: raw.ImageSummary(tag, convert_to_tensor(tensor), max_images=max_images),
    )


def audio(name, tensor, sample_rate, max_outputs, family=None, step=None):
    """Writes sounds.

    Args:
      name: name of the series.
      tensor: float32 `Tensor` `[n, frames, channels]` or `[n, frames]`.
      sample_rate: samples in a second.
      max_outputs: how many of them at most.
      family: as for `scalar`.
      step: as for `scalar`.
    """
    rate = convert_to_tensor(sample_rate, dtypes.float32)
    return _write(
        name,
        family,
        step,
        lambda tag: raw.AudioSummaryV2(
            tag, convert_to_tensor(tensor), rate, max_outputs=max_outputs
        ),
    )


# --- in a graph ---------------------------------------------------------------------------------


def all_summary_ops():
    """The operations that write the summaries of the default graph; None in eager execution."""
    if executing_eagerly():
        return None
    return get_default_graph().get_collection(GraphKeys._SUMMARY_COLLECTION)


def summary_writer_initializer_op():
    """The operations that open the writers of the default graph.

    Raises:
      RuntimeError: eager execution, where writers need none.
    """
    if executing_eagerly():
        raise RuntimeError(
            "tf.contrib.summary.summary_writer_initializer_op is only supported in graph mode."
        )
    return get_default_graph().get_collection(_INITIALIZERS)


def initialize(graph=None, session=None):
    """Opens the writers of the default graph, and writes a graph to the current one.

    Args:
      graph: a `Graph` to write.
      session: the session to run in (default: the default session).

    Raises:
      ValueError: there is no session.
    """
    if executing_eagerly():
        return
    session = session or get_default_session()
    if session is None:
        raise ValueError("Argument `session must be passed if no default session exists")
    session.run(summary_writer_initializer_op())
    if graph is not None and _current.writer is not None:
        _current.writer.open().add_graph(graph)


def flush(writer=None, name=None):
    """Writes out what is waiting; in a graph, the operation that does.

    Args:
      writer: the writer (default: the current one).
      name: ignored.
    """
    writer = writer or _current.writer
    if writer is None:
        return PUBLIC["no_op"]()
    return _now_or_later(lambda: writer._file is not None and writer._file.flush())


def create_summary_file_writer(*args, **kwargs):
    """The older name of `create_file_writer`.

    Args:
      *args: as there.
      **kwargs: as there.
    """
    return create_file_writer(*args, **kwargs)
