"""What a Keras layer owns: variables and layers that were assigned to its attributes."""

from headwater._src.graph import trackable
from headwater._src.graph.variable import Variable


def layers_in(value):
    """The layers in an attribute's value: a layer, or a list, tuple or dict of such values."""
    if isinstance(value, Tracking):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [layer for item in value for layer in layers_in(item)]
    return []


def _variables_in(value):
    if isinstance(value, Variable):
        return [value]
    if isinstance(value, (list, tuple)):
        return [item for item in value if isinstance(item, Variable)]
    return []


def distinct(items):
    """The items without repetitions (by identity), in order."""
    seen = set()
    return [item for item in items if not (id(item) in seen or seen.add(id(item)))]


class Tracking:
    """The part of `Layer` that knows its variables, its layers, and which of them are trained."""

    def _start_tracking(self, trainable):
        object.__setattr__(self, "_attributes_with_layers", {})
        object.__setattr__(self, "_trainable", trainable)
        self._trainable_weights, self._non_trainable_weights = [], []

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name.startswith("_") and name in _OWN:
            return
        known = self.__dict__.get("_attributes_with_layers")
        if known is None or isinstance(getattr(type(self), name, None), property):
            return
        if isinstance(value, (Tracking, list, tuple, dict)):
            known[name] = value  # the container itself: what is appended to it later counts too
        else:
            known.pop(name, None)
        for variable in _variables_in(value):
            self._track_variable(variable)

    def __delattr__(self, name):
        self.__dict__.get("_attributes_with_layers", {}).pop(name, None)
        object.__delattr__(self, name)

    def _track_variable(self, variable):
        lists = self._trainable_weights, self._non_trainable_weights
        if not any(variable is v for known in lists for v in known):
            lists[0 if variable.trainable else 1].append(variable)

    def _checkpoint_children(self):
        """The objects inside, by the names that checkpoints have for them."""
        return trackable.attributes_of(self, self._trainable_weights + self._non_trainable_weights)

    @property
    def _layers(self):
        """The layers directly inside, in the order in which they were assigned."""
        return distinct(
            layer
            for value in self._attributes_with_layers.values()
            for layer in layers_in(value)
            if layer is not self
        )

    @property
    def submodules(self):
        """All layers inside, at any depth."""
        found = []
        for layer in self._layers:
            found += [layer, *layer.submodules]
        return tuple(distinct(found))

    @property
    def trainable(self):
        """Whether the variables are trained; setting it sets it for the layers inside too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        object.__setattr__(self, "_trainable", value)
        for layer in self._layers:
            layer.trainable = value

    @property
    def trainable_weights(self):
        """The variables that are trained: none when the layer is not trainable."""
        if not self._trainable:
            return []
        inner = [w for layer in self._layers for w in layer.trainable_weights]
        return distinct(self._trainable_weights + inner)

    @property
    def non_trainable_weights(self):
        """The variables that are not trained."""
        if self._trainable:
            own = self._non_trainable_weights
            inner = [w for layer in self._layers for w in layer.non_trainable_weights]
        else:
            own = self._trainable_weights + self._non_trainable_weights
            inner = [w for layer in self._layers for w in layer.weights]
        return distinct(own + inner)

    @property
    def weights(self):
        """All variables, the trainable ones first."""
        return distinct(self.trainable_weights + self.non_trainable_weights)

    @property
    def trainable_variables(self):
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self):
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights

    @property
    def variables(self):
        """The same as `weights`."""
        return self.weights


_OWN = frozenset(
    (
        "_inbound_nodes",
        "_losses",
        "_metrics",
        "_non_trainable_weights",
        "_outbound_nodes",
        "_trainable_weights",
        "_updates",
    )
)
