"""Running one operation at once: the op's shape function, then its kernel on NumPy arrays.

Kernels, shape functions and errors are those of the interpreting tier. An operation with bodies
(a call of a function, a branch, a loop) is run as a step of its own, whose parts are compiled when
that pays.
"""

import contextlib
import copy
from collections import OrderedDict

import numpy as np

from headwater._src.compiler.interpret import numpy_type, sample_count
from headwater._src.compiler.program import Slot
from headwater._src.core import dtypes, errors
from headwater._src.graph.dims import ShapeError
from headwater._src.graph.inference import Out, group
from headwater._src.runtime import report
from headwater._src.runtime.resources import HostContext, RandomState
from headwater._src.xp import numpy_xp
from headwater._src.xp.numpy_threads import one_thread

_AS_IT_IS = contextlib.nullcontext()
_STREAMS = 1024  # random streams that are remembered
_OBJECTS = (dtypes.resource, dtypes.variant)


class Executor:
    """Runs operations and keeps their state.

    Args:
      session: a session without a graph's steps, whose resources hold the state.
    """

    def __init__(self, session):
        self.session = session
        self.resources = session._resources
        self._streams = OrderedDict()

    def run(self, node):
        """The list of what a node gives: arrays, and objects for handles.

        Args:
          node: an `Operation` whose inputs have values.

        Raises:
          tf.errors.OpError: an input does not fit, or the kernel failed.
        """
        op = node.op
        handles = self._check(node)
        kind = op.kind
        if kind == "variable":
            results = [self._new_slot(node)]
        elif kind == "function":
            from headwater._src.eager.calls import run_function

            results = run_function(self, node)
        elif kind in ("kernel", "update", "sample", "host"):
            results = self._results(node, kind)
        else:
            raise errors.UnimplementedError(
                None, None, f"{op.name} cannot be run by eager execution"
            )
        return results, handles

    def _check(self, node):
        """Runs the shape function; gives, for each output, what it says is behind a handle."""
        op = node.op
        fn = op.shape_fn
        if fn is None:
            return None
        attrs = node.attrs
        try:
            found = fn(*group(op, node.inputs, attrs), **{a: attrs[a] for a in op.shape_attrs})
        except ShapeError as error:
            raise _about(errors.InvalidArgumentError, error.at_run_time or error, node) from None
        if found.__class__ is Out:
            return [found.handle]
        if found.__class__ is list:
            return [f.handle if f.__class__ is Out else None for f in found]
        return None

    def _results(self, node, kind):
        op = node.op
        attrs = op.kernel_arguments(node)
        try:
            with np.errstate(all="ignore"), one_thread if op.cost_fn is not None else _AS_IT_IS:
                values = [self._value(node, t) for t in node.inputs]
                grouped = group(op, values, node.attrs)
                if kind in ("kernel", "update"):
                    result = op.fn(numpy_xp, *grouped, **attrs)
                elif kind == "sample":
                    result = self._stream(node).take(
                        lambda key: op.fn(numpy_xp, key, *grouped, **attrs),
                        lambda drawn: sample_count(op, drawn, attrs),
                    )
                else:
                    result = op.fn(
                        HostContext(node, self.resources, self.session), *grouped, **attrs
                    )
        except Exception as error:
            raise located(error, node) from (None if isinstance(error, errors.OpError) else error)
        results = self._listed(node, result)
        if kind == "update":
            results = self._store(node, results, values)
        return [_typed(v, t.dtype) for v, t in zip(results, node.outputs, strict=True)]

    @staticmethod
    def _listed(node, result):
        op = node.op
        count = len(node.outputs) + (len(op.updates) if op.kind == "update" else 0)
        if count == 1 and not (op.opdef.outputs and op.opdef.outputs[0].is_list):
            return [result]
        return [] if result is None else list(result)

    # -- variables -------------------------------------------------------------------------------

    def _new_slot(self, node):
        attrs = node.attrs
        attrs["shared_name"] = node.name  # two variables of one name are two variables
        key = (attrs.get("container", ""), node.name)
        # A copy, which does not hold the handle: the handle holds the slot.
        return Slot(key, copy.copy(node), attrs["dtype"].base_dtype, attrs.get("shape"), True)

    def _value(self, node, tensor):
        """What a kernel gets for an input."""
        content = tensor.content
        if content.__class__ is not Slot or node.op.handles:
            return content
        variable = self.resources.variable(content.key)
        value = variable.value
        if value is None:
            if not node.op.uninitialized and node.op.reads:
                raise report.uninitialized(content, content.node)
            return None
        if value.__class__ is not np.ndarray:
            # What a compiled step made: a later one may reuse its memory.
            value = variable.value = np.array(value)
        return value

    def _store(self, node, results, values):
        """Gives variables their new values; what is left are the outputs."""
        updates = node.op.updates
        with self.resources.lock:
            for position, new in zip(updates, results):
                slot = node.inputs[position].content
                new = np.asarray(new).astype(numpy_type(slot.dtype), copy=False)
                self.resources.variable(slot.key).value = new
        return results[len(updates) :]

    # -- random numbers --------------------------------------------------------------------------

    def _stream(self, node):
        """The stream of an op with these seeds; a second call goes on where the first ended."""
        attrs = node.attrs
        key = (node.type, attrs.get("seed", 0), attrs.get("seed2", 0), attrs.get("dtype"))
        found = self._streams.get(key)
        if found is None:
            found = self._streams[key] = RandomState(key[1], key[2])
            if len(self._streams) > _STREAMS:
                self._streams.popitem(last=False)
        return found

    def restart_streams(self):
        """Forgets all streams, as setting the seed does."""
        self._streams.clear()


def _typed(value, dtype):
    if dtype in _OBJECTS:
        return value
    expected = numpy_type(dtype)
    value = np.asarray(value, object) if expected == np.object_ else np.asarray(value)
    return value if value.dtype == expected else value.astype(expected)


def _about(kind, message, node):
    return kind(None, None, f"{message} [Op:{node.type}]")


def located(error, node):
    """The error to raise for what a kernel raised: a `tf.errors` class, with the op's name.

    Args:
      error: the exception.
      node: the `Operation`.
    """
    from headwater._src.compiler.interpret import NodeError

    while isinstance(error, NodeError):
        error = error.__cause__
    kind, message = report.meaning(error)
    return error if "[Op:" in message else _about(kind, message, node)
