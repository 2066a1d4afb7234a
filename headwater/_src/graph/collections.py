"""Named collections of a graph, and the standard names (`GraphKeys`)."""

import re
import threading
from typing import Any


class GraphKeys:
    """Standard names of collections."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    SUMMARIES = "summaries"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    ASSET_FILEPATHS = "asset_filepaths"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    REGULARIZATION_LOSSES = "regularization_losses"
    CONCATENATED_VARIABLES = "concatenated_variables"
    SAVERS = "savers"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    UPDATE_OPS = "update_ops"
    LOSSES = "losses"
    SAVEABLE_OBJECTS = "saveable_objects"
    RESOURCES = "resources"
    LOCAL_RESOURCES = "local_resources"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    SUMMARY_OP = "summary_op"
    GLOBAL_STEP = "global_step"
    EVAL_STEP = "eval_step"
    TRAIN_OP = "train_op"
    COND_CONTEXT = "cond_context"
    WHILE_CONTEXT = "while_context"
    VARIABLES = "variables"
    _SUMMARY_COLLECTION = "_SUMMARY_V2"
    _STREAMING_MODEL_PORTS = "streaming_model_ports"
    _VARIABLE_COLLECTIONS = [
        GLOBAL_VARIABLES,
        LOCAL_VARIABLES,
        METRIC_VARIABLES,
        MODEL_VARIABLES,
        TRAINABLE_VARIABLES,
        MOVING_AVERAGE_VARIABLES,
        CONCATENATED_VARIABLES,
        "trainable_resource_variables",
    ]


class Collections:
    """The part of a graph that keeps named lists of objects for the program."""

    _check_not_finalized: Any

    def __init__(self):
        self._collections = {}
        self._collections_lock = threading.Lock()

    @property
    def collections(self):
        """The names of all collections."""
        return list(self._collections)

    def get_all_collection_keys(self):
        """The string names of all collections."""
        return [key for key in self._collections if isinstance(key, str)]

    def add_to_collection(self, name, value):
        """Appends `value` to the collection `name`."""
        self._check_not_finalized()
        with self._collections_lock:
            self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names, value):
        """Appends `value` to several collections (or one, given by its name), each once."""
        names = (names,) if isinstance(names, str) else dict.fromkeys(names)
        for name in names:
            self.add_to_collection(name, value)

    def get_collection_ref(self, name):
        """The list behind the collection `name`; changes to it are changes to the collection."""
        with self._collections_lock:
            return self._collections.setdefault(name, [])

    def get_collection(self, name, scope=None):
        """A copy of the collection.

        Args:
          name: the collection's name.
          scope: a regular expression that an item's name must match at its start.

        Returns:
          A list of the values.
        """
        with self._collections_lock:
            items = list(self._collections.get(name, ()))
        if scope is None:
            return items
        regex = re.compile(scope)
        return [item for item in items if hasattr(item, "name") and regex.match(item.name)]

    def clear_collection(self, name):
        """Removes all values of a collection."""
        self._check_not_finalized()
        with self._collections_lock:
            self._collections.pop(name, None)
