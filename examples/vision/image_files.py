"""Images as files: written as PNG and JPEG, read again, and resized by every method."""

import os
import tempfile

import numpy as np
import tensorflow as tf

METHODS = [
    ("bilinear", tf.image.ResizeMethod.BILINEAR),
    ("nearest", tf.image.ResizeMethod.NEAREST_NEIGHBOR),
    ("bicubic", tf.image.ResizeMethod.BICUBIC),
    ("area", tf.image.ResizeMethod.AREA),
]

random = np.random.RandomState(0)
pixels = np.kron(random.randint(40, 200, [4, 6, 3]), np.ones([8, 8, 1])).astype(np.uint8)
folder = tempfile.mkdtemp()
png, jpeg = (os.path.join(folder, "picture." + end) for end in ("png", "jpg"))
write = [
    tf.write_file(png, tf.image.encode_png(pixels)),
    tf.write_file(jpeg, tf.image.encode_jpeg(pixels, quality=95)),
]
path = tf.placeholder(tf.string, [])
contents = tf.read_file(path)
exact = tf.image.decode_png(contents, channels=3)
lossy = tf.image.decode_jpeg(contents, channels=3)
guessed = tf.image.decode_image(contents)
batch = tf.cast(tf.expand_dims(exact, 0), tf.float32)
boxes = tf.constant([[[0.1, 0.1, 0.5, 0.9]]])
crops = tf.image.crop_and_resize(batch, [[0.0, 0.0, 0.5, 0.5]], [0], [8, 8])

with tf.Session() as sess:
    sess.run(write)
    print("PNG is exact:", np.array_equal(sess.run(exact, {path: png}), pixels))
    difference = np.abs(sess.run(lossy, {path: jpeg}).astype(int) - pixels).mean()
    print("JPEG is near:", bool(difference < 10))
    print("found out:", sess.run(guessed, {path: png}).shape)
    for name, method in METHODS:
        value = sess.run(tf.image.resize_images(batch, [16, 24], method=method), {path: png})
        near = abs(value.mean() - pixels.mean()) < 3
        print("%s: %s, brightness kept: %s" % (name, value.shape, near))
    nearest = tf.image.resize_nearest_neighbor(batch, [64, 96])
    cubic = tf.image.resize_bicubic(batch, [16, 24])
    print(sess.run([tf.shape(nearest), tf.shape(cubic)], {path: png})[0].tolist())
    print("crop:", sess.run(crops, {path: png}).shape)
    drawn = sess.run(tf.image.draw_bounding_boxes(batch / 255.0, boxes), {path: png})
    print("boxes drawn:", bool((drawn != pixels[np.newaxis] / 255.0).any()))
