"""`tf.train.Checkpoint`: saves what objects hold, and restores it by the names of attributes."""

import os
import weakref

import numpy as np

from headwater._src.core import errors
from headwater._src.graph.convert import constant
from headwater._src.graph.default import get_default_graph, get_default_session
from headwater._src.graph.operation import Operation
from headwater._src.graph.trackable import is_kept, waiting
from headwater._src.graph.variable import Variable
from headwater._src.io.checkpoint import CheckpointReader
from headwater._src.train import checkpoint_state, object_graph

_COUNTER = "save_counter"


class Checkpoint:
    """A group of objects whose variables are saved and restored together.

    Values are found by the names of attributes that lead from here to a variable, whatever the
    variable itself is called: through lists and dicts, layers, models, optimizers (with their
    slots) and other `Checkpoint`s.

    Args:
      **kwargs: the objects; they become attributes.

    Raises:
      ValueError: one of them holds nothing that can be saved.

    >>> checkpoint = tf.train.Checkpoint(optimizer=optimizer, weights=[w, b])
    >>> path = checkpoint.save("/tmp/model", session=sess)
    >>> checkpoint.restore(path).run_restore_ops(sess)
    """

    def __init__(self, **kwargs):
        for name, value in sorted(kwargs.items()):
            if not is_kept(value) and not isinstance(value, (list, tuple, dict)):
                raise ValueError(
                    f"`Checkpoint` was expecting a trackable object (one that holds variables) for "
                    f"{name}, got {value}."
                )
            setattr(self, name, value)

    def _checkpoint_children(self):
        return {
            _COUNTER if name == "_save_counter" else name: value
            for name, value in vars(self).items()
            if is_kept(value)
        }

    @property
    def save_counter(self):
        """An int64 variable: how many checkpoints `save` has written."""
        if "_save_counter" not in vars(self):
            graph = get_default_graph()
            with graph.name_scope(None), graph.control_dependencies(None):
                initial = constant(np.int64(0), name=f"{_COUNTER}/initial_value")
                self._save_counter = Variable(
                    initial, trainable=False, name=_COUNTER, use_resource=True
                )
        return self._save_counter

    # -- writing ---------------------------------------------------------------------------------

    def write(self, file_prefix, session=None):
        """Writes a checkpoint of exactly this name; nothing else is recorded.

        Args:
          file_prefix: path of the checkpoint without endings.
          session: the session that holds the values (default: the default session).

        Returns:
          The path.
        """
        prefix = os.fspath(file_prefix)
        object_graph.write(self, prefix, lambda variables: values_of(variables, session))
        return prefix

    def save(self, file_prefix, session=None):
        """Writes a numbered checkpoint and makes it the latest one of its folder.

        Args:
          file_prefix: path; the number is added to it.
          session: the session that holds the values (default: the default session).

        Returns:
          The path of the checkpoint without endings.
        """
        number = self._count(session)
        path = self.write(f"{os.fspath(file_prefix)}-{number}", session)
        folder = os.path.dirname(path) or "."
        checkpoint_state.write_state(folder, path, [path], None, True)
        return path

    def _count(self, session):
        """Raises the counter by one; the number it has then."""
        counter = self.save_counter
        number = _value_if_any(counter, session) + 1
        assign([(counter, number)], session)
        return number

    # -- reading ---------------------------------------------------------------------------------

    def restore(self, save_path):
        """Opens a checkpoint whose values the objects are to get.

        With eager execution they have them at once; variables that layers and optimizers make later
        get theirs when they are made. In a graph, `run_restore_ops` or
        `initialize_or_restore` of the result gives them to the variables that there are by then.

        Args:
          save_path: path of the checkpoint without endings; None for none. One that a
            `tf.train.Saver` wrote is read by the variables' names.

        Returns:
          A status; its `assert_...` methods say whether everything has found its place.

        Raises:
          NotFoundError: there is no such checkpoint.
          DataLossError: it is damaged.
        """
        if save_path is None:
            self.save_counter  # noqa: B018  made with the others, so that it is initialized
            return InitializationOnlyStatus(self)
        reader = CheckpointReader(os.fspath(save_path))
        self.save_counter  # noqa: B018
        proto = object_graph.read_proto(reader)
        if proto is None:
            status = NameBasedStatus(self, reader)
        else:
            status = CheckpointLoadStatus(self, reader, proto)
        if get_default_graph().eager:
            status.run_restore_ops()
            if proto is not None:
                _wait_for_the_rest(self, reader, proto)
        return status


