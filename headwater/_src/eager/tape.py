"""`GradientTape`: remembers operations, to differentiate what they computed.

In eager execution a tape is told of every operation that runs; in a graph it looks, when it is
asked for a gradient, at the nodes made while it was open. Either way it has a list of operations in
the order of their effects, and one sweep from its end gives the gradients, through the ops' own
gradient functions.
"""

import weakref

from headwater._src.core import dtypes, logging, nest
from headwater._src.eager.recording import listening
from headwater._src.graph.aggregation import aggregate
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.gradient_registry import get_gradient_function
from headwater._src.graph.gradients import (
    UnconnectedGradients as UnconnectedGradients,
    _check_gradient,
    is_trainable,
    zeros_of,
)
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw


class GradientTape:
    """A block that remembers its operations, so that results can be differentiated.

    Trainable resource variables are watched when they are read; other tensors when the program says
    so.

    Args:
      persistent: whether more than one gradient may be asked for.
      watch_accessed_variables: whether trainable variables are watched when they are read.

    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x).numpy()
    np.float32(6.0)
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self.persistent, self._watches_variables = persistent, watch_accessed_variables
        self._open = None
        self._forget()

    def _forget(self):
        self._log, self._watched, self._variables = [], {}, {}
        self._released = False

    # -- recording -------------------------------------------------------------------------------

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, kind, value, traceback):
        if self._open is not None:
            self._stop()

    def _start(self):
        if self._open is not None:
            raise ValueError("Tape is already recording.")
        if self._released:
            self._forget()
        self._graph = get_default_graph()
        if self._graph.eager:
            self._open = listening(self)
        else:
            self._open = _Interval(self)
        self._open.__enter__()

    def _stop(self):
        if self._open is None:
            raise ValueError("Tape is not recording.")
        block, self._open = self._open, None
        block.__exit__(None, None, None)

    def stop_recording(self):
        """A block whose operations the tape does not remember.

        Raises:
          ValueError: the tape is not recording.
        """
        return _Pause(self)

    def reset(self):
        """Forgets everything; the tape goes on recording."""
        self._stop()
        self._forget()
        self._start()

    def record(self, node):
        """Remembers an operation that has run, if something that is watched goes into it.

        Args:
          node: the `Operation`.
        """
        watched, touched = self._watched, False
        for t in node.inputs:
            if t in watched:
                touched = True
            elif self._watches_variables and self._is_accessed_variable(t):
                touched = True
        if touched:
            outputs = [t for t in node.outputs if is_trainable(t)]
            if outputs:
                self._log.append(node)
                watched.update(dict.fromkeys(outputs))

    def _is_accessed_variable(self, tensor):
        variable = _variable_of(tensor)
        if variable is None or not variable.trainable:
            return False
        self._watched[tensor] = None
        self._variables.setdefault(id(variable), variable)
        return True

    def watch(self, tensor):
        """Asks for gradients with respect to a tensor to be possible.

        Args:
          tensor: a tensor or variable, or a list of them.

        Raises:
          ValueError: it is none.
        """
        for t in nest.flatten(tensor):
            if not isinstance(t, Tensor) and not hasattr(t, "_as_graph_element"):
                raise ValueError(
                    f"Passed in object of type {type(t)}, not tf.Tensor or tf.Variable or "
                    "ExtensionType"
                )
            if not is_trainable(t):
                logging.warn_once(
                    ("watch", t.dtype.name),
                    "The dtype of the watched tensor must be floating (e.g. tf.float32), got "
                    f"{t.dtype!r}",
                )
            if not isinstance(t, Tensor):
                self._variables.setdefault(id(t), t)
            self._watched[_tensor_of(t)] = None

    def watched_variables(self):
        """The variables that are watched, in the order of first use."""
        if not self._graph.eager:
            self._look()
        return tuple(self._variables.values())

    # -- gradients -------------------------------------------------------------------------------

    def gradient(
        self,
        target,
        sources,
        output_gradients=None,
        unconnected_gradients=UnconnectedGradients.NONE,
    ):
        """The derivative of the sum of `target` with respect to `sources`.

        Args:
          target: a tensor, or a structure of tensors.
          sources: a watched tensor or variable, or a structure of them.
          output_gradients: for each tensor of `target` one that weights its elements (default:
            ones).
          unconnected_gradients: what to give for a source that `target` does not depend on: None
            or zeros, see `tf.UnconnectedGradients`.

        Returns:
          Tensors, `IndexedSlices` or None in the structure of `sources`.

        Raises:
          RuntimeError: the second call, for a tape that is not persistent.
          ValueError: an unknown value of `unconnected_gradients`.
        """
        if self._released:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians)"
            )
        if self._open is not None and not self.persistent:
            self._stop()
        elif self._open is not None:
            logging.warn_once(
                ("tape", "inside"),
                "Calling GradientTape.gradient on a persistent tape inside its context is "
                "significantly less efficient than calling it outside the context: the gradient's "
                "operations are remembered too.",
            )
        result = self._gradient(target, sources, output_gradients, unconnected_gradients)
        if not self.persistent:
            self._log, self._watched, self._released = [], {}, True
        return result

    def _gradient(self, target, sources, output_gradients, unconnected_gradients):
        try:
            unconnected = UnconnectedGradients(unconnected_gradients)
        except ValueError:
            raise ValueError(
                f"Unknown value for unconnected_gradients: {unconnected_gradients!r}"
            ) from None
        targets = [t for t in nest.flatten(target) if t is not None]
        given = [None] * len(targets)
        if output_gradients is not None:
            given = [
                None if dy is None else convert_to_tensor(dy)
                for dy in nest.flatten(output_gradients)
            ]
        log, watched = (self._log, self._watched) if self._graph.eager else self._look()
        with self._graph.as_default():
            found = sweep(
                self._graph,
                log,
                watched,
                [self._here(_tensor_of(t)) for t in targets],
                given,
                [self._here(_tensor_of(s)) for s in nest.flatten(sources)],
                unconnected,
            )
        return nest.pack_sequence_as(sources, found) if nest.is_nested(sources) else found[0]

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients=UnconnectedGradients.NONE,
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The derivative of every element of `target` with respect to `sources`.

        Args:
          target: a tensor of a known shape.
          sources: a watched tensor or variable, or a structure of them.
          unconnected_gradients: as for `gradient`.
          parallel_iterations: accepted.
          experimental_use_pfor: accepted; one sweep is made for each element.

        Returns:
          Tensors of shape `target.shape + source.shape` in the structure of `sources`.

        Raises:
          RuntimeError: as for `gradient`.
        """
        dims = target.shape.as_list()
        with self._graph.as_default():
            flat = PUBLIC["zeros"](dims, target.dtype.base_dtype)
            size = target.shape.num_elements()
            weights = [
                raw.Reshape(PUBLIC["one_hot"](i, size, dtype=flat.dtype.base_dtype), dims)
                for i in range(size)
            ]
            rows = [
                nest.flatten(self._one_row(target, sources, w, unconnected_gradients))
                for w in weights
            ]
            if not self.persistent:
                self._log, self._watched, self._released = [], {}, True
            found = []
            for source, column in zip(nest.flatten(sources), zip(*rows)):
                if any(row is None for row in column):
                    found.append(None)
                    continue
                shape = [*dims, *source.shape.as_list()]
                found.append(raw.Reshape(raw.Pack([convert_to_tensor(r) for r in column]), shape))
        return nest.pack_sequence_as(sources, found) if nest.is_nested(sources) else found[0]

    def _one_row(self, target, sources, weight, unconnected_gradients):
        if self._released:
            return self.gradient(target, sources)  # which says so
        if self._open is not None and not self.persistent:
            self._stop()
        return self._gradient(target, sources, weight, unconnected_gradients)

    # -- tapes of graphs -------------------------------------------------------------------------

    def _here(self, tensor):
        """The tensor that the tape's graph has for one of a graph around it."""
        graph = self._graph
        inside = graph.building_function and tensor.op.graph is not graph
        return graph.capture(tensor) if inside else tensor

    def _look(self):
        """The remembered operations of a graph, and all tensors that are watched then."""
        if isinstance(self._open, _Interval):
            self._open.pause()
        graph = self._graph
        watched = dict.fromkeys(self._here(t) for t in self._watched)
        log = []
        captured = {inside: source for source, inside in _captures(graph)}
        for start, end in self._log:
            for node in graph._ops[start:end]:
                for t in node.inputs:
                    if t not in watched and self._watches_variables:
                        handle = captured.get(t, t)
                        if self._is_accessed_variable(handle):
                            self._watched.pop(handle)
                            watched[t] = None
                if any(t in watched for t in node.inputs):
                    log.append(node)
                    watched.update(dict.fromkeys(t for t in node.outputs if is_trainable(t)))
        return log, watched


