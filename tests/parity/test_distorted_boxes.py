"""`tf.image.sample_distorted_bounding_box`: TensorFlow's crops, run after run."""

import numpy as np
import pytest

from .harness import oracle, ours

BOX = [[[0.1, 0.2, 0.6, 0.9], [0.5, 0.5, 0.8, 0.7]]]
CALLS = {
    "image": dict(bounding_boxes=np.zeros([1, 0, 4]), use_image_if_no_bounding_boxes=True),
    "boxes": dict(bounding_boxes=BOX, min_object_covered=0.5),
    "inception": dict(
        bounding_boxes=[[[0.0, 0.0, 1.0, 1.0]]], aspect_ratio_range=[0.5, 2], area_range=[0.1, 1]
    ),
    "hopeless": dict(bounding_boxes=BOX, min_object_covered=1.0, area_range=[0.01, 0.02]),
    "few attempts": dict(bounding_boxes=BOX, min_object_covered=0.9, max_attempts=3),
}
BAD = {
    "none": (dict(bounding_boxes=np.zeros([1, 0, 4])), "No bounding boxes provided"),
    "outside": (dict(bounding_boxes=[[[0.0, 0.0, 1.0, 2.0]]]), "bounding box"),
    "covered": (dict(bounding_boxes=BOX, min_object_covered=-1.0), "object covered"),
}


def crops(tf, size, seed, kwargs):
    with tf.Graph().as_default(), tf.Session() as sess:
        sampled = tf.image.sample_distorted_bounding_box(
            tf.constant(size), seed=seed, seed2=7, **kwargs
        )
        shapes = [t.shape.as_list() for t in sampled]
        return shapes, [sess.run(list(sampled)) for _ in range(4)]


@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize("size", [[50, 40, 3], [299, 500, 3], [3, 3, 1]])
@pytest.mark.parametrize("call", CALLS)
def test_crops(call, size, seed):
    shapes, runs = crops(ours(), size, seed, CALLS[call])
    their_shapes, their_runs = crops(oracle(), size, seed, CALLS[call])
    assert shapes == their_shapes
    for mine, theirs in zip(runs, their_runs, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("call", BAD)
def test_bad_arguments(call):
    kwargs, words = BAD[call]
    for tf in (ours(), oracle()):
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            crops(tf, [5, 5, 3], 1, kwargs)
