"""`tf.contrib.factorization.KMeansClustering`: k-means as an estimator."""

import headwater as tf
from headwater._src.contrib.clustering import first_centers
from headwater._src.contrib.clustering.k_means import (
    CLUSTERS_VAR_NAME,
    COSINE_DISTANCE,
    SQUARED_EUCLIDEAN_DISTANCE,
    KMeans,
)
from headwater._src.contrib.features import as_matrix
from headwater._src.core.explain import explained


class _ChooseFirst(tf.train.SessionRunHook):
    """Chooses the first centres, from as many batches as that takes, unless a checkpoint has them."""

    def __init__(self, initialized, init_op):
        self._initialized, self._init_op = initialized, init_op

    def after_create_session(self, session, coord):
        """Chooses them.

        Args:
          session: the session.
          coord: the coordinator of its threads.
        """
        while not session.run(self._initialized):
            session.run(self._init_op)


class _StopWhenSteady(tf.train.SessionRunHook):
    """Stops when the loss has changed by less than a share of what it was."""

    def __init__(self, loss, tolerance):
        self._loss, self._tolerance, self._before = loss, tolerance, None

    def before_run(self, run_context):
        """Asks for the loss.

        Args:
          run_context: the step.
        """
        return tf.train.SessionRunArgs(self._loss)

    def after_run(self, run_context, run_values):
        """Compares it.

        Args:
          run_context: the step.
          run_values: what came of it.
        """
        loss, before = run_values.results, self._before
        self._before = loss
        if before is not None and abs(before - loss) <= self._tolerance * abs(before):
            run_context.request_stop()


class KMeansClustering(tf.estimator.Estimator):
    """Groups points around centres.

    Attributes:
      SCORE: key of the sum of the points' distances to their centres, among what is measured.
      CLUSTER_INDEX: key of the number of the nearest centre, among what is predicted.
      ALL_DISTANCES: key of the distances to all centres.
      CLUSTER_CENTERS_VAR_NAME: name of the variable that holds the centres.
    """

    SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE = SQUARED_EUCLIDEAN_DISTANCE, COSINE_DISTANCE
    RANDOM_INIT = first_centers.RANDOM_INIT
    KMEANS_PLUS_PLUS_INIT = first_centers.KMEANS_PLUS_PLUS_INIT
    SCORE, CLUSTER_INDEX, ALL_DISTANCES = "score", "cluster_index", "all_distances"
    CLUSTER_CENTERS_VAR_NAME = CLUSTERS_VAR_NAME

    @explained(
        {},
        num_clusters="how many centres.",
        model_dir="folder of checkpoints and summaries.",
        initial_clusters="how the first centres are chosen, or the centres; see `KMeans`.",
        distance_metric="`'squared_euclidean'` or `'cosine'`.",
        random_seed="of the choice of first centres.",
        use_mini_batch="whether a batch is a part of the data.",
        mini_batch_steps_per_iteration="after how many batches points see moved centres.",
        kmeans_plus_plus_num_retries="further candidates for each centre.",
        relative_tolerance="training stops when the loss changes by a smaller share; None: never.",
        config="a `RunConfig`.",
        feature_columns="numeric columns that make the points; None: all features, by their names.",
    )
    def __init__(
        self,
        num_clusters,
        model_dir=None,
        initial_clusters=RANDOM_INIT,
        distance_metric=SQUARED_EUCLIDEAN_DISTANCE,
        random_seed=0,
        use_mini_batch=True,
        mini_batch_steps_per_iteration=1,
        kmeans_plus_plus_num_retries=2,
        relative_tolerance=None,
        config=None,
        feature_columns=None,
    ):
        """Makes the estimator."""

        def model_fn(features, mode, config):
            kmeans = KMeans(
                as_matrix(features, feature_columns),
                num_clusters,
                initial_clusters,
                distance_metric,
                use_mini_batch,
                mini_batch_steps_per_iteration,
                random_seed,
                kmeans_plus_plus_num_retries,
            )
            return self._spec(mode, kmeans, relative_tolerance)

        super().__init__(model_fn, model_dir=model_dir, config=config)

    def _spec(self, mode, kmeans, tolerance):
        distances, index, scores, initialized, _, init_op, step = kmeans.training_graph()
        loss = tf.reduce_sum(scores[0])
        with tf.control_dependencies([step]):
            train_op = tf.assign_add(tf.train.get_or_create_global_step(), 1).op
        hooks = [_ChooseFirst(initialized, init_op)]
        if tolerance is not None:
            hooks.append(_StopWhenSteady(loss, tolerance))
        tf.summary.scalar("loss/raw", loss)
        predictions = {self.ALL_DISTANCES: distances[0], self.CLUSTER_INDEX: index[0]}
        return tf.estimator.EstimatorSpec(
            mode,
            predictions,
            loss,
            train_op,
            eval_metric_ops={self.SCORE: tf.metrics.mean(loss)},
            training_hooks=hooks,
        )

    def predict_cluster_index(self, input_fn):
        """The numbers of the nearest centres.

        Args:
          input_fn: function to features.

        Yields:
          One number for each point.
        """
        for found in self.predict(input_fn, [self.CLUSTER_INDEX]):
            yield found[self.CLUSTER_INDEX]

    def transform(self, input_fn):
        """The distances to all centres (squared ones, unless they are cosines).

        Args:
          input_fn: function to features.

        Yields:
          One vector for each point.
        """
        for found in self.predict(input_fn, [self.ALL_DISTANCES]):
            yield found[self.ALL_DISTANCES]

    def score(self, input_fn):
        """The sum of the distances of one batch's points to their nearest centres.

        Args:
          input_fn: function to features.
        """
        return self.evaluate(input_fn, steps=1)[self.SCORE]

    def cluster_centers(self):
        """The centres, as array of shape `[num_clusters, columns]`."""
        return self.get_variable_value(self.CLUSTER_CENTERS_VAR_NAME)
