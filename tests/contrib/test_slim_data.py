"""`tf.contrib.slim.tfexample_decoder`: items of examples."""

import numpy as np

import headwater as tf

PICTURE = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)


def feature(**kind):
    return tf.train.Feature(**kind)


def test_items_of_an_example():
    decoder = tf.contrib.slim.tfexample_decoder
    with tf.Graph().as_default(), tf.Session() as sess:
        png = sess.run(tf.image.encode_png(PICTURE))
        example = tf.train.Example(
            features=tf.train.Features(
                feature={
                    "image/encoded": feature(bytes_list=tf.train.BytesList(value=[png])),
                    "image/format": feature(bytes_list=tf.train.BytesList(value=[b"png"])),
                    "label": feature(int64_list=tf.train.Int64List(value=[7])),
                    "box": feature(float_list=tf.train.FloatList(value=[1, 2, 3, 4])),
                }
            )
        )
        decode = tf.contrib.slim.tfexample_decoder.TFExampleDecoder(
            {
                "image/encoded": tf.FixedLenFeature((), tf.string, ""),
                "image/format": tf.FixedLenFeature((), tf.string, "png"),
                "label": tf.FixedLenFeature([1], tf.int64),
                "box": tf.VarLenFeature(tf.float32),
            },
            {
                "image": decoder.Image(shape=[2, 2, 3]),
                "label": decoder.Tensor("label", shape=[]),
                "box": decoder.Tensor("box", shape=[2, 2]),
            },
        )
        assert decode.list_items() == ["image", "label", "box"]
        serialized = tf.constant(example.SerializeToString())
        image, label, box = sess.run(decode.decode(serialized))
        np.testing.assert_array_equal(image, PICTURE)
        assert label == 7 and box.tolist() == [[1, 2], [3, 4]]
        assert sess.run(decode.decode(serialized, ["label"])) == [7]


def test_a_data_set_knows_what_it_is_told():
    found = tf.contrib.slim.dataset.Dataset("a*", None, None, 5, {"x": "a number"}, num_classes=3)
    assert (found.num_samples, found.num_classes) == (5, 3)
