"""`variable_scope` and `get_variable`: variables that are found again by their names.

State: `_ScopeState`, one per graph and thread, kept at the graph: the current `VariableScope`, and
how often each scope name was opened, which is what default names are made unique by.
"""

import contextlib

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import enclosing_graph, get_default_graph
from headwater._src.graph.framework import name_scope as name_scope_block
from headwater._src.graph.graph import get_graph_from_inputs
from headwater._src.graph.variable import resource_by_default
from headwater._src.graph.variable_policy import VariableAggregation, VariableSynchronization


def no_regularizer(_):
    """A regularizer that gives no loss: for variables that a scope's regularizer must not reach.

    Args:
      _: the variable.
    """
    return None


class VariableScope:
    """The prefix of variable names and the defaults of `get_variable` in a part of a program.

    Args:
      reuse: True, False (or None), or `AUTO_REUSE`: whether variables must, must not or may exist.
      name: the prefix of variable names, without a slash at its end.
      initializer: default initializer.
      regularizer: default regularizer.
      caching_device: default device of copies for readers.
      partitioner: default partitioner.
      custom_getter: default custom getter.
      name_scope: the name scope in which the scope was opened first.
      dtype: default type.
      use_resource: default kind of variables.
      constraint: default constraint.
    """

    def __init__(
        self,
        reuse,
        name="",
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        name_scope="",
        dtype=dtypes.float32,
        use_resource=None,
        constraint=None,
    ):
        self._name = name
        self._initializer, self._regularizer = initializer, regularizer
        self._reuse = reuse
        self._caching_device, self._partitioner = caching_device, partitioner
        self._custom_getter = custom_getter
        self._name_scope = name_scope
        self._dtype = dtypes.as_dtype(dtype)
        self._use_resource, self._constraint = use_resource, constraint

    @property
    def name(self):
        """The prefix of variable names."""
        return self._name

    @property
    def original_name_scope(self):
        """The name scope in which the scope was opened first."""
        return self._name_scope

    @property
    def reuse(self):
        """Whether variables must, must not or may exist."""
        return self._reuse

    @property
    def initializer(self):
        """The default initializer."""
        return self._initializer

    @property
    def dtype(self):
        """The default type."""
        return self._dtype

    @property
    def use_resource(self):
        """The default kind of variables: True for resource variables, None when not said."""
        return self._use_resource

    @property
    def regularizer(self):
        """The default regularizer."""
        return self._regularizer

    @property
    def caching_device(self):
        """The default device of copies for readers."""
        return self._caching_device

    @property
    def partitioner(self):
        """The default partitioner."""
        return self._partitioner

    @property
    def custom_getter(self):
        """The default custom getter."""
        return self._custom_getter

    @property
    def constraint(self):
        """The default constraint."""
        return self._constraint

    def reuse_variables(self):
        """From now on variables of this scope must exist."""
        self._reuse = True

    def set_initializer(self, initializer):
        """Sets the default initializer."""
        self._initializer = initializer

    def set_dtype(self, dtype):
        """Sets the default type."""
        self._dtype = dtypes.as_dtype(dtype)

    def set_use_resource(self, use_resource):
        """Sets the default kind of variables."""
        self._use_resource = use_resource

    def set_regularizer(self, regularizer):
        """Sets the default regularizer."""
        self._regularizer = regularizer

    def set_caching_device(self, caching_device):
        """Sets the default device of copies for readers."""
        self._caching_device = caching_device

    def set_partitioner(self, partitioner):
        """Sets the default partitioner."""
        self._partitioner = partitioner

    def set_custom_getter(self, custom_getter):
        """Sets the default custom getter."""
        self._custom_getter = custom_getter

    def get_collection(self, name):
        """The items of a collection whose names are in this scope."""
        scope = self._name + "/" if self._name else self._name
        return get_default_graph().get_collection(name, scope)

    def trainable_variables(self):
        """The trainable variables in this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self):
        """The global variables in this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self):
        """The local variables in this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def _full_name(self, name):
        return self._name + "/" + name if self._name else name

    def get_variable(
        self,
        var_store,
        name,
        shape=None,
        dtype=None,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        custom_getter=None,
        constraint=None,
        synchronization=VariableSynchronization.AUTO,
        aggregation=VariableAggregation.NONE,
    ):
        """The variable `name` of this scope in `var_store`; arguments as for `tf.get_variable`."""
        if partitioner is None:
            partitioner = self._partitioner
        if reuse is None:
            reuse = self._reuse
        full_name = self._full_name(name)
        with get_default_graph().name_scope(None):
            # A type given with a value must be the value's; the scope's type is only a default.
            if dtype is not None and initializer is not None and not callable(initializer):
                found = convert_to_tensor(initializer).dtype.base_dtype
                if found != dtypes.as_dtype(dtype).base_dtype:
                    raise ValueError(
                        f"Initializer type '{found!r}' and explicit dtype "
                        f"'{dtypes.as_dtype(dtype)!r}' don't match."
                    )
            if initializer is None:
                initializer = self._initializer
            if use_resource is None:
                use_resource = self._use_resource
            return var_store.get_variable(
                full_name,
                shape=shape,
                dtype=self._dtype if dtype is None else dtype,
                initializer=initializer,
                regularizer=self._regularizer if regularizer is None else regularizer,
                reuse=reuse,
                trainable=trainable,
                collections=collections,
                caching_device=self._caching_device if caching_device is None else caching_device,
                partitioner=partitioner,
                validate_shape=validate_shape,
                use_resource=resource_by_default() if use_resource is None else use_resource,
                custom_getter=self._custom_getter if custom_getter is None else custom_getter,
                constraint=self._constraint if constraint is None else constraint,
                synchronization=synchronization,
                aggregation=aggregation,
            )


# --- the current scope ------------------------------------------------------------------------


class _ScopeState:
    """The current scope and the counts of opened scope names, of one graph in one thread."""

    def __init__(self):
        self.current = VariableScope(False)
        self.counts = {}

    def open(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1

    def close_inner(self, name):
        """Forgets the scopes opened inside `name`, so that their default names start anew."""
        for key in self.counts:
            if not name or key.startswith(name + "/"):
                self.counts[key] = 0


def _state():
    local = enclosing_graph()._local
    state = local.__dict__.get("variable_scopes")
    if state is None:
        state = local.variable_scopes = _ScopeState()
    return state


def get_variable_scope():
    """The current `VariableScope`."""
    return _state().current


def unique_scope_name(prefix):
    """`prefix`, with a number where the current scope has opened that name already."""
    state = _state()
    name = state.current._full_name(prefix)
    if not state.counts.get(name, 0):
        return prefix
    number = 1
    while state.counts.get(f"{name}_{number}", 0):
        number += 1
    return f"{prefix}_{number}"


def compose_getters(outer, inner):
    """A custom getter that asks `inner`, whose getter is `outer`."""
    if inner is None:
        return outer
    if outer is None:
        return inner

    def composed(getter, *args, **kwargs):
        def through_outer(*inner_args, **inner_kwargs):
            return outer(getter, *inner_args, **inner_kwargs)

        return inner(through_outer, *args, **kwargs)

    return composed


_OVERRIDES = (
    "initializer",
    "regularizer",
    "caching_device",
    "partitioner",
    "use_resource",
    "constraint",
)


@contextlib.contextmanager
def _entered(name_or_scope, reuse, old_name_scope, settings, custom_getter, dtype):
    """Makes a scope the current one, without opening a name scope."""
    state = _state()
    before = state.current
    reentered = isinstance(name_or_scope, VariableScope)
    if reentered:
        base, name = name_or_scope, name_or_scope.name
        # The scope is opened elsewhere: default names inside start from nothing, then come back.
        counts = dict(state.counts)
        original = name_or_scope.original_name_scope if old_name_scope is None else old_name_scope
        reuse = reuse if reuse else base.reuse
    else:
        base, name, counts = before, before._full_name(name_or_scope), None
        original = name_or_scope if old_name_scope is None else old_name_scope
        reuse = reuse or before.reuse
    merged = {
        key: getattr(base, key) if settings[key] is None else settings[key] for key in _OVERRIDES
    }
    getter = base.custom_getter
    if custom_getter is not None:
        getter = compose_getters(base.custom_getter, custom_getter)
    if merged["use_resource"] is None:
        merged["use_resource"] = before.use_resource
    state.open(name)
    state.current = VariableScope(
        reuse,
        name=name,
        custom_getter=getter,
        name_scope=original,
        dtype=base.dtype if dtype is None else dtype,
        **merged,
    )
    try:
        yield state.current
    finally:
        state.close_inner(name)
        if reentered:
            state.counts = counts
        state.current = before


class variable_scope:
    """A block whose variables share a prefix and the defaults of `get_variable`.

    Args:
      name_or_scope: the scope's name, or a `VariableScope` to enter again.
      default_name: the name when `name_or_scope` is None; made unique.
      values: tensors whose graph becomes the default one inside.
      initializer: default initializer inside.
      regularizer: default regularizer inside.
      caching_device: default device of copies for readers inside.
      partitioner: default partitioner inside.
      custom_getter: a function that is called instead of the getter; it asks the outer ones.
      reuse: True: variables must exist; `AUTO_REUSE`: they may; None or False: as outside.
      dtype: default type inside.
      use_resource: whether variables made inside are resource variables.
      constraint: default constraint inside.
      auxiliary_name_scope: whether a name scope is opened too.

    Raises:
      TypeError: there is neither a name nor a default name, or an argument has a wrong type.
      ValueError: `reuse` is given without a name.

    >>> with tf.variable_scope("layer"):
    ...     tf.get_variable("w", [2]).name
    'layer/w:0'
    """

    def __init__(
        self,
        name_or_scope,
        default_name=None,
        values=None,
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint=None,
        auxiliary_name_scope=True,
    ):
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        self._name_or_scope, self._default_name, self._values = name_or_scope, default_name, values
        self._settings = dict(
            initializer=initializer,
            regularizer=regularizer,
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
            constraint=constraint,
        )
        self._custom_getter, self._reuse, self._dtype = custom_getter, reuse, dtype
        self._auxiliary_name_scope = auxiliary_name_scope
        if self._values is None:
            self._values = []
        self._stacks = []

    def __enter__(self):
        graph = get_graph_from_inputs(self._values)
        with contextlib.ExitStack() as stack:
            if graph is not get_default_graph():
                stack.enter_context(graph.as_default())
            scope = self._enter(stack)
            self._stacks.append(stack.pop_all())
        return scope

    def __exit__(self, *exc):
        return self._stacks.pop().__exit__(*exc)

    def _enter(self, stack):
        if not isinstance(self._auxiliary_name_scope, bool):
            raise TypeError(
                "The auxiliary_name_scope must be `True` or `False`, while get "
                f"{self._auxiliary_name_scope}"
            )
        name, graph = self._name_or_scope, get_default_graph()
        if name is not None and not isinstance(name, (VariableScope, str)):
            raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
        if name is None and self._reuse:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        unique = unique_scope_name(self._default_name) if name is None else None
        opened = None
        if self._auxiliary_name_scope:
            if name is None:
                opened = stack.enter_context(name_scope_block(self._default_name))
            else:
                text = name if isinstance(name, str) else name.name.split("/")[-1]
                if text:
                    opened = stack.enter_context(name_scope_block(text))
        surrounding = graph.get_name_scope()
        if isinstance(name, VariableScope):
            original = None
        elif opened is not None:
            original = opened
        elif self._auxiliary_name_scope:
            original = ""
        else:
            original = surrounding + "/" if surrounding else ""
        return stack.enter_context(
            _entered(
                unique if name is None else name,
                self._reuse,
                original,
                self._settings,
                self._custom_getter,
                self._dtype,
            )
        )


def variable_op_scope(
    values,
    name_or_scope,
    default_name=None,
    initializer=None,
    regularizer=None,
    caching_device=None,
    partitioner=None,
    custom_getter=None,
    reuse=None,
    dtype=None,
    use_resource=None,
    constraint=None,
):
    """The argument order `variable_scope` had before 1.0.

    Args:
      values: tensors whose graph becomes the default one inside.
      name_or_scope: the scope's name, or a `VariableScope` to enter again.
      default_name: the name when `name_or_scope` is None; made unique.
      initializer: default initializer inside.
      regularizer: default regularizer inside.
      caching_device: default device of copies for readers inside.
      partitioner: default partitioner inside.
      custom_getter: a function that is called instead of the getter.
      reuse: whether variables must exist (True) or may (`AUTO_REUSE`).
      dtype: default type inside.
      use_resource: whether variables made inside are resource variables.
      constraint: default constraint inside.
    """
    return variable_scope(
        name_or_scope,
        default_name=default_name,
        values=values,
        initializer=initializer,
        regularizer=regularizer,
        caching_device=caching_device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        reuse=reuse,
        dtype=dtype,
        use_resource=use_resource,
        constraint=constraint,
    )


@contextlib.contextmanager
def restored_counts(counts=None):
    """A block after which the counts of opened scopes are those of before (for templates)."""
    state = _state()
    before = dict(state.counts)
    try:
        yield
    finally:
        state.counts = before