# --- what restoring gives -----------------------------------------------------------------------


class InitializationOnlyStatus:
    """What `restore(None)` gives: there is no checkpoint; variables are only initialized."""

    def __init__(self, root):
        self._root = root

    def _refuse(self):
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    def assert_consumed(self):
        """Raises AssertionError: nothing is restored."""
        self._refuse()

    def assert_existing_objects_matched(self):
        """Raises AssertionError: nothing is restored."""
        self._refuse()

    def assert_nontrivial_match(self):
        """Raises AssertionError: nothing is restored."""
        self._refuse()

    def run_restore_ops(self, session=None):
        """Raises AssertionError: nothing is restored.

        Args:
          session: ignored.
        """
        self._refuse()

    def initialize_or_restore(self, session=None):
        """Runs the initializers of all variables.

        Args:
          session: the session (default: the default session).
        """
        nodes = object_graph.walk(self._root)
        initialize([n.item for n in nodes if isinstance(n.item, Variable)], session)


class CheckpointLoadStatus:
    """A checkpoint of objects that is being restored.

    What matches is looked up at each call, so objects may be made in the meantime.
    """

    def __init__(self, root, reader, proto):
        self._root, self._reader, self._proto = root, reader, proto

    def _match(self):
        return object_graph.Match(self._root, self._proto)

    def assert_consumed(self):
        """Checks that every value of the checkpoint has a variable, and every object a value.

        Returns:
          This status.

        Raises:
          AssertionError: something is left on either side; the message says what.
        """
        match = self._match()
        for path, node in match.unused():
            raise AssertionError(f"Unresolved object in checkpoint {path}: {node}")
        _check_matched(match.unmatched())
        return self

    def assert_existing_objects_matched(self):
        """Checks that every variable there is has a value in the checkpoint, which may have more.

        Returns:
          This status.

        Raises:
          AssertionError: some have none; the message lists them.
        """
        unmatched = self._match().unmatched()
        _check_matched([item for item in unmatched if isinstance(item, Variable)])
        return self

    def assert_nontrivial_match(self):
        """Checks that anything but the root object matches.

        Returns:
          This status.

        Raises:
          AssertionError: nothing does.
        """
        match = self._match()
        theirs = [n.item for n in match.nodes[1:]]
        if theirs and len(match.bound) == 1:
            raise AssertionError(
                "Nothing except the root object matched a checkpointed value. The checkpoint "
                f"probably belongs to another program. No value was found for: {theirs[:10]}"
            )
        return self

    def expect_partial(self):
        """This status; that values may be left over is never warned of here."""
        return self

    def run_restore_ops(self, session=None):
        """Gives the variables that match their values.

        Args:
          session: the session (default: the default session).

        Raises:
          ValueError: a value has another shape than its variable.
        """
        self._restore(self._match(), session)

    def initialize_or_restore(self, session=None):
        """Gives the variables that match their values, and runs the other variables' initializers.

        Args:
          session: the session (default: the default session).
        """
        match = self._match()
        self._restore(match, session)
        initialize([v for v in match.unmatched() if isinstance(v, Variable)], session)

    def _restore(self, match, session):
        assign(_read(self._reader, match.pairs()), session)


class NameBasedStatus(CheckpointLoadStatus):
    """A checkpoint that a `tf.train.Saver` wrote, which is restored by the variables' names."""

    def __init__(self, root, reader):
        self._root, self._reader = root, reader

    def _variables(self):
        counter = vars(self._root).get("_save_counter")
        nodes = object_graph.walk(self._root)
        return [n.item for n in nodes if isinstance(n.item, Variable) and n.item is not counter]

    def assert_consumed(self):
        """Checks that every variable's name is in the checkpoint, and no other.

        Returns:
          This status.

        Raises:
          AssertionError: some are not, or there are more.
        """
        self.assert_existing_objects_matched()
        names = {v.op.name for v in self._variables()}
        for name in self._reader.get_variable_to_shape_map():
            if name not in names:
                raise AssertionError(f"Some values of the checkpoint have no variable: {name}")
        return self

    def assert_existing_objects_matched(self):
        """Checks that every variable's name is in the checkpoint.

        Returns:
          This status.

        Raises:
          AssertionError: some are not.
        """
        missing = [v for v in self._variables() if not self._reader.has_tensor(v.op.name)]
        for variable in missing:
            raise AssertionError(f"Object not restored: {variable}")
        return self

    def assert_nontrivial_match(self):
        """Checks that the name of any variable is in the checkpoint.

        Returns:
          This status.

        Raises:
          AssertionError: none is.
        """
        if not any(self._reader.has_tensor(v.op.name) for v in self._variables()):
            raise AssertionError("Object not restored: no variable's name is in the checkpoint")
        return self

    def run_restore_ops(self, session=None):
        """Gives the variables the values of their names.

        Args:
          session: the session (default: the default session).

        Raises:
          NotFoundError: a name is not in the checkpoint.
        """
        self.initialize_or_restore(session)

    def initialize_or_restore(self, session=None):
        """Gives the variables the values of their names.

        Args:
          session: the session (default: the default session).

        Raises:
          NotFoundError: a name is not in the checkpoint.
        """
        variables = self._variables()
        names = [v.op.name.encode() for v in variables]
        self._reader.require(names)
        assign([(v, self._reader.read(n)) for v, n in zip(variables, names)], session)


