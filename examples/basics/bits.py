"""Sets as the bits of integers, and a checksum: operations on bits."""

import tensorflow as tf

a = tf.constant([0b1100, 0b1010], tf.int32)
b = tf.constant([0b1010, 0b0110], tf.int32)
results = [
    ("both", tf.bitwise.bitwise_and(a, b)),
    ("either", tf.bitwise.bitwise_or(a, b)),
    ("one of them", tf.bitwise.bitwise_xor(a, b)),
    ("to the left", tf.bitwise.left_shift(a, [1, 2])),
    ("to the right", tf.bitwise.right_shift(a, [1, 2])),
    ("not", tf.bitwise.bitwise_and(tf.bitwise.invert(a), 15)),
]
data = tf.decode_raw(tf.constant("headwater"), tf.uint8)
checksum = tf.foldl(
    lambda total, byte: tf.bitwise.bitwise_xor(total * 31, byte),
    tf.cast(data, tf.int64),
    initializer=tf.constant(7, tf.int64),
)

with tf.Session() as sess:
    for name, tensor in results:
        print(name + ":", [format(v, "04b") for v in sess.run(tensor)])
    print("checksum differs from 7:", sess.run(checksum) != 7)
