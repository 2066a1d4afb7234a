"""Images: sizes, colours, flips, cuts, boxes."""

from .case import A, Case

BATCH = A((2, 5, 6, 3), low=0.0, high=1.0)
ONE = A((5, 6, 3), low=0.0, high=1.0)
BYTES = A((5, 6, 3), "uint8", 0, 255)
BOXES = A(values=[[0.1, 0.2, 0.6, 0.9], [-0.5, 0.3, 0.5, 1.2], [0.8, 0.9, 0.1, 0.2]])

CASES = [
    *[
        Case("image.resize_images", (BATCH, size, method, corners), gradient=method == 1)
        for size in ([7, 4], [3, 11])
        for method in (0, 1, 2, 3)
        for corners in (False, True)
        if method < 2
    ],
    *[
        Case("image.resize_images", (BATCH, size, method, corners))
        for size in ([7, 4], [3, 11])
        for method in (2, 3)
        for corners in (False, True)
    ],
    *[
        Case(f"image.resize_{name}", (BATCH, [4, 13]), {"half_pixel_centers": True})
        for name in ("bilinear", "bicubic", "nearest_neighbor")
    ],
    *[
        Case(f"image.{name}", (image,), gradient=True)
        for name in ("flip_left_right", "flip_up_down", "transpose_image")
        for image in (ONE, BATCH)
    ],
    Case("image.crop_to_bounding_box", (ONE, 1, 2, 3, 3), gradient=True),
    Case("image.pad_to_bounding_box", (ONE, 1, 2, 9, 10), gradient=True),
    Case("image.resize_image_with_crop_or_pad", (BATCH, 4, 9), gradient=True),
    Case("image.central_crop", (ONE, 0.5), gradient=True),
    Case("image.per_image_standardization", (ONE,), tolerance=1e-4),
    Case("image.per_image_standardization", (BYTES,), tolerance=1e-4),
    *[
        Case(f"image.{name}", (image, 0.3), tolerance=2e-5)
        for name in (
            "adjust_brightness",
            "adjust_contrast",
            "adjust_gamma",
            "adjust_hue",
            "adjust_saturation",
        )
        for image in (ONE,)
    ],
    *[
        Case("image.convert_image_dtype", (BYTES, dtype))
        for dtype in ("float32", "uint16", "int16")
    ],
    *[Case("image.convert_image_dtype", (ONE, dtype)) for dtype in ("uint8", "float64")],
    *[Case(f"image.{name}", (ONE,)) for name in ("rgb_to_hsv", "hsv_to_rgb", "rgb_to_grayscale")],
    *[
        Case(f"image.{name}", (ONE,), gradient=True)
        for name in ("rgb_to_yuv", "yuv_to_rgb", "rgb_to_yiq", "yiq_to_rgb")
    ],
    Case("image.grayscale_to_rgb", (A((5, 6, 1)),), gradient=True),
    Case("image.total_variation", (BATCH,), gradient=True),
    Case("image.sobel_edges", (BATCH,)),
    Case("image.crop_and_resize", (BATCH, BOXES, [0, 1, 0], [3, 4]), tolerance=1e-4),
    Case("image.crop_and_resize", (BATCH, BOXES, [0, 1, 0], [3, 4], "nearest"), tolerance=1e-4),
    Case("image.crop_and_resize", (BATCH, BOXES, [0, 1, 0], [1, 1]), tolerance=1e-4),
    Case("image.extract_image_patches", (BATCH, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 2, 1], "SAME")),
    Case("image.extract_image_patches", (BATCH, [1, 2, 2, 1], [1, 1, 1, 1], [1, 2, 1, 1], "VALID")),
]
