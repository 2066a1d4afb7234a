"""`Scaffold`: the operations that a training program needs around its model."""

from headwater._src.core import logging
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.ops import variables
from headwater._src.ops._table_initializers import tables_initializer
from headwater._src.ops.grouping import group
from headwater._src.ops.summary_functions import merge_all
from headwater._src.train.saver import Saver


class Scaffold:
    """Holds what initializes, checks, saves and summarizes a model; makes what is missing.

    Args:
      init_op: what initializes the variables.
      init_feed_dict: what to feed to it.
      init_fn: function `(scaffold, session)` called after it.
      ready_op: gives the names of what is not initialized; empty when all is.
      ready_for_local_init_op: the same for what `local_init_op` needs.
      local_init_op: what initializes local variables and tables.
      summary_op: all summaries.
      saver: the `Saver`.
      copy_from_scaffold: a `Scaffold` to take everything else from.
      local_init_feed_dict: what to feed to `local_init_op`.

    Raises:
      TypeError: `copy_from_scaffold` is no `Scaffold`.
    """

    def __init__(
        self,
        init_op=None,
        init_feed_dict=None,
        init_fn=None,
        ready_op=None,
        ready_for_local_init_op=None,
        local_init_op=None,
        summary_op=None,
        saver=None,
        copy_from_scaffold=None,
        local_init_feed_dict=None,
    ):
        other = copy_from_scaffold
        if other is not None and not isinstance(other, Scaffold):
            raise TypeError("copy_from_scaffold is not a Scaffold instance.")

        def chosen(given, name):
            return getattr(other, name) if given is None and other is not None else given

        self._init_op = chosen(init_op, "init_op")
        self._init_feed_dict = chosen(init_feed_dict, "init_feed_dict")
        # A copied function has been bound to its scaffold; the program's own one is asked for.
        self._user_init_fn = chosen(init_fn, "_user_init_fn")
        self._ready_op = chosen(ready_op, "ready_op")
        self._ready_for_local_init_op = chosen(ready_for_local_init_op, "ready_for_local_init_op")
        self._local_init_op = chosen(local_init_op, "local_init_op")
        self._local_init_feed_dict = chosen(local_init_feed_dict, "local_init_feed_dict")
        self._summary_op = chosen(summary_op, "summary_op")
        self._saver = chosen(saver, "saver")

    def finalize(self):
        """Makes what is missing, and finalizes the default graph.

        Returns:
          The scaffold.

        Raises:
          RuntimeError: a collection holds more than one candidate.
        """
        get = Scaffold.get_or_default
        if self._init_op is None:
            self._init_op = get("init_op", GraphKeys.INIT_OP, _default_init_op)
        if self._ready_op is None:
            self._ready_op = get("ready_op", GraphKeys.READY_OP, _default_ready_op)
        if self._ready_for_local_init_op is None:
            self._ready_for_local_init_op = get(
                "ready_for_local_init_op",
                GraphKeys.READY_FOR_LOCAL_INIT_OP,
                _default_ready_for_local_init_op,
            )
        if self._local_init_op is None:
            self._local_init_op = get(
                "local_init_op", GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op
            )
        if self._summary_op is None:
            self._summary_op = get("summary_op", GraphKeys.SUMMARY_OP, merge_all)
        if self._saver is None:
            self._saver = _only_saver()
        self._saver.build()
        get_default_graph().finalize()
        logging.info("Graph was finalized.")
        return self

    @property
    def init_op(self):
        """What initializes the variables."""
        return self._init_op

    @property
    def init_fn(self):
        """Function of a session, called after `init_op`, or None."""
        fn = self._user_init_fn
        return (lambda session: fn(self, session)) if fn else None

    @property
    def ready_op(self):
        """Gives the names of what is not initialized."""
        return self._ready_op

    @property
    def ready_for_local_init_op(self):
        """Gives the names of what `local_init_op` still needs."""
        return self._ready_for_local_init_op

    @property
    def local_init_op(self):
        """What initializes local variables and tables."""
        return self._local_init_op

    @property
    def local_init_feed_dict(self):
        """What to feed to `local_init_op`."""
        return self._local_init_feed_dict

    @property
    def summary_op(self):
        """All summaries, or None."""
        return self._summary_op

    @property
    def saver(self):
        """The `Saver`."""
        return self._saver

    @property
    def init_feed_dict(self):
        """What to feed to `init_op`."""
        return self._init_feed_dict

    @staticmethod
    def get_or_default(arg_name, collection_key, default_constructor):
        """The only item of a collection; when it is empty, a new item that is put there.

        Args:
          arg_name: the constructor's parameter, for the error.
          collection_key: name of the collection.
          default_constructor: function that makes the item, or gives None.

        Returns:
          The item.

        Raises:
          RuntimeError: the collection has several.
        """
        items = get_default_graph().get_collection(collection_key)
        if len(items) > 1:
            raise RuntimeError(
                f'More than one item in the collection "{collection_key}". Please indicate which '
                f"one to use by passing it to the tf.Scaffold constructor as:  "
                f"tf.Scaffold({arg_name}=item to use)"
            )
        if items:
            return items[0]
        item = default_constructor()
        if item is not None:
            get_default_graph().add_to_collection(collection_key, item)
        return item

    @staticmethod
    def default_local_init_op():
        """An operation that initializes local variables, tables and local resources.

        Returns:
          The `Operation`.
        """
        return group(
            variables.local_variables_initializer(),
            tables_initializer(),
            *_creators(GraphKeys.LOCAL_RESOURCES),
        )


def _creators(collection):
    """The operations that make the resources of a collection: `(handle, create, ready)` triples."""
    return [item.create for item in get_default_graph().get_collection(collection)]


def _default_init_op():
    return group(
        variables.global_variables_initializer(),
        *_creators(GraphKeys.RESOURCES),
        *get_default_graph().get_collection("saved_model_initializers"),
    )


def _default_ready_op():
    return variables.report_uninitialized_variables()


def _default_ready_for_local_init_op():
    return variables.report_uninitialized_variables(variables.global_variables())


def _only_saver():
    graph = get_default_graph()
    savers = graph.get_collection(GraphKeys.SAVERS)
    if len(savers) > 1:
        raise RuntimeError(
            "More than one item in collection SAVERS. Please indicate which one to use by passing "
            "it to the tf.Scaffold constructor."
        )
    if savers:
        return savers[0]
    saver = Saver(sharded=True, allow_empty=True)
    graph.add_to_collection(GraphKeys.SAVERS, saver)
    return saver
