"""The graph of boosted trees: predictions, and one step of learning.

As with forests, the state is in variables, one for each array of `boosting_growth.Ensemble`.
"""

import dataclasses

import numpy as np

import headwater as tf
from headwater._src.contrib.trees import nodes
from headwater._src.contrib.trees.boosting_growth import TREES, Ensemble, Growth


class BoostedTrees:
    """Boosted trees in the default graph.

    Args:
      settings: a `Settings`.
      points: float `Tensor` of shape `[n, features]`, with a known number of features.

    Attributes:
      logits: float `Tensor` of shape `[n, outputs]`, what the trees predict.
    """

    def __init__(self, settings, points):
        self._settings, self._points = settings, points
        features = points.shape[1].value
        if features is None:
            raise ValueError("boosted trees need examples with a known number of features")
        self._names = [field.name for field in dataclasses.fields(Ensemble)]
        start = Ensemble.empty(settings.outputs, settings.trees, features)
        self._variables = [
            tf.Variable(value, trainable=False, name=f"boosting/{name}", validate_shape=False)
            for name, value in zip(self._names, start.arrays(), strict=True)
        ]
        self._leaves = nodes.leaves(
            points, self._value("roots", [settings.trees]), *self._structure()
        )
        self.logits = self._predict()

    def _structure(self):
        return [self._value(name, [None]) for name in ("feature", "threshold", "left")]

    def _value(self, name, shape):
        value = self._variables[self._names.index(name)].read_value()
        value.set_shape(shape)
        return value

    @property
    def trees_finished(self):
        """How many trees are finished, an int32 scalar."""
        return self._value("counts", [4])[TREES]

    def _predict(self):
        outputs = self._settings.outputs
        each = tf.gather(self._value("value", [None, outputs]), self._leaves)
        return tf.reduce_sum(each, 1) + self._value("bias", [outputs])

    def training_logits(self):
        """What gradients are taken of: in `whole_tree` mode, without the tree that grows."""
        if not self._settings.whole_tree:
            return self.logits
        outputs = self._settings.outputs
        each = tf.gather(self._value("value", [None, outputs]), self._leaves)
        finished = tf.range(self._settings.trees) < self.trees_finished
        each *= tf.cast(finished, tf.float32)[None, :, None]
        return tf.reduce_sum(each, 1) + self._value("bias", [outputs])

    def learn(self, gradients, curvatures):
        """One step.

        Args:
          gradients: float `Tensor` of shape `[n, outputs]`, of the examples' losses.
          curvatures: float `Tensor` of shape `[n, outputs]`, their second derivatives.

        Returns:
          An `Operation`.
        """
        growing = tf.minimum(self.trees_finished, self._settings.trees - 1)
        seed = tf.random_uniform([], maxval=2**62, dtype=tf.int64)
        batch = [self._points, gradients, curvatures, self._leaves[:, growing], seed]
        state = [variable.read_value() for variable in self._variables]
        types = [variable.dtype.base_dtype for variable in self._variables]
        changed = tf.py_func(self._grow, batch + state, types, name="grow_trees")
        updates = [
            tf.assign(variable, value, validate_shape=False)
            for variable, value in zip(self._variables, changed, strict=True)
        ]
        return tf.group(*updates, name="learn")

    def _grow(self, points, gradients, curvatures, leaves, seed, *state):
        ensemble = Ensemble(*[np.array(array) for array in state])
        generator = np.random.Generator(np.random.Philox(int(seed)))
        Growth(ensemble, self._settings, generator).learn(points, gradients, curvatures, leaves)
        return ensemble.arrays()


class StopAfterTrees(tf.train.SessionRunHook):
    """Ends the training when all trees are finished.

    Args:
      finished: int scalar, how many are.
      wanted: how many there will be.
    """

    def __init__(self, finished, wanted):
        self._finished, self._wanted = finished, wanted

    def after_create_session(self, session, coord):
        """Looks at what a checkpoint brought.

        Args:
          session: the session.
          coord: the coordinator of its threads.
        """
        self._done = session.run(self._finished) >= self._wanted

    def before_run(self, run_context):
        """Asks for the number.

        Args:
          run_context: the step.
        """
        return tf.train.SessionRunArgs(self._finished)

    def after_run(self, run_context, run_values):
        """Stops when they are; the number is from before or after the step's own layer.

        Args:
          run_context: the step.
          run_values: what came of it.
        """
        if self._done or run_values.results >= self._wanted:
            run_context.request_stop()
