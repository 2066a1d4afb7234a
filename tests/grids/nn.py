"""Ops of neural networks: products, activations, losses, convolutions, pools, normalisation."""

from tests.cases.case import A

from .grid import FLOATS, HALVES, SIGNED, grid, ints, longs, one

X = A((2, 3), "T")
IMAGE, SMALL = A((2, 5, 6, 3), "T"), A((1, 4, 4, 2), "T")
FIRST = {"dtypes": FLOATS, "gradient": True}
SMOOTH = {"dtypes": FLOATS, "gradient": True, "second": True}
ALIKE = (A((2, 3), "T", 0.1, 0.9), A((2, 3), "T", 0.1, 0.9))


def window(*values, **more) -> dict:
    """Attributes of a pool with windows and steps of these two sizes."""
    size, step, padding = values
    return {"ksize": [1, *size, 1], "strides": [1, *step, 1], "padding": padding, **more}


WINDOWS = (window((2, 2), (2, 2), "VALID"), window((3, 2), (1, 2), "SAME"))
DEEP = (window((2, 2, 2), (2, 2, 2), "VALID"), window((2, 3, 2), (1, 1, 2), "SAME"))
CONV = (
    {"strides": [1, 1, 1, 1], "padding": "SAME"},
    {"strides": [1, 2, 2, 1], "padding": "VALID"},
)
DILATED = ({"strides": [1, 1, 1, 1], "padding": "SAME", "dilations": [1, 2, 2, 1]},)
EXPLICIT = (
    {
        "strides": [1, 1, 1, 1],
        "padding": "EXPLICIT",
        "explicit_paddings": [0, 0, 1, 0, 2, 1, 0, 0],
    },
)
VOLUME = (
    {"strides": [1, 1, 1, 1, 1], "padding": "SAME"},
    {"strides": [1, 2, 2, 2, 1], "padding": "VALID"},
)
PLANES = (A((2, 4, 5, 2), "float32"), A((2,), low=0.5), A((2,)), A((2,)), A((2,), low=0.5))
NOTHING = (A((2, 4, 5, 2), "float32"), A((2,), low=0.5), A((2,)), A((0,)), A((0,)))
MODES = ({}, {"is_training": False, "epsilon": 0.01})
QUANT = (
    {},
    {"min": -1.0, "max": 2.0},
    {"min": 0.5, "max": 3.0, "num_bits": 4},
    {"narrow_range": True},
)
QUANT_VARS = ({}, {"num_bits": 4}, {"narrow_range": True})
LOW, HIGH = A((), "float32", values=-1.3), A((), "float32", values=2.1)
LOWS, HIGHS = A((3,), low=-2, high=-0.5), A((3,), low=0.5, high=2)

