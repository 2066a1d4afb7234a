"""Names of `tf.io` and `tf.train` that stand for functions found elsewhere too."""

import pytest

import headwater as tf

SAME = {
    "tf.io.PaddingFIFOQueue": tf.PaddingFIFOQueue,
    "tf.io.PriorityQueue": tf.PriorityQueue,
    "tf.io.QueueBase": tf.QueueBase,
    "tf.io.RandomShuffleQueue": tf.RandomShuffleQueue,
    "tf.io.decode_and_crop_jpeg": tf.image.decode_and_crop_jpeg,
    "tf.io.decode_base64": tf.decode_base64,
    "tf.io.decode_bmp": tf.image.decode_bmp,
    "tf.io.decode_gif": tf.image.decode_gif,
    "tf.io.decode_image": tf.image.decode_image,
    "tf.io.decode_jpeg": tf.image.decode_jpeg,
    "tf.io.decode_png": tf.image.decode_png,
    "tf.io.deserialize_many_sparse": tf.deserialize_many_sparse,
    "tf.io.encode_base64": tf.encode_base64,
    "tf.io.encode_jpeg": tf.image.encode_jpeg,
    "tf.io.encode_png": tf.image.encode_png,
    "tf.io.extract_jpeg_shape": tf.image.extract_jpeg_shape,
    "tf.io.is_jpeg": tf.image.is_jpeg,
    "tf.io.match_filenames_once": tf.train.match_filenames_once,
    "tf.io.serialize_many_sparse": tf.serialize_many_sparse,
    "tf.io.serialize_sparse": tf.serialize_sparse,
}


@pytest.mark.parametrize("name", SAME)
def test_same(name):
    assert getattr(tf.io, name.rpartition(".")[2]) is SAME[name]
