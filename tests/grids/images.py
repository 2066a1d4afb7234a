"""Images: resizing, boxes, colours, encodings; random numbers."""

from tests.cases.case import A

from .grid import FLOATS, SIGNED, grid, ints, longs, one

IMAGE = A((2, 5, 4, 3), "T", 0, 9)
SIZES = ({}, {"align_corners": True}, {"half_pixel_centers": True})
BOXES = A(values=[[0.1, 0.2, 0.7, 0.9], [0.0, 0.0, 1.0, 1.0], [0.5, 0.1, 1.2, 0.6]])
MANY = A(values=[[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3], [0.5, 2.2, 1, 3]], dtype="T")
SCORES = A(values=[0.9, 0.75, 0.6, 0.95], dtype="T")
COLOUR = A((2, 3, 3), "T", 0, 1)
FIRST = {"gradient": True, "tolerance": 1e-4}
SEEDS = [{"seed": 5, "seed2": 7}]
SHAPES = ints(3, 5)
KEY, COUNTER, ALGORITHM = A(values=[5], dtype="uint64"), A(values=[1, 2], dtype="uint64"), one(1)
TYPES = [{"dtype": t} for t in ("float32", "float64", "float16")]

ROWS = [
    # Of these the result is of floats, too coarse for differences of doubles.
    *grid("ResizeBilinear ResizeBicubic", (IMAGE, ints(7, 3)), attrs=SIZES, **FIRST),
    *grid("ResizeBilinear ResizeBicubic", (IMAGE, ints(7, 3)), dtypes=("float64",), attrs=SIZES),
    *grid("ResizeNearestNeighbor", (IMAGE, ints(7, 3)), dtypes=FLOATS, attrs=SIZES, **FIRST),
    *grid(
        "ResizeArea",
        (IMAGE, ints(7, 3)),
        (IMAGE, ints(2, 2)),
        dtypes=FLOATS,
        attrs=SIZES[:2],
        tolerance=1e-4,
    ),
    *grid(
        "ResizeBilinear ResizeNearestNeighbor ResizeArea ResizeBicubic",
        (IMAGE, ints(3, 7)),
        dtypes=(*SIGNED[:3], "uint8"),
    ),
    *grid(
        "ResizeBilinearGrad ResizeBicubicGrad",
        (A((2, 7, 3, 3)), IMAGE),
        dtypes=FLOATS,
        attrs=SIZES,
        tolerance=1e-4,
    ),
    *grid(
        "ResizeNearestNeighborGrad",
        (A((2, 7, 3, 3), "T"), ints(5, 4)),
        dtypes=FLOATS,
        attrs=SIZES,
        tolerance=1e-4,
    ),
    *grid(
        "CropAndResize",
        (A((2, 5, 4, 3)), BOXES, ints(0, 1, 1), ints(3, 4)),
        attrs=({}, {"method": "nearest"}, {"extrapolation_value": 2.0}),
        tolerance=1e-4,
    ),
    *grid("CropAndResize", (A((2, 5, 4, 3)), BOXES, ints(0, 1, 1), ints(3, 4)), **FIRST),
    *grid(
        "CropAndResizeGradImage",
        (A((3, 3, 4, 3)), BOXES, ints(0, 1, 1), ints(2, 5, 4, 3)),
        attrs=[{"T": "float32", "method": m} for m in ("bilinear", "nearest")],
        tolerance=1e-4,
    ),
    *grid(
        "CropAndResizeGradBoxes",
        (A((3, 3, 4, 3)), A((2, 5, 4, 3)), BOXES, ints(0, 1, 1)),
        tolerance=1e-4,
    ),
    *grid(
        "ExtractImagePatches",
        (IMAGE,),
        dtypes=(*FLOATS, "int32"),
        attrs=[
            {"ksizes": [1, 2, 3, 1], "strides": [1, 1, 2, 1], "rates": [1, 2, 1, 1], "padding": p}
            for p in ("VALID", "SAME")
        ],
        gradient=True,
    ),
    *grid(
        "ExtractGlimpse",
        (A((2, 7, 6, 3)), ints(3, 2), A(values=[[0.1, 0.0], [-0.2, 0.3]])),
        attrs=({}, {"centered": False, "uniform_noise": False, "noise": "zero"}),
    ),
    *grid(
        "DrawBoundingBoxes", (A((1, 9, 8, 3), "float32", 0, 1), A(values=[[[0.1, 0.2, 0.7, 0.8]]]))
    ),
    *grid(
        "DrawBoundingBoxesV2",
        (
            A((1, 9, 8, 3), "float32", 0, 1),
            A(values=[[[0.1, 0.2, 0.7, 0.8]]]),
            A((2, 3), low=0, high=1),
        ),
    ),
    *grid("RGBToHSV HSVToRGB", (COLOUR,), (A((0, 3), "T"),), dtypes=FLOATS, tolerance=1e-5),
    *grid(
        "AdjustHue AdjustSaturation",
        (A((2, 3, 3), low=0, high=1), A((), values=0.3)),
        tolerance=1e-5,
    ),
    *grid("AdjustContrastv2", (A((2, 3, 4, 3)), A((), values=1.7)), tolerance=1e-5),
    *grid(
        "NonMaxSuppression",
        (A(values=MANY.values), A(values=SCORES.values), one(3)),
        attrs=({}, {"iou_threshold": 0.9}),
    ),
    *grid("NonMaxSuppressionV2", (MANY, SCORES, one(3), A((), values=0.4)), dtypes=("float32",)),
    *grid(
        "NonMaxSuppressionV3",
        (MANY, SCORES, one(3), A((), values=0.4), A((), values=0.7)),
        dtypes=("float32",),
    ),
    *grid(
        "NonMaxSuppressionV4",
        (MANY, SCORES, one(3), A((), values=0.4), A((), values=0.7)),
        dtypes=("float32",),
        attrs=({}, {"pad_to_max_output_size": True}),
    ),
    *grid(
        "NonMaxSuppressionV5",
        (MANY, SCORES, one(3), A((), values=0.4), A((), values=0.1), A((), values=0.5)),
        dtypes=("float32",),
    ),
    *grid(
        "NonMaxSuppressionWithOverlaps",
        (
            A(values=[[1, 0.8, 0.1], [0.8, 1, 0.2], [0.1, 0.2, 1]]),
            A(values=[0.9, 0.95, 0.3]),
            one(3),
            A((), values=0.5),
            A((), values=0.2),
        ),
    ),
    *grid(
        "EncodePng",
        (A((5, 4, 3), "T", 0, 255),),
        (A((5, 4, 1), "T", 0, 255),),
        dtypes=("uint8",),
        alone=True,
    ),
    *grid(
        "StatelessRandomUniform StatelessRandomNormal StatelessTruncatedNormal",
        (SHAPES, longs(5, 7)),
        (ints(), ints(1, 2)),
        (ints(0, 3), ints(1, 2)),
        attrs=TYPES,
        tolerance=1e-3,
    ),
    *grid(
        "StatelessRandomUniformInt",
        (SHAPES, longs(5, 7), one(-3, "T"), one(90, "T")),
        dtypes=SIGNED[2:],
    ),
    *grid(
        "StatelessRandomUniformV2 StatelessRandomNormalV2 StatelessTruncatedNormalV2",
        (SHAPES, KEY, COUNTER, ALGORITHM),
        attrs=TYPES,
        tolerance=1e-3,
    ),
    *grid(
        "StatelessRandomUniformFullIntV2",
        (SHAPES, KEY, COUNTER, ALGORITHM),
        attrs=[{"dtype": t} for t in ("int32", "uint32", "int64", "uint64")],
    ),
    *grid(
        "StatelessRandomUniformIntV2",
        (SHAPES, KEY, COUNTER, ALGORITHM, one(-3, "T"), one(90, "T")),
        dtypes=SIGNED[2:],
    ),
    *grid(
        "StatelessMultinomial",
        (A((2, 4), "T"), one(9), longs(5, 7)),
        dtypes=FLOATS,
        attrs=({}, {"output_dtype": "int32"}),
    ),
    *grid(
        "StatelessRandomGammaV2",
        (ints(4, 2), longs(5, 7), A((2,), "T", values=(0.5, 3.0))),
        dtypes=FLOATS,
        tolerance=1e-5,
    ),
    *grid(
        "RandomUniform RandomStandardNormal TruncatedNormal",
        (SHAPES,),
        (longs(0, 2),),
        attrs=[{**SEEDS[0], **t} for t in TYPES],
        tolerance=1e-3,
    ),
    *grid("RandomUniformInt", (SHAPES, one(-3, "T"), one(90, "T")), dtypes=SIGNED[2:], attrs=SEEDS),
    *grid(
        "RandomShuffle",
        (A((6, 2), "T"),),
        (A((0, 2), "T"),),
        dtypes=(*FLOATS, "int32", "string"),
        attrs=SEEDS,
    ),
    *grid("Multinomial", (A((2, 4), "T"), one(9)), dtypes=FLOATS, attrs=SEEDS),
    *grid(
        "RandomGamma",
        (ints(4), A((2,), "T", values=(0.5, 3.0))),
        dtypes=FLOATS,
        attrs=SEEDS,
        tolerance=1e-5,
    ),
    *grid(
        "RandomPoisson",
        (ints(4), A((2,), "T", values=(0.5, 30.0))),
        dtypes=FLOATS,
        attrs=SEEDS,
        alone=True,
    ),
    *grid(
        "RandomPoissonV2",
        (ints(4), A((2,), "T", values=(0.5, 30.0))),
        dtypes=FLOATS,
        attrs=[{**SEEDS[0], "dtype": t} for t in ("float32", "int64")],
    ),
    # What TensorFlow refuses.
    *grid(
        "ResizeBilinear ResizeNearestNeighbor ResizeArea ResizeBicubic",
        (IMAGE, ints(0, 3)),
        (A((5, 4, 3), "T"), ints(3, 3)),
        (IMAGE, ints(3)),
        fails=True,
    ),
    *grid(
        "CropAndResize",
        (A((2, 5, 4, 3)), BOXES, ints(0, 1, 2), ints(3, 4)),
        (A((2, 5, 4, 3)), BOXES, ints(0, 1), ints(3, 4)),
        (A((2, 5, 4, 3)), BOXES, ints(0, 1, 1), ints(0, 4)),
        fails=True,
    ),
    *grid("RGBToHSV HSVToRGB", (A((3, 2), "T"),), (A((), "T"),), fails=True),
    *grid(
        "NonMaxSuppression", (A((3, 5)), A((3,)), one(3)), (A((3, 4)), A((2,)), one(3)), fails=True
    ),
    *grid(
        "NonMaxSuppression",
        (A((3, 4)), A((3,)), one(3)),
        attrs=({"iou_threshold": 1.5},),
        fails=True,
    ),
    *grid(
        "DecodePng DecodeJpeg DecodeGif DecodeBmp DecodeImage ExtractJpegShape",
        (one(b"no image", "string"),),
        (one(b"", "string"),),
        fails=True,
    ),
    *grid("EncodePng", (A((5, 4, 7), "uint8", 0, 9),), (A((5, 4), "uint8", 0, 9),), fails=True),
    *grid("EncodeJpeg", (A((5, 4, 2), "uint8", 0, 9),), fails=True),
    *grid(
        "RandomUniformInt",
        (SHAPES, one(5, "T"), one(5, "T")),
        dtypes=("int32",),
        attrs=SEEDS,
        fails=True,
    ),
    *grid("RandomUniform", (ints(-1),), attrs=[{"dtype": "float32"}], fails=True),
    *grid(
        "StatelessRandomUniform",
        (ints(-1), longs(1, 2)),
        (SHAPES, longs(1)),
        attrs=[{"dtype": "float32"}],
        fails=True,
    ),
    *grid(
        "Multinomial",
        (A((2, 0)), one(3)),
        (A((3,)), one(3)),
        (A((2, 3)), one(-1)),
        attrs=SEEDS,
        fails=True,
    ),
]