class _Interval:
    """The nodes that a graph gets while a block is open."""

    def __init__(self, tape):
        self._tape = tape

    def __enter__(self):
        self._start = self._tape._graph.version

    def pause(self):
        """Notes what has come so far."""
        tape, end = self._tape, self._tape._graph.version
        tape._log.append((self._start, end))
        self._start = end

    def __exit__(self, *error):
        self.pause()


class _Pause:
    def __init__(self, tape):
        self._tape = tape

    def __enter__(self):
        self._tape._stop()

    def __exit__(self, *error):
        self._tape._start()


def _captures(graph):
    return graph.captured() if graph.building_function else ()


def _tensor_of(value):
    """The tensor that stands for a tensor or variable among operations' inputs."""
    handle = getattr(value, "handle", None)
    if isinstance(handle, Tensor):
        return handle
    return value if isinstance(value, Tensor) else convert_to_tensor(value)


def _variable_of(tensor):
    """The variable behind a handle, or None."""
    if tensor.dtype is not dtypes.resource:
        return None
    found = getattr(tensor, "variable", None)
    return found() if isinstance(found, weakref.ref) else None


# --- the sweep ----------------------------------------------------------------------------------


def sweep(graph, log, watched, targets, given, sources, unconnected):
    """Gradients of targets with respect to sources, through remembered operations.

    Args:
      graph: the graph that the gradients are computed in.
      log: the `Operation`s, in the order in which they ran.
      watched: the tensors that gradients flow to.
      targets: list of tensors.
      given: for each target a tensor that weights its elements, or None for ones.
      sources: list of tensors.
      unconnected: an `UnconnectedGradients`.

    Returns:
      A list with a tensor, an `IndexedSlices` or None for each of `sources`.
    """
    parts = {}
    for target, dy in zip(targets, given):
        if target in watched:
            parts.setdefault(target, []).append(_start(target, dy))
    wanted = set(sources)
    for node in reversed(log):
        if not any(t in parts for t in node.outputs):
            continue
        dys = [_sum_of(graph, node, parts, t, t in wanted) for t in node.outputs]
        for t, dx in zip(node.inputs, _gradients_of(node, dys)):
            if dx is not None and t in watched:
                parts.setdefault(t, []).append(dx)
    found = []
    for source in sources:
        dx = _sum_of(graph, source.op, parts, source, True)
        if dx is None and unconnected is UnconnectedGradients.ZERO:
            dx = zeros_of(source)
        found.append(dx)
    return found


def _start(target, dy):
    if dy is not None:
        return dy
    return PUBLIC["ones_like"](target)


def _sum_of(graph, node, parts, tensor, keep):
    """The sum of the contributions to a gradient; kept only where it is asked for again."""
    found = parts.get(tensor) if keep else parts.pop(tensor, None)
    if not found:
        return None
    total = aggregate(graph, node, found)
    if keep:
        parts[tensor] = [total]
    return total


def _gradients_of(node, dys):
    function = get_gradient_function(node)
    if function is None:
        return [None] * len(node.inputs)
    if node.op.kind != "function":
        dys = [
            zeros_of(t) if dy is None and is_trainable(t) else dy
            for t, dy in zip(node.outputs, dys)
        ]
    found = function(node, *dys)
    found = list(found) if isinstance(found, (list, tuple)) and not _is_one(found) else [found]
    if len(found) != len(node.inputs):
        raise ValueError(
            f"Num gradients {len(found)} generated for op {node.type} do not match num inputs "
            f"{len(node.inputs)}"
        )
    for i, (x, dx) in enumerate(zip(node.inputs, found)):
        if dx is not None:
            _check_gradient(node, i, x, dx)
    return found


def _is_one(value):
    return isinstance(value, IndexedSlices)
