"""Names and collections of layers' outputs, and tests of values that may be tensors.

Each output of a layer gets the layer's scope as an alias; a collection of outputs becomes a dict
by these aliases. Models find their end points in it.
"""

import collections

import headwater as tf

NamedOutputs = collections.namedtuple("NamedOutputs", ["name", "outputs"])


def append_tensor_alias(tensor, alias):
    """Adds an alias to a tensor.

    Args:
      tensor: a `Tensor`.
      alias: the alias; a slash at its end is taken off.

    Returns:
      The tensor.
    """
    tensor.aliases = [*getattr(tensor, "aliases", ()), alias.removesuffix("/")]
    return tensor


def get_tensor_aliases(tensor):
    """The aliases of a tensor; its name where it has none.

    Args:
      tensor: a `Tensor`.
    """
    aliases = getattr(tensor, "aliases", None)
    return aliases or [tensor.name.removesuffix(":0")]


def gather_tensors_aliases(tensors):
    """The aliases of several tensors, one list.

    Args:
      tensors: an iterable of `Tensor`s.
    """
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def collect_named_outputs(collections, alias, outputs):
    """Adds outputs to collections, under an alias.

    Args:
      collections: collection(s), or None.
      alias: the alias.
      outputs: a `Tensor`.

    Returns:
      `outputs`.
    """
    if collections:
        append_tensor_alias(outputs, alias)
        tf.add_to_collections(collections, outputs)
    return outputs


def convert_collection_to_dict(collection, clear_collection=False):
    """The tensors of a collection by their aliases.

    Args:
      collection: name of the collection.
      clear_collection: whether the collection is emptied.

    Returns:
      `OrderedDict` from aliases to tensors.
    """
    tensors = tf.get_collection(collection)
    found = collections.OrderedDict((a, t) for t in tensors for a in get_tensor_aliases(t))
    if clear_collection:
        tf.get_default_graph().clear_collection(collection)
    return found


def get_variable_collections(variables_collections, name):
    """The collections for one kind of variable.

    Args:
      variables_collections: collections, or a dict from names of variables to collections.
      name: the kind: `"weights"`, `"biases"`.
    """
    if isinstance(variables_collections, dict):
        return variables_collections.get(name, None)
    return variables_collections


def collect_variable(variable, variables_collections, kind):
    """Adds a variable to the model's, and to the collections for its kind.

    Args:
      variable: a variable, maybe partitioned; or None.
      variables_collections: collections, or a dict from kinds to collections.
      kind: the variable's kind.
    """
    if variable is None:
        return
    wanted = get_variable_collections(variables_collections, kind)
    names = [wanted] if isinstance(wanted, str) else list(wanted or ())
    parts = list(variable) if hasattr(variable, "_get_variable_list") else [variable]
    for name in dict.fromkeys([tf.GraphKeys.MODEL_VARIABLES, *names]):
        known = {id(v) for v in tf.get_collection(name)}
        for part in parts:
            if id(part) not in known:
                tf.add_to_collection(name, part)


# --- values that may be tensors -----------------------------------------------------------------


def constant_value(value_or_tensor_or_var, dtype=None):
    """The value, where it is known before anything runs; else None.

    Args:
      value_or_tensor_or_var: a Python value, tensor or variable.
      dtype: type the value must have: a Python type.

    Raises:
      ValueError: there is no value, or its type is another.
    """
    value = value_or_tensor_or_var
    if value is None:
        raise ValueError("value_or_tensor_or_var cannot be None")
    if isinstance(value, (tf.Tensor, tf.Variable)):
        return tf.get_static_value(value) if isinstance(value, tf.Tensor) else None
    if dtype and not isinstance(value, dtype):
        raise ValueError(f"It has the wrong type {type(value)} instead of {dtype}")
    return value


def static_cond(pred, fn1, fn2):
    """`fn1()` or `fn2()`, by a Python bool.

    Args:
      pred: a bool.
      fn1: function for True.
      fn2: function for False.

    Raises:
      TypeError: one of the functions is none.
    """
    for name, function in (("fn1", fn1), ("fn2", fn2)):
        if not callable(function):
            raise TypeError(f"{name} must be callable.")
    return fn1() if pred else fn2()


def smart_cond(pred, fn1, fn2, name=None):
    """`fn1()` or `fn2()`: now where the condition is known, else by `tf.cond`.

    Args:
      pred: a bool, or a scalar boolean `Tensor`.
      fn1: function for True.
      fn2: function for False.
      name: name of the node.
    """
    value = constant_value(pred)
    if value is not None:
        return static_cond(bool(value), fn1, fn2)
    return tf.cond(pred, fn1, fn2, name)


# --- shapes -------------------------------------------------------------------------------------


def _dimension(shape, index, what, min_rank):
    if shape.ndims is None:
        raise ValueError("dims of shape must be known but is None")
    if shape.ndims < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {shape.ndims}")
    value = shape.dims[index].value
    if value is None:
        raise ValueError(f"{what} dimension shape info must be not None but is None")
    return value


def last_dimension(shape, min_rank=1):
    """The size of the last dimension.

    Args:
      shape: a `TensorShape`.
      min_rank: the least rank.

    Raises:
      ValueError: it is not known, or the rank is too small.
    """
    return _dimension(shape, -1, "last", min_rank)


def first_dimension(shape, min_rank=1):
    """The size of the first dimension.

    Args:
      shape: a `TensorShape`.
      min_rank: the least rank.

    Raises:
      ValueError: it is not known, or the rank is too small.
    """
    return _dimension(shape, 0, "first", min_rank)


def channel_dimension(shape, data_format, min_rank=1):
    """The number of channels.

    Args:
      shape: a `TensorShape`.
      data_format: `"NHWC"` or `"NCHW"`.
      min_rank: the least rank.

    Raises:
      ValueError: it is not known, or the rank is too small.
    """
    return _dimension(shape, 1 if data_format == "NCHW" else -1, "channel", min_rank)


def two_element_tuple(int_or_tuple):
    """A pair of integers.

    Args:
      int_or_tuple: one integer for both, a sequence of two, or a `TensorShape` of rank 2.

    Raises:
      ValueError: it is none of these.
    """
    value = int_or_tuple
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(f"Must be a list with 2 elements: {value}")
        return int(value[0]), int(value[1])
    if isinstance(value, tf.TensorShape):
        if len(value) == 2:
            return value[0], value[1]
    elif isinstance(value, int):
        return value, value
    raise ValueError("Must be an int, a list with 2 elements or a TensorShape of length 2")


def n_positive_integers(n, value):
    """`n` positive integers.

    Args:
      n: how many.
      value: one integer for all, or a sequence of `n`.

    Raises:
      ValueError: there are not so many, or one is not positive.
      TypeError: one is no integer.
    """
    if not isinstance(n, int):
        raise TypeError("n must be an integer")
    if n < 1:
        raise ValueError("n must be positive")
    values = (value,) * n if isinstance(value, int) else tuple(int(v) for v in value)
    if len(values) != n or any(v < 1 for v in values):
        raise ValueError(
            f"value must be either a positive integer or {n} positive integers, not {value!r}"
        )
    return values
