"""The ops of k-means: nearest centres, and two ways to choose the first ones.

`KmeansPlusPlusInitialization` chooses points with chances that grow with their distance from those
chosen before (Arthur & Vassilvitskii 2007); `KMC2ChainInitialization` takes one from a Markov chain
that needs few distances (Bachem et al. 2016).
"""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank


def _squared_distances(xp, points, centers):
    """Squared distances of all points to all centres, `[points, centers]`."""
    products = xp.matmul(points, xp.transpose(centers))
    own = xp.sum(points * points, axis=1)[:, None] + xp.sum(centers * centers, axis=1)[None, :]
    return xp.maximum(own - 2 * products, 0)  # rounding must not make a distance negative


NearestNeighbors = define_op(
    "NearestNeighbors",
    inputs="points: float, centers: float, k: int64",
    outputs="nearest_center_indices: int64, nearest_center_distances: float",
)


@NearestNeighbors.shape
def nearest_neighbors_shape(points, centers, k):
    """`[points, k]` twice; there are never more neighbours than centres."""
    rows, width = with_rank(points.dims, 2)
    count, other_width = with_rank(centers.dims, 2)
    if None not in (width, other_width) and width != other_width:
        raise ShapeError(f"points have {width} columns, and centers {other_width}")
    wanted = None if k.known is None or count is None else min(int(k.known), count)
    return [(rows, wanted), (rows, wanted)]


@NearestNeighbors.kernel(static=["k"])
def nearest_neighbors_kernel(xp, points, centers, k):
    if np.ndim(k) or k <= 0:
        raise errors.InvalidArgumentError(None, None, f"k must be a positive number, got {k}")
    count = min(int(k), centers.shape[0])
    distances = _squared_distances(xp, points, centers)
    if count == 1:
        indices = xp.argmin(distances, axis=1)[:, None]
    else:
        indices = xp.argsort(distances, axis=1)[:, :count]
    return indices.astype(np.int64), xp.take_along_axis(distances, indices, axis=1)


NearestNeighbors.no_gradient()


KmeansPlusPlusInitialization = define_op(
    "KmeansPlusPlusInitialization",
    inputs="points: float, num_to_sample: int64, seed: int64, num_retries_per_sample: int64",
    outputs="samples: float",
)


@KmeansPlusPlusInitialization.shape
def kmeans_plus_plus_shape(points, num_to_sample, seed, num_retries_per_sample):
    """`[num_to_sample, columns of points]`."""
    known = num_to_sample.known
    return (None if known is None else int(known), with_rank(points.dims, 2)[1])


@KmeansPlusPlusInitialization.kernel(dynamic=True)
def kmeans_plus_plus_kernel(xp, points, num_to_sample, seed, num_retries_per_sample):
    count, tries = int(num_to_sample), 1 + int(num_retries_per_sample)
    if count <= 0 or tries <= 0 or len(points) < count:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"num_to_sample must be from 1 to the number of points ({len(points)}), got {count}; "
            f"num_retries_per_sample must not be negative, got {tries - 1}",
        )
    generator = np.random.Generator(np.random.Philox(int(seed) % 2**64))
    chosen = [int(generator.integers(len(points)))]
    nearest = _squared_distances(np, points, points[chosen])[:, 0]
    while len(chosen) < count:
        candidates = _by_distance(generator, nearest, tries)
        distances = _squared_distances(np, points, points[candidates])
        distances = np.minimum(distances, nearest[:, None])
        best = int(distances.sum(axis=0).argmin())  # the try that leaves least distance
        chosen.append(int(candidates[best]))
        nearest = distances[:, best]
    return points[chosen]


def _by_distance(generator, distances, count):
    """Numbers of points, drawn with chances in proportion to their distances."""
    sums = np.cumsum(distances, dtype=np.float64)
    if sums[-1] <= 0:  # every point is a centre already
        return generator.integers(len(distances), size=count)
    found = np.searchsorted(sums, generator.random(count) * sums[-1], side="right")
    return np.minimum(found, len(distances) - 1)


KmeansPlusPlusInitialization.no_gradient()


KMC2ChainInitialization = define_op(
    "KMC2ChainInitialization", inputs="distances: float, seed: int64", outputs="index: int64"
)


@KMC2ChainInitialization.shape
def kmc2_shape(distances, seed):
    """A scalar."""
    merge_dim(None, with_rank(distances.dims, 1)[0])
    return ()


@KMC2ChainInitialization.kernel(dynamic=True)
def kmc2_kernel(xp, distances, seed):
    if not len(distances):
        raise errors.InvalidArgumentError(None, None, "distances must not be empty")
    chances = np.random.Generator(np.random.Philox(int(seed) % 2**64)).random(len(distances))
    place = 0
    for i in range(1, len(distances)):
        # A step of Metropolis: to a farther point always, to a nearer one now and then.
        if distances[place] <= 0 or distances[i] > distances[place] * chances[i]:
            place = i
    return np.asarray(place, dtypes.int64.as_numpy_dtype)


KMC2ChainInitialization.no_gradient()
