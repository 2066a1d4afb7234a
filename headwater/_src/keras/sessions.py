"""The session that Keras runs in, and the values of variables in it.

State: `_current`, thread-local: the session of this thread that `set_session` gave or that was
opened here.
"""

import threading

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import _state as _defaults, enclosing_graph
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.optable import raw
from headwater._src.graph.variable import Variable
from headwater._src.keras import state
from headwater._src.keras.tracking import distinct
from headwater._src.ops.variables import is_variable_initialized
from headwater._src.runtime.session import Session


class _Current(threading.local):
    session = None


_current = _Current()


def get_session(op_input_list=()):
    """The session Keras runs in, with every variable of its graph initialized.

    It is the default session where there is one, else the one given to `set_session`, else one that
    Keras opens for the default graph.

    Args:
      op_input_list: accepted for compatibility.
    """
    if enclosing_graph().eager:  # whose variables have values
        from headwater._src.eager.symbolic import symbolic_session

        return symbolic_session()
    session = _session()
    with session.graph.as_default():
        _initialize(session)
    return session


def _session():
    if _defaults.sessions:
        return _defaults.sessions[-1]
    graph = enclosing_graph()
    if _current.session is None or _current.session.graph is not graph:
        _current.session = Session(graph=graph)
    return _current.session


def set_session(session):
    """Makes Keras use a session, in this thread.

    Args:
      session: a `Session`.
    """
    _current.session = session


def clear_session():
    """Forgets the session and begins a new default graph."""
    from headwater._src.graph.default import reset_default_graph

    if _current.session is not None:
        _current.session.close()
        _current.session = None
    reset_default_graph()


def _initialize(session):
    """Gives first values to the variables of the session's graph that have none yet."""
    notes = state.of_graph(session.graph)
    known = notes.initialized.setdefault(session, set())
    variables = session.graph.get_collection(GraphKeys.GLOBAL_VARIABLES) + notes.variables
    fresh = distinct(v for v in variables if id(v) not in known)
    if not fresh:
        return
    with control_dependencies(None):
        has_value = session.run([_is_initialized(v) for v in fresh])
    missing = [v.initializer for v, done in zip(fresh, has_value) if not done]
    if missing:
        session.run(missing)
    known.update(id(v) for v in fresh)


def _is_initialized(variable):
    known = variable.__dict__.get("_keras_is_initialized")
    if known is None:
        known = variable._keras_is_initialized = is_variable_initialized(variable)
    return known


def prepared(session, fetches, feed_list, constants=()):
    """A function of a list of values that runs one step.

    Args:
      session: a `Session`, or what works as one.
      fetches: as in `Session.run`.
      feed_list: the tensors that the values are for.
      constants: pairs of a tensor and the scalar that it is in every run.
    """
    if hasattr(session, "prepare"):
        return session.prepare(fetches, feed_list, constants)
    keys, more = list(feed_list), dict(constants)

    def call(values):
        return session.run(fetches, {**dict(zip(keys, values)), **more})

    return call


def variable(value, dtype=None, name=None, constraint=None):
    """A new variable with a given first value.

    Args:
      value: an array or number, or a tensor.
      dtype: its type (default: `floatx`).
      name: its name.
      constraint: maps the updated variable to an allowed one.
    """
    return Variable(
        initial_value=value if hasattr(value, "op") else np.asarray(value),
        dtype=dtypes.as_dtype(dtype or state.floatx()),
        name=name,
        constraint=constraint,
        use_resource=True,
    )


def get_value(x):
    """The value of a variable (or tensor) as an array.

    Args:
      x: a variable.
    """
    return x.numpy() if enclosing_graph().eager else get_session().run(x)


def batch_get_value(tensors):
    """The values of variables, read in one step: a list of arrays.

    Args:
      tensors: list of variables.
    """
    if enclosing_graph().eager:
        return [t.numpy() for t in tensors]
    return get_session().run(list(tensors)) if tensors else []


def set_value(x, value):
    """Gives a variable a value.

    Args:
      x: the variable.
      value: an array of its shape.
    """
    batch_set_value([(x, value)])


def batch_set_value(tuples):
    """Gives variables values, in one step.

    Args:
      tuples: pairs (variable, array).
    """
    if enclosing_graph().eager:
        with enclosing_graph().as_default():
            for target, value in tuples:
                target.assign(value)
        return
    feeds, assigns = {}, []
    for target, value in tuples:
        if "_keras_assign" not in target.__dict__:
            with target.graph.as_default(), control_dependencies(None):
                kind = target.dtype.base_dtype
                source = raw.Placeholder(dtype=kind, shape=target.shape)
                target._keras_assign = source, target.assign(source).op
        source, assign = target._keras_assign
        feeds[source] = np.asarray(value, dtype=target.dtype.as_numpy_dtype)
        assigns.append(assign)
    if assigns:
        get_session().run(assigns, feeds)