ROWS = [
    *grid(
        "MatMul",
        (A((2, 3), "T"), A((3, 4), "T")),
        (A((0, 3), "T"), A((3, 4), "T")),
        (A((2, 0), "T"), A((0, 4), "T")),
        dtypes=(*FLOATS, *HALVES, "complex64", "int32", "int64"),
        gradient=True,
        second=True,
    ),
    *grid(
        "MatMul",
        (A((3, 2), "T"), A((4, 3), "T")),
        dtypes=(*FLOATS, "complex64"),
        attrs=({"transpose_a": True, "transpose_b": True},),
        gradient=True,
        second=True,
    ),
    *grid("MatMul", (A((3, 2), "T"), A((3, 4), "T")), attrs=({"transpose_a": True},), **SMOOTH),
    *grid("MatMul", (A((2, 3), "T"), A((4, 3), "T")), attrs=({"transpose_b": True},), **SMOOTH),
    *grid(
        "BatchMatMul",
        (A((2, 2, 3), "T"), A((2, 3, 4), "T")),
        dtypes=(*FLOATS, "complex64", "int32"),
        gradient=True,
        second=True,
    ),
    *grid(
        "BatchMatMulV2",
        (A((2, 1, 2, 3), "T"), A((4, 3, 2), "T")),
        (A((0, 2, 3), "T"), A((0, 3, 2), "T")),
        dtypes=(*FLOATS, "complex64", "int32"),
        gradient=True,
        second=True,
    ),
    *grid(
        "BatchMatMul BatchMatMulV2",
        (A((2, 3, 2), "T"), A((2, 4, 3), "T")),
        attrs=({"adj_x": True, "adj_y": True},),
        **SMOOTH,
    ),
    *grid(
        "BatchMatMulV3",
        (A((2, 2, 3), "T"), A((3, 4), "T")),
        dtypes=("float32",),
        attrs=({"Tout": "float32"},),
    ),
    *grid(
        "SparseMatMul",
        (A((2, 3)), A((4, 3))),
        attrs=({"transpose_b": True}, {"transpose_b": True, "a_is_sparse": True}),
        gradient=True,
    ),
    *grid(
        "BiasAdd",
        (X, A((3,), "T")),
        (A((2, 3, 4), "T"), A((4,), "T")),
        (A((0, 3), "T"), A((3,), "T")),
        dtypes=(*FLOATS, *HALVES, "int32"),
        gradient=True,
        second=True,
    ),
    *grid(
        "BiasAdd", (A((2, 3, 4, 5), "T"), A((3,), "T")), attrs=({"data_format": "NCHW"},), **SMOOTH
    ),
    *grid("BiasAddV1", (X, A((3,), "T")), **SMOOTH),
    *grid("BiasAddGrad", (IMAGE,), attrs=({}, {"data_format": "NCHW"}), **SMOOTH),
    *grid(
        "ReluGrad Relu6Grad EluGrad SeluGrad SoftplusGrad",
        (A((2, 3), "T"), A((2, 3), "T", 0.1, 2)),
        (A((0,), "T"), A((0,), "T")),
        **SMOOTH,
    ),
    *grid("SoftsignGrad LeakyReluGrad", (A((2, 3), "T"), A((2, 3), "T", 0.1, 2)), dtypes=FLOATS),
    *grid("TanhGrad SigmoidGrad", ALIKE, **SMOOTH),
    *grid("SqrtGrad RsqrtGrad ReciprocalGrad InvGrad", ALIKE, **SMOOTH),
    *grid(
        "Softmax LogSoftmax",
        (X,),
        (A((2, 3, 4), "T"),),
        (A((0, 3), "T"),),
        dtypes=(*FLOATS, *HALVES),
        gradient=True,
        second=True,
    ),
    *grid(
        "SoftmaxCrossEntropyWithLogits",
        (X, A(values=[[0.2, 0.3, 0.5], [0, 1, 0]], dtype="T")),
        dtypes=(*FLOATS, *HALVES),
        tolerance=1e-2,
    ),
    *grid(
        "SparseSoftmaxCrossEntropyWithLogits",
        (X, ints(2, 0)),
        (X, longs(1, 1)),
        (A((0, 3), "T"), A((0,), "int32")),
        dtypes=(*FLOATS, *HALVES),
    ),
    *grid(
        "L2Loss",
        (X,),
        (A((0,), "T"),),
        (A((), "T"),),
        dtypes=(*FLOATS, *HALVES),
        gradient=True,
        second=True,
    ),
    *grid("Conv2D", (IMAGE, A((3, 2, 3, 4), "T")), attrs=(*CONV, *EXPLICIT), **SMOOTH),
    *grid("Conv2D", (IMAGE, A((3, 2, 3, 4), "T")), attrs=DILATED, gradient=True, second=True),
    # TensorFlow has no dilated ones of doubles, and derivatives of depthwise ones without gaps.
    *grid("Conv2D", (IMAGE, A((3, 2, 3, 4), "T")), attrs=DILATED, alone=True, **SMOOTH),
    *grid("DepthwiseConv2dNative", (IMAGE, A((2, 3, 3, 2), "T")), attrs=DILATED),
    *grid(
        "DepthwiseConv2dNative", (IMAGE, A((2, 3, 3, 2), "T")), attrs=DILATED, alone=True, **SMOOTH
    ),
    *grid(
        "Conv2DBackpropInput",
        (ints(2, 5, 6, 3), A((3, 2, 3, 4), "T"), A((2, 5, 6, 4), "T")),
        attrs=CONV[:1],
        **SMOOTH,
    ),
    *grid(
        "Conv2DBackpropFilter",
        (IMAGE, ints(3, 2, 3, 4), A((2, 5, 6, 4), "T")),
        attrs=CONV[:1],
        **SMOOTH,
    ),
    *grid("DepthwiseConv2dNative", (IMAGE, A((2, 3, 3, 2), "T")), attrs=CONV, **SMOOTH),
    *grid(
        "DepthwiseConv2dNativeBackpropInput",
        (ints(2, 5, 6, 3), A((2, 3, 3, 2), "T"), A((2, 5, 6, 6), "T")),
        attrs=CONV[:1],
        **FIRST,
    ),
    *grid(
        "DepthwiseConv2dNativeBackpropFilter",
        (IMAGE, ints(2, 3, 3, 2), A((2, 5, 6, 6), "T")),
        attrs=CONV[:1],
        **FIRST,
    ),
    *grid("Conv3D", (A((1, 4, 3, 4, 2), "T"), A((2, 2, 2, 2, 3), "T")), attrs=VOLUME, **SMOOTH),
    *grid(
        "Conv3DBackpropInput",
        (A((1, 4, 3, 4, 2), "T"), A((2, 2, 2, 2, 3), "T"), A((1, 4, 3, 4, 3), "T")),
        dtypes=FLOATS,
        attrs=VOLUME[:1],
        alone=True,
    ),
    *grid(
        "Conv3DBackpropFilter",
        (A((1, 4, 3, 4, 2), "T"), A((2, 2, 2, 2, 3), "T"), A((1, 4, 3, 4, 3), "T")),
        dtypes=FLOATS,
        attrs=VOLUME[:1],
        alone=True,
    ),
    *grid(
        "Conv3DBackpropInputV2",
        (ints(1, 4, 3, 4, 2), A((2, 2, 2, 2, 3), "T"), A((1, 4, 3, 4, 3), "T")),
        attrs=VOLUME[:1],
        **SMOOTH,
    ),
    *grid(
        "Conv3DBackpropFilterV2",
        (A((1, 4, 3, 4, 2), "T"), ints(2, 2, 2, 2, 3), A((1, 4, 3, 4, 3), "T")),
        attrs=VOLUME[:1],
        **SMOOTH,
    ),
    *grid(
        "Dilation2D",
        (IMAGE, A((2, 2, 3), "T")),
        attrs=(
            {"strides": [1, 1, 1, 1], "rates": [1, 1, 1, 1], "padding": "SAME"},
            {"strides": [1, 2, 1, 1], "rates": [1, 1, 2, 1], "padding": "VALID"},
        ),
        **FIRST,
    ),
    *grid(
        "Dilation2DBackpropInput Dilation2DBackpropFilter",
        (SMALL, A((2, 2, 2), "T"), A((1, 4, 4, 2), "T")),
        dtypes=FLOATS,
        attrs=({"strides": [1, 1, 1, 1], "rates": [1, 1, 1, 1], "padding": "SAME"},),
    ),
    *grid("MaxPool AvgPool", (IMAGE,), attrs=WINDOWS, **SMOOTH),
    *grid("AvgPool", (A((0, 5, 6, 3), "T"),), attrs=WINDOWS, **SMOOTH),
    *grid("MaxPool", (A((0, 5, 6, 3), "T"),), attrs=WINDOWS, alone=True, **SMOOTH),  # it aborts
    *grid("MaxPool AvgPool", (IMAGE,), dtypes=HALVES, attrs=WINDOWS),
    *grid("MaxPool", (A((2, 5, 6, 3), "T", -9, 9),), dtypes=(*SIGNED, "uint8"), attrs=WINDOWS),
    *grid(
        "MaxPool3D AvgPool3D",
        (A((1, 4, 3, 4, 2), "T"),),
        dtypes=("float32",),
        attrs=DEEP,
        gradient=True,
    ),
    *grid("AvgPool3D", (A((1, 4, 3, 4, 2), "T"),), attrs=DEEP, **SMOOTH),
    *grid("AvgPoolGrad", (ints(2, 5, 6, 3), A((2, 2, 3, 3), "T")), attrs=WINDOWS[:1], **SMOOTH),
    *grid(
        "AvgPool3DGrad", (ints(1, 4, 3, 4, 2), A((1, 2, 1, 2, 2), "T")), attrs=DEEP[:1], **SMOOTH
    ),
    *grid(
        "MaxPoolV2",
        (IMAGE, ints(1, 2, 2, 1), ints(1, 2, 2, 1)),
        attrs=({"padding": "VALID"},),
        **FIRST,
    ),
    *grid(
        "MaxPoolWithArgmax",
        (A((2, 4, 4, 2), "T"),),
        dtypes=FLOATS,
        attrs=(*WINDOWS, {**WINDOWS[0], "include_batch_in_index": True, "Targmax": "int32"}),
    ),
    *grid(
        "LRN",
        (A((2, 3, 3, 5), "T"),),
        (A((0, 3, 3, 5), "T"),),
        attrs=({}, {"depth_radius": 1, "bias": 0.5, "alpha": 0.3, "beta": 0.75}),
        gradient=True,
        tolerance=1e-4,
    ),
    *grid("LRNGrad", (A((1, 2, 2, 5)), A((1, 2, 2, 5)), A((1, 2, 2, 5))), tolerance=1e-4),
    *grid(
        "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3",
        NOTHING,
        attrs=({}, {"epsilon": 0.01}),
        tolerance=1e-4,
    ),
    *grid(
        "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3",
        PLANES,
        attrs=MODES[1:],
        gradient=True,
        tolerance=1e-4,
    ),
    *grid(
        "FusedBatchNormGrad",
        (PLANES[0], PLANES[0], A((2,)), A((2,)), A((2,), low=0.5)),
        attrs=MODES,
        alone=True,  # its two unused results have no values of the shape that it promises
        tolerance=1e-4,
    ),
    *grid(
        "FusedBatchNormGradV2",
        (PLANES[0], PLANES[0], A((2,)), A((2,)), A((2,), low=0.5)),
        attrs=MODES,
        alone=True,  # its two unused results have no values of the shape that it promises
        tolerance=1e-4,
    ),
    *grid(
        "FusedBatchNormGradV3",
        (PLANES[0], PLANES[0], A((2,)), A((2,)), A((2,), low=0.5), A((0,))),
        attrs=MODES,
        alone=True,  # its two unused results have no values of the shape that it promises
        tolerance=1e-4,
    ),
    *grid(
        "BatchNormWithGlobalNormalization",
        (SMALL, A((2,), "T"), A((2,), "T", 0.5), A((2,), "T"), A((2,), "T")),
        dtypes=("float32",),
        attrs=[{"variance_epsilon": 0.01, "scale_after_normalization": s} for s in (True, False)],
        gradient=True,
        alone=True,  # it is gone since GraphDef version 9
        tolerance=1e-4,
    ),
    *grid(
        "BatchNormWithGlobalNormalizationGrad",
        (SMALL, A((2,), "T"), A((2,), "T", 0.5), A((2,), "T"), SMALL),
        dtypes=("float32",),
        attrs=[{"variance_epsilon": 0.01, "scale_after_normalization": s} for s in (True, False)],
        alone=True,  # it is gone since GraphDef version 9
        tolerance=1e-4,
    ),
    *grid(
        "FakeQuantWithMinMaxArgs",
        (A((3, 4), low=-8, high=8),),
        (A((0,)),),
        attrs=QUANT,
        gradient=True,
    ),
    *grid("FakeQuantWithMinMaxArgsGradient", (A((3, 4)), A((3, 4), low=-8, high=8)), attrs=QUANT),
    *grid(
        "FakeQuantWithMinMaxVars",
        # No tie: where the zero point is half a step, the tiers may round it differently.
        (A((3, 4), low=-3, high=3), A((), "float32", values=-1.31), HIGH),
        attrs=QUANT_VARS,
        gradient=True,
    ),
    *grid(
        "FakeQuantWithMinMaxVarsGradient",
        (A((3, 4)), A((3, 4), low=-3, high=3), LOW, HIGH),
        attrs=QUANT_VARS,
    ),
    *grid(
        "FakeQuantWithMinMaxVarsPerChannel",
        (A((2, 3), low=-3, high=3), LOWS, HIGHS),
        (A((3,), low=-3, high=3), LOWS, HIGHS),
        attrs=QUANT_VARS,
        gradient=True,
    ),
    *grid(
        "FakeQuantWithMinMaxVarsPerChannelGradient",
        (A((2, 3)), A((2, 3), low=-3, high=3), LOWS, HIGHS),
        attrs=QUANT_VARS,
    ),
    *grid(
        "QuantizeAndDequantizeV2",
        (A((3, 4), "T", -3, 3), A((), "T", values=-2.0), A((), "T", values=2.5)),
        dtypes=FLOATS,
        attrs=(
            {"range_given": True},
            {"range_given": True, "num_bits": 4, "round_mode": "HALF_UP"},
            {"signed_input": False},
        ),
    ),
    *grid(
        "QuantizeAndDequantizeV3",
        (A((3, 4), "T", -3, 3), A((), "T", values=-2.0), A((), "T", values=2.5), one(8)),
        dtypes=FLOATS,
        attrs=({}, {"range_given": False}, {"narrow_range": True}),
    ),
    *grid(
        "CTCLoss",
        (A((5, 2, 4), "T"), longs((0, 0), (0, 1), (1, 0)), ints(1, 2, 0), ints(5, 4)),
        dtypes=FLOATS,
        attrs=({}, {"preprocess_collapse_repeated": True}, {"ctc_merge_repeated": False}),
        tolerance=1e-4,
    ),
    *grid(
        "CTCGreedyDecoder",
        (A((5, 2, 4), "T"), ints(5, 3)),
        dtypes=FLOATS,
        attrs=({}, {"merge_repeated": True}),
    ),
    *grid(
        "CTCBeamSearchDecoder",
        (A((5, 2, 4), "T"), ints(5, 3)),
        dtypes=FLOATS,
        attrs=(
            {"beam_width": 3, "top_paths": 2, "merge_repeated": False},
            {"beam_width": 4, "top_paths": 1},
        ),
        tolerance=1e-4,
    ),
    *grid(
        "ComputeAccidentalHits", (longs((1, 2), (3, 1)), longs(1, 5, 3)), attrs=({"num_true": 2},)
    ),
    # What TensorFlow refuses.
    *grid("MatMul", (X, X), (X, A((3,), "T")), fails=True),
    *grid("BatchMatMulV2", (A((2, 2, 3), "T"), A((3, 3, 4), "T")), (X, X), fails=True),
    *grid("BiasAdd", (X, A((2,), "T")), (A((3,), "T"), A((3,), "T")), fails=True),
    *grid("SoftmaxCrossEntropyWithLogits", (X, A((3, 2), "T")), fails=True),
    *grid(
        "SparseSoftmaxCrossEntropyWithLogits",
        (X, ints(0, 3)),
        (X, ints(0, -1)),
        (X, ints(0)),
        fails=True,
    ),
    *grid(
        "Conv2D",
        (IMAGE, A((3, 2, 2, 4), "T")),
        attrs=CONV[1:],
        fails=True,
    ),
    *grid("LRN", (X,), fails=True),
    *grid("FakeQuantWithMinMaxVarsPerChannel", (A((2, 3)), A((2,)), A((2,))), fails=True),
]
