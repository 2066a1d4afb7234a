"""`tf.train.warm_start`: first values of variables from a checkpoint, also over other vocabularies."""

import collections

import numpy as np

from headwater._src.core import logging
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.partitioned_variables import PartitionedVariable
from headwater._src.io import local
from headwater._src.train import checkpoint_utils

_VOCAB_FIELDS = [
    "new_vocab",
    "new_vocab_size",
    "num_oov_buckets",
    "old_vocab",
    "old_vocab_size",
    "backup_initializer",
    "axis",
]


class VocabInfo(collections.namedtuple("VocabInfo", _VOCAB_FIELDS)):
    """The vocabulary of a variable, and the one it had in the checkpoint.

    Args:
      new_vocab: path of the file with the words, one a line.
      new_vocab_size: how many of them are used; -1 for all.
      num_oov_buckets: how many rows follow for other words.
      old_vocab: path of the file of the checkpoint's words.
      old_vocab_size: how many of them were used; -1 for all.
      backup_initializer: initializer for words that the checkpoint has not (default: zeros).
      axis: 0 when words are rows of the variable, 1 when they are columns.

    Raises:
      ValueError: `axis` is something else.
    """

    __slots__ = ()

    def __new__(
        cls,
        new_vocab,
        new_vocab_size,
        num_oov_buckets,
        old_vocab,
        old_vocab_size=-1,
        backup_initializer=None,
        axis=0,
    ):
        if axis not in (0, 1):
            raise ValueError("The only supported values for the axis argument are 0 and 1.")
        return super().__new__(
            cls,
            new_vocab,
            new_vocab_size,
            num_oov_buckets,
            old_vocab,
            old_vocab_size,
            backup_initializer,
            axis,
        )


def warm_start(
    ckpt_to_initialize_from,
    vars_to_warm_start=".*",
    var_name_to_vocab_info=None,
    var_name_to_prev_var_name=None,
):
    """Has variables initialized with the values of a checkpoint.

    Args:
      ckpt_to_initialize_from: a checkpoint, or the folder of one.
      vars_to_warm_start: a regular expression that trainable variables' names match at the start;
        a list of such, of any variables' names; a list of variables; or None for only those in
        `var_name_to_vocab_info`.
      var_name_to_vocab_info: dict from names to `VocabInfo`s.
      var_name_to_prev_var_name: dict from names to those in the checkpoint.

    Raises:
      ValueError: the dicts name variables that are not warm-started, or a shape differs.
      TypeError: `vars_to_warm_start` is something else.
    """
    vocabularies = dict(var_name_to_vocab_info or {})
    previous = dict(var_name_to_prev_var_name or {})
    used_vocabularies, used_previous = set(), set()
    plain = {}
    logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    for name, variable in _grouped(_chosen(vars_to_warm_start)).items():
        old_name = previous.get(name, name)
        if name in previous:
            used_previous.add(name)
        if name in vocabularies:
            used_vocabularies.add(name)
            _with_vocabulary(ckpt_to_initialize_from, old_name, variable, vocabularies[name])
        else:
            plain[old_name] = variable
    for name in set(vocabularies) - used_vocabularies if vars_to_warm_start is None else ():
        variable = _grouped(get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES))[name]
        used_vocabularies.add(name)
        used_previous.add(name)
        _with_vocabulary(
            ckpt_to_initialize_from, previous.get(name, name), variable, vocabularies[name]
        )
    for given, used, what in (
        (previous, used_previous, "var_name_to_prev_var_name"),
        (vocabularies, used_vocabularies, "var_name_to_vocab_info"),
    ):
        unused = sorted(set(given) - used)
        if unused:
            raise ValueError(
                f"You provided the following variables in {what} that were not used: {unused}.  "
                f"Perhaps you misspelled them?  Here is the list of viable variable names: "
                f"{sorted(plain)}"
            )
    if plain:
        checkpoint_utils.init_from_checkpoint(ckpt_to_initialize_from, plain)


def _chosen(wanted):
    graph = get_default_graph()
    if wanted is None:
        return []
    if isinstance(wanted, str):
        return graph.get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=wanted)
    if isinstance(wanted, (list, tuple)):
        if all(isinstance(w, str) for w in wanted):
            found = (graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope=w) for w in wanted)
            return list(dict.fromkeys(v for part in found for v in part))
        if all(hasattr(w, "initializer") or isinstance(w, (list, tuple)) for w in wanted):
            return [v for w in wanted for v in (w if isinstance(w, (list, tuple)) else [w])]
        raise ValueError(
            "If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`"
        )
    raise ValueError(f"`vars_to_warm_start` must be a `list` or `str`.  Got {type(wanted)}")


def _grouped(variables):
    """The variables by their names in a checkpoint; the parts of one together."""
    groups = {}
    for variable in variables:
        parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
        for part in parts:
            info = part._get_save_slice_info()
            groups.setdefault(info.full_name if info is not None else part.op.name, []).append(part)
    return {n: parts if len(parts) > 1 else parts[0] for n, parts in groups.items()}


# --- over vocabularies --------------------------------------------------------------------------


def _words(path, size):
    words = local.read_bytes(local.path_of(path)).splitlines()
    return words if size is None or size < 0 else words[:size]


def _with_vocabulary(checkpoint, old_name, variable, info):
    """Has the rows or columns of words that the checkpoint knows initialized from it."""
    old = np.asarray(checkpoint_utils.load_variable(checkpoint, old_name))
    at = {w: i for i, w in enumerate(_words(info.old_vocab, info.old_vocab_size))}
    new_words = _words(info.new_vocab, info.new_vocab_size)
    source = np.array([at.get(w, -1) for w in new_words] + [-1] * info.num_oov_buckets, np.int64)
    parts = variable if isinstance(variable, list) else [variable]
    for part in parts:
        _initialize(part, old, source, info)


def _initialize(part, old, source, info):
    from headwater._src.graph.optable import PUBLIC

    shape = part.shape.as_list()
    offset = (
        part._get_save_slice_info().var_offset
        if part._get_save_slice_info() is not None
        else [0] * 2
    )
    axis = info.axis
    rows = source[offset[axis] : offset[axis] + shape[axis]]
    known = (rows >= 0) & (rows < old.shape[axis])
    taken = np.take(old, np.where(known, rows, 0), axis=axis)
    other = 1 - axis
    if taken.ndim > 1:
        taken = np.take(taken, range(offset[other], offset[other] + shape[other]), axis=other)
    mask = np.broadcast_to(np.expand_dims(known, other) if taken.ndim > 1 else known, shape)
    with get_default_graph().name_scope(part.op.name + "/warm_start"):
        if info.backup_initializer is None:
            backup = np.zeros(shape, taken.dtype)
        else:
            backup = info.backup_initializer(shape, part.dtype.base_dtype)
        value = PUBLIC["where"](mask, taken.astype(part.dtype.as_numpy_dtype), backup)
    checkpoint_utils.set_initial_value(part, value)
