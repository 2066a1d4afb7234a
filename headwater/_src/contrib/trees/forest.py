"""`tf.contrib.tensor_forest`: the graphs of a random forest.

The forest is in variables, one for each array of `forest_growth.Forest`, so sessions and savers
treat it like any model.  Predictions are ordinary nodes; learning is a Python function of a step.
"""

import dataclasses

import numpy as np

import headwater as tf
from headwater._src.contrib.features import as_matrix
from headwater._src.contrib.trees import nodes
from headwater._src.contrib.trees.forest_growth import Forest, Growth


class RandomForestGraphs:
    """A random forest: nodes that train it, and that predict with it."""

    def __init__(
        self, params, device_assigner=None, variables=None, tree_graphs=None, training=True
    ):
        """Makes the variables.

        Args:
          params: a `ForestHParams`, filled in.
          device_assigner: accepted: trees are not spread over devices.
          variables: those of another `RandomForestGraphs` (its `variables`), to share them.
          tree_graphs: accepted: all trees are in one graph.
          training: accepted.
        """
        self.params = params
        self.variables = variables or _make_variables(params)

    # -- learning --------------------------------------------------------------------------------

    def training_graph(self, input_data, input_labels, num_trainers=1, trainer_id=0, **tree_kwargs):
        """One step of learning.

        Args:
          input_data: float `Tensor` of shape `[n, num_features]`, or a dict of such.
          input_labels: int `Tensor` of shape `[n]`, the classes; or the values to predict,
            `[n]` or `[n, num_classes]`, for a regression.
          num_trainers: how many processes train parts of the forest; only 1 is possible.
          trainer_id: the number of this one.
          **tree_kwargs: accepted.

        Returns:
          An `Operation`.

        Raises:
          ValueError: `num_trainers` is not 1.
        """
        if num_trainers != 1 or trainer_id != 0:
            raise ValueError("a forest is trained by one trainer in headwater")
        points = as_matrix(input_data)
        state = [variable.read_value() for variable in self.variables]
        inputs = [points, self._targets(input_labels), self._leaves(points), _fresh_seed(), *state]
        types = [variable.dtype.base_dtype for variable in self.variables]
        changed = tf.py_func(self._learn, inputs, types, name="grow_forest")
        updates = [
            tf.assign(variable, value, validate_shape=False)
            for variable, value in zip(self.variables, changed, strict=True)
        ]
        return tf.group(*updates, name="train")

    def _learn(self, points, targets, leaves, seed, *state):
        forest = Forest(*[np.array(array) for array in state])
        generator = np.random.Generator(np.random.Philox(int(seed)))
        Growth(forest, self.params, generator).learn(points, targets, leaves)
        return forest.arrays()

    def _targets(self, labels):
        if not self.params.regression:
            return tf.one_hot(tf.cast(tf.reshape(labels, [-1]), tf.int32), self.params.num_classes)
        values = tf.reshape(tf.cast(labels, tf.float32), [-1, self.params.num_outputs])
        return tf.concat([tf.ones_like(values[:, :1]), values, values * values], 1)

    def training_loss(self, features, labels, name="training_loss"):
        """A number that falls as the forest grows: the average size of its trees, below zero.

        Args:
          features: not looked at.
          labels: not looked at.
          name: name of the node.

        Returns:
          A float scalar.
        """
        return tf.negative(self.average_size(), name)

    def validation_loss(self, features, labels):
        """The same as `training_loss`.

        Args:
          features: not looked at.
          labels: not looked at.

        Returns:
          A float scalar.
        """
        return self.training_loss(features, labels)

    # -- the forest ------------------------------------------------------------------------------

    def average_size(self):
        """The average number of nodes of a tree, a float scalar."""
        return tf.reduce_mean(tf.cast(self._variable("sizes"), tf.float32))

    def average_impurity(self):
        """The average, over the leaves that are in use, of how mixed their examples are: Gini's
        measure, or for a regression the variance; a float scalar."""
        sums = self._variable("sums")
        is_leaf = tf.equal(self._variable("feature"), nodes.LEAF)
        if self.params.regression:
            count = sums[:, 0]
            mean, squares = self._means(sums)
            mixed = tf.reduce_sum(squares - mean * mean, 1)
        else:
            count = tf.reduce_sum(sums, 1)
            mixed = 1 - tf.reduce_sum(self._means(sums)[0] ** 2, 1)
        used = tf.cast(tf.logical_and(is_leaf, count > 0), tf.float32)
        return tf.reduce_sum(used * mixed) / tf.maximum(tf.reduce_sum(used), 1.0)

    # -- predictions -----------------------------------------------------------------------------

    def inference_graph(self, input_data, **inference_args):
        """Predictions.

        Args:
          input_data: float `Tensor` of shape `[n, num_features]`, or a dict of such.
          **inference_args: accepted.

        Returns:
          `(predictions, paths, variance)`: float `Tensor` of shape `[n, num_classes]`, the average
          over trees of the classes' shares (or of the mean values) in an example's leaf; empty
          strings of shape `[n, trees]`; and how much trees differ, of the shape of predictions.
        """
        leaves = self._leaves(as_matrix(input_data))
        single, _ = self._means(tf.gather(self._variable("sums"), leaves))
        average = tf.reduce_mean(single, 1, name="probabilities")
        variance = tf.reduce_mean(tf.squared_difference(single, average[:, None]), 1)
        return average, tf.fill(tf.shape(leaves), ""), variance

    def _means(self, sums):
        """What examples with these added targets are like, and for a regression the mean square."""
        if not self.params.regression:
            return sums / tf.maximum(tf.reduce_sum(sums, -1, keepdims=True), 1e-9), None
        width = self.params.num_outputs
        means = sums[..., 1:] / tf.maximum(sums[..., :1], 1e-9)
        return means[..., :width], means[..., width:]

    def _leaves(self, points):
        roots = tf.range(self.params.num_trees) * self.params.max_nodes
        arrays = [self._variable(name) for name in ("feature", "threshold", "left")]
        return nodes.leaves(points, roots, *arrays)

    def _variable(self, name):
        names = [field.name for field in dataclasses.fields(Forest)]
        return self.variables[names.index(name)]


def _make_variables(params):
    targets = 1 + 2 * params.num_outputs if params.regression else params.num_classes
    start = Forest.empty(params.num_trees, params.max_nodes, params.num_splits_to_consider, targets)
    made = []
    for field in dataclasses.fields(Forest):
        value = getattr(start, field.name)
        first = value.flat[0] if value.size else value.dtype.type(0)  # they are all alike
        made.append(
            tf.Variable(
                tf.fill(value.shape, first),
                trainable=False,
                name=f"forest/{field.name}",
                validate_shape=value.size > 0,  # arrays of slots grow
            )
        )
    return made


def _fresh_seed():
    return tf.random_uniform([], maxval=2**62, dtype=tf.int64)
