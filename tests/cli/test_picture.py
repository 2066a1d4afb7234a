"""The picture of the learned weights."""

import io

import numpy as np

from headwater._src.cli.picture import digit_templates, png


def test_png_is_read_back_by_another_library():
    from PIL import Image

    pixels = np.random.RandomState(0).randint(0, 256, [5, 7, 3]).astype(np.uint8)
    with Image.open(io.BytesIO(png(pixels))) as image:
        image.verify()
    with Image.open(io.BytesIO(png(pixels))) as image:
        assert image.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_templates_stand_in_two_rows_of_five():
    weights = np.zeros([784, 10], np.float32)
    weights[:, 7] = 1  # speaks for a seven everywhere
    weights[:, 2] = -1
    picture = digit_templates(weights)
    height, width = picture.shape[0] // 2, picture.shape[1] // 5
    assert picture.dtype == np.uint8 and picture.shape == (2 * height, 5 * width, 3)
    centres = picture[height // 2 :: height, width // 2 :: width].astype(int)
    red, _, blue = np.moveaxis(centres, -1, 0)
    np.testing.assert_array_equal(blue, [[0] * 5, [0, 0, 255, 0, 0]])
    np.testing.assert_array_equal(red, [[0, 0, 255, 0, 0], [0] * 5])
