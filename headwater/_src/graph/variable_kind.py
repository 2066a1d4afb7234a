"""Which kind of variable `Variable(...)` makes: a reference or a resource, and by whom.

State: `_RESOURCE_DEFAULT`, process-wide; the open creator scopes, per graph and thread.
"""

import contextlib
import functools
import inspect

from headwater._src.graph.default import enclosing_graph


class VariableType(type):
    """`Variable(...)` asks the open creator scopes, then makes one of the two kinds."""

    def __call__(cls, *args, **kwargs):
        if not cls.__dict__.get("_either_kind"):
            own = enclosing_graph().variable_type
            if own is None or own is cls or not issubclass(own, cls):
                return type.__call__(cls, *args, **kwargs)
        creators = _thread_state().get("variable_creators", ())
        if not creators:
            return cls._create(*args, **kwargs)
        bound = inspect.signature(cls.__init__).bind(  # type: ignore[misc]
            None, *args, **kwargs
        )
        bound.apply_defaults()
        settings = {k: v for k, v in bound.arguments.items() if k != "self"}
        create = cls._create
        for creator in creators:
            create = functools.partial(creator, create)
        return create(**settings)

    def _create(cls, *args, **kwargs):
        own = enclosing_graph().variable_type
        if own is not None:
            return own(*args, **kwargs)
        use_resource = kwargs.get("use_resource")
        if use_resource is None:
            scopes = _thread_state().get("variable_scopes")
            use_resource = scopes.current.use_resource if scopes is not None else None
        if resource_by_default() if use_resource is None else use_resource:
            from headwater._src.graph.resource_variable import ResourceVariable

            return ResourceVariable(*args, **kwargs)
        return type.__call__(cls, *args, **kwargs)


def _thread_state():
    """What this thread keeps at the graph that variables belong to, as a dict."""
    return enclosing_graph()._local.__dict__


@contextlib.contextmanager
def variable_creator_scope(variable_creator):
    """A block in which new variables are made by a function of the program.

    Args:
      variable_creator: `(next_creator, **kwargs) -> variable`; `kwargs` are those of `Variable`,
        and `next_creator(**kwargs)` makes the variable as it would be made outside of the block.
    """
    state = _thread_state()
    before = state.get("variable_creators", ())
    state["variable_creators"] = (*before, variable_creator)
    try:
        yield
    finally:
        state["variable_creators"] = before


_RESOURCE_DEFAULT = [False]


def resource_by_default():
    """Whether `Variable` makes resource variables when the program does not say."""
    return _RESOURCE_DEFAULT[0]


def enable_resource_variables():
    """Makes resource variables the default from now on."""
    _RESOURCE_DEFAULT[0] = True


def disable_resource_variables():
    """Makes reference variables the default again."""
    _RESOURCE_DEFAULT[0] = False
