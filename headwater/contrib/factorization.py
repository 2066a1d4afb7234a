"""`tf.contrib.factorization`: k-means."""

from headwater._src.contrib.clustering.first_centers import (
    KMC2_INIT as KMC2_INIT,
    KMEANS_PLUS_PLUS_INIT as KMEANS_PLUS_PLUS_INIT,
    RANDOM_INIT as RANDOM_INIT,
)
from headwater._src.contrib.clustering.k_means import (
    CLUSTERS_VAR_NAME as CLUSTERS_VAR_NAME,
    COSINE_DISTANCE as COSINE_DISTANCE,
    SQUARED_EUCLIDEAN_DISTANCE as SQUARED_EUCLIDEAN_DISTANCE,
    KMeans as KMeans,
)
from headwater._src.contrib.clustering.k_means_estimator import KMeansClustering as KMeansClustering
from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath

python = _PrivatePath(__name__)
