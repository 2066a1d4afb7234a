"""Convolutions of all kinds, and blocks of space moved about."""

import itertools

from .case import A, Case

IMAGE, FIRST = A((2, 5, 6, 3)), A((2, 3, 5, 6))
FILTER = A((3, 2, 3, 4))
SEQUENCE = A((2, 7, 3))
VOLUME = A((1, 3, 4, 3, 2))
BLOCKS = A((2, 4, 6, 3))
EXPLICIT = [[0, 0], [1, 0], [0, 2], [0, 0]]

CASES = [
    *[
        Case("nn.conv2d", (IMAGE, FILTER, strides, padding), gradient=strides == 2)
        for strides, padding in itertools.product((1, 2, [1, 2, 1, 1]), ("SAME", "VALID"))
    ],
    *[
        Case("nn.conv2d", (FIRST, FILTER, 2, padding), {"data_format": "NCHW"}, gradient=True)
        for padding in ("SAME", "VALID")
    ],
    Case("nn.conv2d", (IMAGE, FILTER, [1, 1, 1, 1], "SAME"), {"dilations": 2}, gradient=True),
    Case("nn.conv2d", (IMAGE, FILTER, 1, "VALID"), {"dilations": [1, 2, 3, 1]}, gradient=True),
    Case("nn.conv2d", (IMAGE, FILTER, 1, EXPLICIT), gradient=True),
    Case("nn.conv2d", (IMAGE, FILTER, 3, EXPLICIT), gradient=True),
    Case("nn.conv2d", (A((1, 4, 4, 4)), A((2, 2, 2, 6)), 1, "SAME"), gradient=True),
    Case("nn.conv2d", (A((1, 2, 2, 3)), A((5, 5, 3, 2)), 1, "SAME"), gradient=True),
    Case("nn.conv2d", (A((2, 5, 6, 3), "float64"), A((3, 2, 3, 4), "float64"), 1, "SAME")),
    Case(
        "nn.conv2d",
        (A((2, 5, 6, 3), "float16"), A((3, 2, 3, 4), "float16"), 1, "SAME"),
        tolerance=0.02,
    ),
    Case("nn.conv1d", (SEQUENCE, A((3, 3, 4)), 2, "SAME"), gradient=True),
    Case(
        "nn.conv1d", (A((2, 3, 7)), A((3, 3, 4)), 1, "VALID"), {"data_format": "NCW"}, gradient=True
    ),
    Case("nn.conv1d", (SEQUENCE, A((3, 3, 4)), 1, "VALID"), {"dilations": 2}),
    Case("nn.conv3d", (VOLUME, A((2, 2, 2, 2, 3)), [1] * 5, "SAME"), gradient=True),
    Case("nn.conv3d", (VOLUME, A((2, 2, 2, 2, 3)), [1, 1, 2, 2, 1], "VALID"), gradient=True),
    # Transposed.
    Case("nn.conv2d_transpose", (A((1, 2, 3, 4)), FILTER, [1, 4, 6, 3], 2), gradient=True),
    Case("nn.conv2d_transpose", (A((1, 2, 3, 4)), FILTER, [1, 5, 6, 3], 2, "VALID"), gradient=True),
    Case(
        "nn.conv2d_transpose",
        (A((1, 4, 2, 3)), FILTER, [1, 3, 4, 6], 2),
        {"data_format": "NCHW"},
        gradient=True,
    ),
    Case("nn.conv1d_transpose", (A((1, 3, 4)), A((3, 2, 4)), [1, 6, 2], 2), gradient=True),
    Case("nn.conv3d_transpose", (A((1, 2, 2, 2, 2)), A((2, 2, 2, 3, 2)), [1, 4, 4, 4, 3], 2)),
    Case("nn.conv_transpose", (A((1, 2, 3, 4)), FILTER, [1, 4, 6, 3], 2)),
    Case("nn.atrous_conv2d_transpose", (A((1, 6, 7, 4)), FILTER, [1, 6, 7, 3], 2, "SAME")),
    Case("nn.atrous_conv2d_transpose", (A((1, 2, 5, 4)), FILTER, [1, 6, 7, 3], 2, "VALID")),
    # Dilated.
    Case("nn.convolution", (IMAGE, FILTER, "SAME"), gradient=True),
    Case("nn.convolution", (IMAGE, FILTER, "SAME"), {"strides": [2, 2]}),
    Case("nn.convolution", (IMAGE, FILTER, "SAME"), {"dilation_rate": [2, 2]}, gradient=True),
    Case("nn.convolution", (IMAGE, FILTER, "VALID"), {"dilation_rate": [2, 1]}),
    Case(
        "nn.convolution", (FIRST, FILTER, "SAME"), {"dilation_rate": [2, 2], "data_format": "NCHW"}
    ),
    Case("nn.convolution", (SEQUENCE, A((3, 3, 4)), "SAME"), {"dilation_rate": [2]}),
    Case("nn.convolution", (VOLUME, A((2, 2, 2, 2, 3)), "SAME"), {"dilation_rate": [1, 2, 1]}),
    Case("nn.atrous_conv2d", (IMAGE, FILTER, 2, "SAME"), gradient=True),
    Case("nn.atrous_conv2d", (IMAGE, FILTER, 2, "VALID")),
    # A filter of each channel's own.
    *[
        Case("nn.depthwise_conv2d", (IMAGE, A((3, 2, 3, 2)), [1, s, s, 1], padding), gradient=True)
        for s, padding in itertools.product((1, 2), ("SAME", "VALID"))
    ],
    Case(
        "nn.depthwise_conv2d", (IMAGE, A((3, 2, 3, 2)), [1, 1, 1, 1], "SAME", [2, 2]), gradient=True
    ),
    Case(
        "nn.depthwise_conv2d",
        (FIRST, A((3, 2, 3, 2)), [1, 1, 1, 1], "SAME", [1, 2]),
        {"data_format": "NCHW"},
    ),
    Case(
        "nn.depthwise_conv2d_native",
        (IMAGE, A((3, 2, 3, 2)), [1, 1, 1, 1], EXPLICIT),
        gradient=True,
    ),
    Case(
        "nn.separable_conv2d",
        (IMAGE, A((3, 2, 3, 2)), A((1, 1, 6, 5)), [1, 2, 2, 1], "SAME"),
        gradient=True,
    ),
    Case(
        "nn.separable_conv2d",
        (IMAGE, A((3, 2, 3, 2)), A((1, 1, 6, 5)), [1, 1, 1, 1], "SAME", [2, 2]),
    ),
    # Morphology.
    *[
        Case(
            "nn.dilation2d",
            (IMAGE, A((3, 2, 3)), [1, s, s, 1], [1, r, r, 1], padding),
            gradient=True,
        )
        for s, r, padding in ((1, 1, "SAME"), (2, 1, "VALID"), (1, 2, "SAME"))
    ],
    Case("nn.erosion2d", (IMAGE, A((3, 2, 3)), [1, 1, 1, 1], [1, 1, 1, 1], "SAME"), gradient=True),
    # Blocks.
    Case("space_to_batch", (BLOCKS, [[0, 0], [0, 0]], 2), gradient=True),
    Case("space_to_batch_nd", (BLOCKS, [2, 3], [[1, 1], [3, 0]]), gradient=True),
    Case("space_to_batch_nd", (BLOCKS, [1, 2, 3], [[0, 0], [1, 1], [0, 0]])),
    Case("space_to_batch_nd", (A((2, 4, 6, 3), "int32"), [2], [[0, 0]])),
    Case("batch_to_space", (A((8, 2, 3, 2)), [[0, 0], [1, 0]], 2), gradient=True),
    Case("batch_to_space_nd", (A((12, 2, 3, 2)), [2, 3], [[1, 1], [0, 2]]), gradient=True),
    Case("space_to_depth", (BLOCKS, 2), gradient=True),
    Case("depth_to_space", (A((2, 2, 3, 8)), 2), gradient=True),
    Case(
        "depth_to_space",
        (A((2, 2, 3, 8), "int32"), 2),
    ),
]
