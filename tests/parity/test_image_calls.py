"""`tf.image` and the reading of files, by the names that programs use, against TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from .calls import assert_same

RANDOM = np.random.RandomState(3)
PICTURE = RANDOM.rand(6, 5, 3).astype(np.float32)
OTHER = np.clip(PICTURE + RANDOM.uniform(-0.2, 0.2, PICTURE.shape), 0, 1).astype(np.float32)
BATCH = np.stack([PICTURE, PICTURE[::-1]])
BYTES = (PICTURE * 255).astype(np.uint8)
LARGE = RANDOM.rand(16, 16, 1).astype(np.float32)

CALLS = {
    "resize_images": lambda tf: tf.image.resize_images(PICTURE, [4, 9]),
    "resize_images_of_bytes": lambda tf: tf.image.resize_images(BYTES, (3, 3)),
    "resize_images_keeping_the_aspect": lambda tf: tf.image.resize_images(
        PICTURE, [12, 12], preserve_aspect_ratio=True
    ),
    "resize": lambda tf: tf.image.resize(BATCH, [7, 7], align_corners=True),
    "resize_methods": lambda tf: [
        tf.image.resize_images(PICTURE, [9, 4], method)
        for method in (
            tf.image.ResizeMethod.BILINEAR,
            tf.image.ResizeMethod.NEAREST_NEIGHBOR,
            tf.image.ResizeMethod.BICUBIC,
            tf.image.ResizeMethod.AREA,
        )
    ],
    "resize_method_numbers": lambda tf: [
        tf.image.ResizeMethod.BILINEAR,
        tf.image.ResizeMethod.NEAREST_NEIGHBOR,
        tf.image.ResizeMethod.BICUBIC,
        tf.image.ResizeMethod.AREA,
        sorted(n for n in vars(tf.image.ResizeMethod) if n.isupper()),
    ],
    "resize_bilinear": lambda tf: tf.image.resize_bilinear(BATCH, [3, 8], align_corners=True),
    "resize_bicubic": lambda tf: tf.image.resize_bicubic(BATCH, [3, 8], name="b"),
    "resize_nearest_neighbor": lambda tf: tf.image.resize_nearest_neighbor(BATCH, [11, 2]),
    "resize_of_no_size": lambda tf: tf.image.resize_images(BATCH, [6, 5]),
    "crop_or_pad": lambda tf: tf.image.resize_image_with_crop_or_pad(PICTURE, 3, 9),
    "crop_to_bounding_box": lambda tf: tf.image.crop_to_bounding_box(BATCH, 1, 2, 4, 3),
    "pad_to_bounding_box": lambda tf: tf.image.pad_to_bounding_box(PICTURE, 1, 2, 9, 8),
    "central_crop": lambda tf: [tf.image.central_crop(PICTURE, f) for f in (0.5, 0.34, 1.0)],
    "flip_left_right": lambda tf: tf.image.flip_left_right(PICTURE),
    "rgb_to_grayscale": lambda tf: [
        tf.image.rgb_to_grayscale(PICTURE),
        tf.image.rgb_to_grayscale(BYTES, name="grey"),
    ],
    "grayscale_to_rgb": lambda tf: tf.image.grayscale_to_rgb(tf.constant(LARGE)),
    "convert_image_dtype": lambda tf: [
        tf.image.convert_image_dtype(BYTES, tf.float32),
        tf.image.convert_image_dtype(PICTURE, tf.uint8),
        tf.image.convert_image_dtype(PICTURE * 1.5, tf.uint8, saturate=True),
        tf.image.convert_image_dtype(BYTES, tf.int16),
    ],
    "adjust_brightness": lambda tf: [
        tf.image.adjust_brightness(PICTURE, 0.2),
        tf.image.adjust_brightness(BYTES, -0.1),
    ],
    "adjust_contrast": lambda tf: [
        tf.image.adjust_contrast(PICTURE, 1.5),
        tf.image.adjust_contrast(BYTES, 0.5),
    ],
    "adjust_hue": lambda tf: [
        tf.image.adjust_hue(PICTURE, 0.3),
        tf.image.adjust_hue(PICTURE, -0.2),
    ],
    "adjust_saturation": lambda tf: tf.image.adjust_saturation(PICTURE, 0.4),
    "psnr": lambda tf: tf.image.psnr(BATCH, np.stack([OTHER, PICTURE * 0.9]), max_val=1.0),
    "psnr_of_bytes": lambda tf: tf.image.psnr(BYTES, BYTES // 2, 255),
    "ssim": lambda tf: tf.image.ssim(LARGE[None], LARGE[None] ** 2, max_val=1.0),
    "extract_image_patches": lambda tf: tf.extract_image_patches(
        BATCH, [1, 3, 2, 1], [1, 2, 1, 1], [1, 1, 1, 1], "SAME"
    ),
    "extract_image_patches_dilated": lambda tf: tf.extract_image_patches(
        BATCH, ksizes=[1, 2, 2, 1], strides=[1, 1, 1, 1], rates=[1, 2, 2, 1], padding="VALID"
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_call(name):
    assert_same(CALLS[name], rtol=1e-5)


# Deterministic with a seed: the same picture as TensorFlow's, call by call.
RANDOMLY = {
    "flip_left_right": lambda tf: tf.image.random_flip_left_right(PICTURE, seed=5),
    "flip_left_right_of_a_batch": lambda tf: tf.image.random_flip_left_right(BATCH, seed=5),
    "brightness": lambda tf: tf.image.random_brightness(PICTURE, 0.3, seed=1),
    "contrast": lambda tf: tf.image.random_contrast(PICTURE, 0.2, 1.8, seed=2),
    "hue": lambda tf: tf.image.random_hue(PICTURE, 0.1, seed=3),
    "saturation": lambda tf: tf.image.random_saturation(PICTURE, 0.5, 1.5, seed=4),
}


@pytest.mark.parametrize("name", RANDOMLY)
def test_seeded_random_call(name):
    assert_same(RANDOMLY[name], rtol=1e-5)


# (call, what must be said)
REFUSED = {
    "brightness": (lambda tf: tf.image.random_brightness(PICTURE, -1.0), "max_delta"),
    "contrast": (lambda tf: tf.image.random_contrast(PICTURE, 2.0, 1.0), "upper must be > lower"),
    "saturation": (lambda tf: tf.image.random_saturation(PICTURE, -1.0, 1.0), "lower"),
    "hue": (lambda tf: tf.image.random_hue(PICTURE, 0.7), "max_delta must be <= 0.5"),
    "central_crop": (lambda tf: tf.image.central_crop(PICTURE, 1.5), "central_fraction"),
    "crop": (lambda tf: tf.image.crop_to_bounding_box(PICTURE, 0, 0, 9, 2), "height must be >="),
    "pad": (lambda tf: tf.image.pad_to_bounding_box(PICTURE, 0, 0, 2, 9), "height must be <="),
    "resize_method": (lambda tf: tf.image.resize_images(PICTURE, [2, 2], 9), "not implemented"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    from .harness import oracle, ours

    call, says = REFUSED[name]
    for tf in (oracle(), ours()):
        with tf.Graph().as_default(), pytest.raises(ValueError, match=says):
            call(tf)


def test_files(tmp_path):
    """Reading, decoding and writing files in a graph."""
    path, written = str(tmp_path / "in.bin"), str(tmp_path / "new" / "out.bin")
    (tmp_path / "in.bin").write_bytes(bytes(range(8)))

    def call(tf):
        content = tf.read_file(path)
        write = tf.write_file(written, content)
        with tf.control_dependencies([write]):
            back = tf.io.read_file(written)
        return [
            content,
            back,
            tf.decode_raw(content, tf.uint8),
            tf.decode_raw(content, tf.int16, little_endian=False),
            tf.decode_raw([content, content], tf.float32, name="floats"),
        ]

    assert_same(call)
    assert (tmp_path / "new" / "out.bin").read_bytes() == bytes(range(8))


CSV = {
    "plain": (["1,2.5,a", "3,,b"], [[0], [7.0], [""]], {}),
    "quoted": (['1,"a,""b"""', "2,c"], [[0], ["x"]], {}),
    "required": (["4|5"], [[], [1]], {"field_delim": "|"}),
    "selected": (["1,2,3", "4,5,6"], [[0], [0.0]], {"select_cols": [0, 2]}),
    "missing": (["1,NA", "NA,2"], [[-1], [-2]], {"na_value": "NA"}),
}


@pytest.mark.parametrize("name", CSV)
def test_decode_csv(name):
    records, defaults, more = CSV[name]
    assert_same(lambda tf: tf.decode_csv(records, defaults, **more))
    assert_same(lambda tf: tf.io.decode_csv(records, defaults, **more))
