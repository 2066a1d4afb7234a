"""Reductions, cumulative sums, extremes; derivatives of complex numbers; what is left."""

from tests.cases.case import A

from .grid import COMPLEX, FLOATS, HALVES, INF, NAN, SIGNED, UNSIGNED, grid, ints, longs, one

CUBE, EMPTY = A((2, 3, 4), "T", 0.5, 2), A((0, 3), "T")
AXES = [(CUBE, a) for a in (ints(1), ints(0, 2), ints(-1), one(2), ints())]
NONE = [(EMPTY, ints(0)), (EMPTY, ints(1)), (A((), "T"), ints())]
KEPT = ({}, {"keep_dims": True})
SPECIAL = (A(values=[[NAN, 1, 2], [INF, -INF, 0]], dtype="T"), ints(1))
SMOOTH = {"dtypes": FLOATS, "gradient": True, "second": True}
WAYS = ({}, {"exclusive": True}, {"reverse": True}, {"exclusive": True, "reverse": True})
C128 = {"dtypes": ("complex128",), "gradient": True}
POOLED = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"}
POOLED3 = {"ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1], "padding": "VALID"}
PLANE = A((1, 4, 4, 2), "T")
SOLID = A((1, 4, 4, 4, 2))

ROWS = [
    *grid("Sum Mean Prod Max Min", *AXES, *NONE[2:], attrs=KEPT, **SMOOTH),
    *grid("EuclideanNorm", *AXES[:3], attrs=KEPT, dtypes=FLOATS, gradient=True),
    *grid("Sum Mean Prod Max Min EuclideanNorm", *NONE, SPECIAL, dtypes=FLOATS),
    *grid("Sum Mean Prod Max Min", *AXES[:3], dtypes=(*HALVES, *SIGNED, *UNSIGNED)),
    *grid("Sum Mean Prod", *AXES[:3], dtypes=COMPLEX),
    *grid("CumulativeLogsumexp", (CUBE, one(1)), attrs=WAYS[::2], dtypes=FLOATS, gradient=True),
    *grid("All Any", *AXES, *NONE, dtypes=("bool",), attrs=KEPT),
    *grid(
        "ArgMax ArgMin",
        (CUBE, one(1)),
        (CUBE, one(-1, "int64")),
        (SPECIAL[0], one(1)),
        dtypes=(*FLOATS, *SIGNED, "uint8", "bfloat16"),
        attrs=({}, {"output_type": "int32"}),
    ),
    *grid("Cumsum Cumprod", (CUBE, one(1)), (CUBE, one(-1)), attrs=WAYS, **SMOOTH),
    *grid(
        "Cumsum Cumprod",
        (CUBE, one(1)),
        (EMPTY, one(0)),
        dtypes=(*SIGNED, "uint8", *COMPLEX),
        attrs=WAYS,
    ),
    *grid(
        "CumulativeLogsumexp",
        (CUBE, one(1)),
        (EMPTY, one(0)),
        attrs=WAYS,
        dtypes=FLOATS,
        gradient=False,
    ),
    *grid("Sum Mean", *AXES[:2], **C128),
    *grid("Conj Real Imag ComplexAbs Angle", (A((2, 3), "complex64", 0.5, 2),), gradient=True),
    *grid(
        "Real Imag ComplexAbs Angle",
        (A((2, 3), "T", 0.5, 2),),
        attrs=({"Tout": "float64"},),
        **C128,
    ),
    *grid(
        "Complex",
        (A((2, 3), "T"), A((3,), "T")),
        attrs=({"Tout": "complex128"},),
        dtypes=("float64",),
        gradient=True,
    ),
    *grid("FFT IFFT FFT2D IFFT2D FFT3D IFFT3D", (A((2, 3, 4), "T"),), **C128),
    *grid("IRFFT", (A((2, 4), "complex64"), ints(6)), gradient=True, tolerance=1e-4),
    *grid("IRFFT2D", (A((2, 4, 4), "complex64"), ints(4, 6)), gradient=True, tolerance=1e-4),
    *grid("AddV2 Mul Sub", (A((2, 3), "T", 0.5, 2), A((3,), "T", 0.5, 2)), **C128),
    *grid("RealDiv", (A((2, 3), "T", 0.5, 2), A((3,), "T", 0.5, 2)), **C128),
    *grid(
        "Exp Log Sqrt Tanh Square Neg Sigmoid Sin Cos Reciprocal", (A((2, 2), "T", 0.5, 2),), **C128
    ),
    *grid("MatMul", (A((2, 3), "T"), A((3, 2), "T")), attrs=({},), **C128),
    *grid("Cast", (A((2, 3), "T"),), dtypes=FLOATS, attrs=({"DstT": "float64"},), gradient=True),
    *grid("Identity", (CUBE,), **SMOOTH),
    *grid(
        "FloorDiv FloorMod",
        (A((2, 3), "T", 5, 9), A((3,), "T", 2, 3)),
        dtypes=FLOATS,
        gradient=True,
    ),
    *grid("NextAfter", (A((2, 3), "T"), A((2, 3), "T")), dtypes=FLOATS, gradient=True),
    *grid(
        "Betainc",
        (A((3,), "T", 1, 3), A((3,), "T", 1, 3), A((3,), "T", 0.2, 0.8)),
        dtypes=("float32",),
        gradient=True,
        tolerance=1e-4,
    ),
    *grid(
        "SoftmaxCrossEntropyWithLogits",
        (A((2, 3), "T"), A(values=[[0.2, 0.3, 0.5], [0, 1, 0]], dtype="T")),
        dtypes=("float32",),
        gradient=True,
    ),
    *grid(
        "SparseSoftmaxCrossEntropyWithLogits",
        (A((2, 3), "T"), ints(2, 0)),
        dtypes=("float32",),
        gradient=True,
    ),
    *grid(
        "CTCLoss",
        (A((5, 2, 4), "T"), longs((0, 0), (0, 1), (1, 0)), ints(1, 2, 0), ints(5, 4)),
        dtypes=("float32",),
        gradient=True,
        tolerance=1e-4,
    ),
    *grid("MaxPoolWithArgmax", (PLANE,), dtypes=FLOATS, attrs=(POOLED,), gradient=True),
    *grid("MaxPool3D", (SOLID,), attrs=(POOLED3,), gradient=True, second=True),
    *grid("RGBToHSV", (A((4, 3), "T", 0.1, 0.9),), dtypes=FLOATS, gradient=True, tolerance=1e-4),
    *grid(
        "RandomGamma",
        (ints(4), A((2,), "T", values=(0.5, 3.0))),
        attrs=({"seed": 5, "seed2": 7},),
        gradient=True,
        tolerance=1e-3,
    ),
    *grid(
        "StatelessRandomGammaV2",
        (ints(4, 2), longs(5, 7), A((2,), "T", values=(0.5, 3.0))),
        gradient=True,
        tolerance=1e-3,
    ),
    *grid(
        "SparseAdd",
        (
            longs((0, 1), (1, 0)),
            A((2,), "T"),
            longs(3, 4),
            longs((0, 1), (2, 3)),
            A((2,), "T"),
            longs(3, 4),
            one(0.0, "T"),
        ),
        dtypes=FLOATS,
        gradient=True,
    ),
    *grid(
        "SparseToDense",
        (longs((0, 1), (1, 0)), longs(3, 4), A((2,), "T"), 0.0),
        dtypes=FLOATS,
        gradient=True,
    ),
    *grid(
        "MatrixExponential",
        (A((2, 2, 2), "T"),),
        dtypes=(*FLOATS, *COMPLEX),
        tolerance=1e-4,
        alone=True,
    ),
    *grid("NoOp", ()),
    *grid("NearestNeighbors", (A((4, 3)), A((5, 3)), one(2, "int64")), tolerance=1e-4),
    *grid(
        "KmeansPlusPlusInitialization",
        (A((6, 3)), one(2, "int64"), one(5, "int64"), one(3, "int64")),
        alone=True,  # the random numbers are others
    ),
    *grid("KMC2ChainInitialization", (A((6,), low=0.1, high=2), one(5, "int64")), alone=True),
    *grid(
        "InplaceUpdate InplaceAdd InplaceSub",
        (A((4, 3), "T"), ints(2, 0), A((2, 3), "T")),
        dtypes=("float32", "int32"),
        alone=True,
    ),
    *grid("DeepCopy", (A((4, 3), "T"),), dtypes=("float32", "int32")),
    *grid("EncodeJpegVariableQuality", (A((8, 8, 3), "uint8", 0, 255), one(80)), alone=True),
    *grid(
        "SampleDistortedBoundingBoxV2",
        (ints(40, 50, 3), A(values=[[[0.1, 0.2, 0.8, 0.9]]]), 0.3),
        attrs=({"seed": 5, "seed2": 7},),
    ),
    *grid(
        "SampleDistortedBoundingBox",
        (ints(40, 50, 3), A(values=[[[0.1, 0.2, 0.8, 0.9]]])),
        attrs=({"seed": 5, "seed2": 7},),
    ),
    *grid(
        "AudioSummaryV2", (one(b"a", "string"), A((1, 20, 1), low=-1, high=1), A((), values=8000.0))
    ),
    *grid("TensorSummary", (A((2, 3), "T"),), dtypes=FLOATS),
    *grid("Sum Max", (CUBE, ints(3)), (CUBE, ints(-4)), fails=True),
    *grid("ArgMax", (CUBE, one(3)), (EMPTY, one(0)), fails=True),
    *grid("Cumsum", (CUBE, one(3)), fails=True),
]
