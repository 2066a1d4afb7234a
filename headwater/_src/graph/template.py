"""`make_template`: a function that makes its variables once and shares them between calls."""

import functools

from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.variable_scope import (
    _entered,
    unique_scope_name,
    variable_scope,
)

_NOTHING = dict.fromkeys(
    ("initializer", "regularizer", "caching_device", "partitioner", "use_resource", "constraint")
)


def make_template(
    name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None, **kwargs
):
    """A function whose variables are made in its first call and found again in the others.

    Args:
      name_: name of the variable scope; made unique.
      func_: the function, which uses `tf.get_variable` for its variables.
      create_scope_now_: whether the scope is opened here instead of at the first call.
      unique_name_: the exact name of the scope, which is not made unique.
      custom_getter_: custom getter of the scope.
      **kwargs: arguments that `func_` gets in every call.

    Returns:
      A `Template`, to be called like `func_`.

    Raises:
      ValueError: `name_` is None.

    >>> scale = tf.make_template("scale", lambda x: x * tf.get_variable("s", []))
    >>> y, z = scale(1.0), scale(2.0)
    >>> [v.name for v in tf.trainable_variables()]
    ['scale/s:0']
    """
    if kwargs:
        func_ = functools.partial(func_, **kwargs)
    return Template(
        name_,
        func_,
        create_scope_now=create_scope_now_,
        unique_name=unique_name_,
        custom_getter=custom_getter_,
    )


class Template:
    """A function with variables of its own; see `make_template`.

    Args:
      name: name of the variable scope.
      func: the function.
      create_scope_now: whether the scope is opened here instead of at the first call.
      unique_name: the exact name of the scope.
      custom_getter: custom getter of the scope.

    Raises:
      ValueError: `name` is None.
    """

    def __init__(self, name, func, create_scope_now=False, unique_name=None, custom_getter=None):
        self._func, self._name, self._unique_name = func, name, unique_name
        self._custom_getter = custom_getter
        if name is None:
            raise ValueError("name cannot be None.")
        self._variables_created = False
        self._scope = None
        if create_scope_now:
            with self._opened(name) as self._scope:
                pass

    def _opened(self, default_name):
        """The template's variable scope, made now, with no name scope around it."""
        name = self._unique_name or unique_scope_name(default_name)
        return _entered(name, None, None, _NOTHING, self._custom_getter, None)

    def __call__(self, *args, **kwargs):
        check = self._variables_created
        if self._scope is None:
            block = variable_scope(self._unique_name, self._name, custom_getter=self._custom_getter)
        else:
            block = variable_scope(self._scope, reuse=check or None)
        result = self._call(block, args, kwargs, check)
        self._variables_created = True
        return result

    def _call(self, block, args, kwargs, check):
        try:
            with block as scope:
                self._scope = self._scope or scope
                graph = get_default_graph()
                keys = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES)
                before = [len(graph.get_collection_ref(k)) for k in keys]
                result = self._func(*args, **kwargs)
                made, trained = (graph.get_collection_ref(k)[n:] for k, n in zip(keys, before))
                if check and trained:
                    raise ValueError(
                        "Trainable variable created when calling a template after the first time, "
                        f"perhaps you used tf.Variable when you meant tf.get_variable: {trained}"
                    )
                if check and made:
                    from headwater._src.core import logging

                    logging.info(
                        "New variables created when calling a template after the first time, "
                        "perhaps you used tf.Variable when you meant tf.get_variable: %s",
                        made,
                    )
                return result
        except Exception as error:
            # The trace of the first call often says more: where the template was written.
            note = getattr(error, "add_note", None)
            if note is not None:
                note(f"originally defined as the template {self._name!r}")
            raise

    @property
    def name(self):
        """The name that was given."""
        return self._name

    @property
    def func(self):
        """The function."""
        return self._func

    @property
    def variable_scope(self):
        """The `VariableScope` of the variables; None before the first call."""
        return self._scope

    @property
    def variable_scope_name(self):
        """The prefix of the variables' names: the name of that scope, with a slash."""
        if self._scope is None:
            return None
        name = self._scope.name
        return name if not name or name[-1] == "/" else name + "/"

    def _listed(self, key):
        name = self.variable_scope_name
        return [] if name is None else get_default_graph().get_collection(key, name)

    @property
    def trainable_variables(self):
        """The trainable variables it has made."""
        return self._listed(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def global_variables(self):
        """The global variables it has made."""
        return self._listed(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self):
        """The local variables it has made."""
        return self._listed(GraphKeys.LOCAL_VARIABLES)

    @property
    def variables(self):
        """All variables it has made, global ones first."""
        return self.global_variables + self.local_variables

    @property
    def weights(self):
        """All variables it has made."""
        return self.variables

    trainable_weights = trainable_variables

    @property
    def non_trainable_variables(self):
        """The variables it has made that optimizers do not train."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trained]

    non_trainable_weights = non_trainable_variables
