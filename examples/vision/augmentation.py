"""What an input pipeline does to images to make more of them: flips, crops, colours, sizes."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 3, "times to augment the picture")
FLAGS = tf.flags.FLAGS


def picture():
    """A uint8 image `[24, 32, 3]`: a gradient in two colours."""
    y, x = np.mgrid[0:24, 0:32]
    return np.stack([x * 8, y * 10, 255 - x * 8], axis=2).astype(np.uint8)


def augment(image):
    image = tf.image.convert_image_dtype(image, tf.float32)
    image = tf.image.random_flip_left_right(image, seed=1)
    image = tf.random_crop(image, [20, 28, 3], seed=2)
    image = tf.image.random_brightness(image, max_delta=0.1, seed=3)
    image = tf.image.random_contrast(image, lower=0.8, upper=1.2, seed=4)
    image = tf.image.random_saturation(image, lower=0.8, upper=1.2, seed=5)
    image = tf.image.random_hue(image, max_delta=0.05, seed=6)
    return tf.clip_by_value(image, 0.0, 1.0)


def main(_):
    tf.set_random_seed(0)
    image = tf.constant(picture())
    scaled = tf.image.convert_image_dtype(image, tf.float32)
    augmented = augment(image)
    fixed = [
        ("flip_left_right", tf.image.flip_left_right(scaled)),
        ("adjust_brightness", tf.image.adjust_brightness(scaled, 0.2)),
        ("adjust_contrast", tf.image.adjust_contrast(scaled, 0.5)),
        ("adjust_hue", tf.image.adjust_hue(scaled, 0.1)),
        ("adjust_saturation", tf.image.adjust_saturation(scaled, 0.5)),
        ("central_crop", tf.image.central_crop(scaled, 0.5)),
        ("pad_to_bounding_box", tf.image.pad_to_bounding_box(scaled, 2, 2, 30, 40)),
        ("crop_to_bounding_box", tf.image.crop_to_bounding_box(scaled, 4, 4, 8, 8)),
        ("resize_image_with_crop_or_pad", tf.image.resize_image_with_crop_or_pad(scaled, 32, 28)),
        ("per_image_standardization", tf.image.per_image_standardization(scaled)),
        ("rgb_to_grayscale", tf.image.rgb_to_grayscale(scaled)),
        ("transpose_image", tf.image.transpose_image(scaled)),
        ("rot90", tf.image.rot90(scaled)),
    ]
    batch = tf.expand_dims(scaled, 0)
    with tf.Session() as sess:
        for name, tensor in fixed:
            value = sess.run(tensor)
            print("%s: %s, mean %.3f" % (name, value.shape, value.mean()))
        seen = [sess.run(augmented) for _ in range(FLAGS.steps)]
        print("augmented:", seen[0].shape, "in range:", 0 <= np.min(seen) <= np.max(seen) <= 1)
        print("all different:", len({s.tobytes() for s in seen}) == len(seen))
        blurred = tf.image.resize_bilinear(tf.image.resize_bilinear(batch, [6, 8]), [24, 32])
        print("psnr: %.1f" % sess.run(tf.image.psnr(batch, blurred, 1.0))[0])
        print("ssim of itself: %.2f" % sess.run(tf.image.ssim(batch, batch, 1.0))[0])
        gray = tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(scaled))
        print("gray has equal channels:", np.ptp(sess.run(gray), axis=2).max() == 0)


if __name__ == "__main__":
    tf.app.run()