def _read(reader, pairs):
    """Pairs of variables and values, for pairs of variables and keys.

    Raises:
      ValueError: a value has another shape than its variable.
    """
    values = []
    for variable, key in pairs:
        value = reader.read(key.encode())
        if not variable.shape.is_compatible_with(value.shape):
            raise ValueError(
                f"Shapes {variable.shape} and {value.shape} are incompatible: {variable.name} "
                f"and what {reader.path} has for it ({key})"
            )
        values.append((variable, value))
    return values


class _Rest:
    """What a checkpoint has for variables that are not made yet, in eager execution.

    A call restores those that have been made since; it says whether there is nothing left to do.
    """

    def __init__(self, root, reader, proto):
        self.root = weakref.ref(root)
        self._reader, self._proto = reader, proto
        match = object_graph.Match(root, proto)
        self._done = {key for _, key in match.pairs()}
        self.left = bool(match.unused())

    def __call__(self):
        root = self.root()
        if root is None:
            return True
        match = object_graph.Match(root, self._proto)
        pairs = [(v, key) for v, key in match.pairs() if key not in self._done]
        assign(_read(self._reader, pairs))
        self._done.update(key for _, key in pairs)
        return not match.unused()


def _wait_for_the_rest(root, reader, proto):
    """Restores what is made later; an earlier checkpoint of the same objects is forgotten."""
    waiting[:] = [w for w in waiting if not (isinstance(w, _Rest) and w.root() is root)]
    rest = _Rest(root, reader, proto)
    if rest.left:
        waiting.append(rest)


def _check_matched(unmatched):
    if unmatched:
        raise AssertionError(
            f"Found {len(unmatched)} Python objects that were not bound to checkpointed values, "
            f"likely due to changes in the Python program. Showing {min(10, len(unmatched))} of "
            f"{len(unmatched)} unmatched objects: {unmatched[:10]}"
        )


# --- values of variables, in a session or without one ---------------------------------------------


def values_of(variables, session=None):
    """The values of variables.

    Args:
      variables: list of variables.
      session: the session that holds them (default: the default session).

    Returns:
      A list of arrays.
    """
    if all(hasattr(v, "numpy") for v in variables):
        return [v.numpy() for v in variables]
    return _session(session).run(variables)


def assign(pairs, session=None):
    """Gives variables values.

    Args:
      pairs: list of `(variable, array)`.
      session: the session (default: the default session).
    """
    in_graph = [(v, value) for v, value in pairs if not hasattr(v, "numpy")]
    for variable, value in pairs:
        if hasattr(variable, "numpy"):
            variable.load(value)
    if in_graph:
        feeds = {v.initializer.inputs[1]: value for v, value in in_graph}
        _session(session).run([v.initializer for v, _ in in_graph], feeds)


def initialize(variables, session=None):
    """Runs the initializers of variables; those of eager execution have their values.

    Args:
      variables: list of variables.
      session: the session (default: the default session).
    """
    initializers = [v.initializer for v in variables if isinstance(v.initializer, Operation)]
    if initializers:
        _session(session).run(initializers)


def _value_if_any(counter, session):
    """A counter's value; 0 when it has not been initialized."""
    try:
        return int(values_of([counter], session)[0])
    except errors.FailedPreconditionError:
        return 0


def _session(session):
    session = session or get_default_session()
    if session is None:
        raise ValueError(
            "Saving and restoring need a session: give one by session=..., or open a block "
            "`with tf.Session():`"
        )
    return session
