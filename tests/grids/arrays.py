"""Ops that make, join, split, rearrange and index arrays."""

from tests.cases.case import A

from .grid import FLOATS, HALVES, INF, NAN, SIGNED, grid, ints, longs, one

ALL = (*FLOATS, *HALVES, "complex64", "int32", "int64", "uint8", "bool", "string")
SOME = (*FLOATS, "int32", "complex64", "string")
REAL = (*FLOATS, "int32", "int64", "uint8")
X, CUBE = A((2, 3), "T", 0, 9), A((2, 3, 4), "T", 0, 9)
EMPTY = A((0, 3), "T")
SMOOTH = {"gradient": True, "second": True}


ROWS = [
    *grid(
        "Reshape", (CUBE, ints(4, -1)), (EMPTY, ints(3, 0)), (X, longs(6)), dtypes=SOME, **SMOOTH
    ),
    *grid("ExpandDims", (X, one(-1)), (X, one(0)), (A((), "T"), one(0)), dtypes=SOME, **SMOOTH),
    *grid("Squeeze", (A((2, 1, 3, 1), "T"),), (A((1, 0), "T"),), dtypes=SOME, **SMOOTH),
    *grid("Squeeze", (A((2, 1, 3, 1), "T"),), attrs=({"axis": [1]}, {"axis": [-1, 1]}), **SMOOTH),
    *grid("Transpose", (CUBE, ints(2, 0, 1)), (EMPTY, ints(1, 0)), dtypes=ALL, **SMOOTH),
    *grid("ConjugateTranspose", (CUBE, ints(2, 0, 1)), dtypes=(*FLOATS, "complex64"), **SMOOTH),
    *grid("InvertPermutation", (ints(2, 0, 3, 1, dtype="T"),), dtypes=("int32", "int64")),
    *grid("Tile", (X, ints(2, 3)), (X, ints(1, 0)), (EMPTY, ints(2, 2)), dtypes=SOME, **SMOOTH),
    *grid("ReverseV2", (CUBE, ints(0, 2)), (CUBE, ints(-1)), (X, longs()), dtypes=ALL, **SMOOTH),
    *grid(
        "Reverse", (CUBE, A(values=(True, False, True), dtype="bool")), dtypes=ALL, gradient=True
    ),
    *grid("Roll", (CUBE, ints(1, -2), ints(0, 2)), (X, one(1), one(1)), dtypes=SOME, **SMOOTH),
    *grid(
        "Slice",
        (CUBE, ints(0, 1, 1), ints(-1, 2, 2)),
        (X, ints(2, 0), ints(0, 1)),
        dtypes=ALL,
        **SMOOTH,
    ),
    *grid("Pad", (X, ints((1, 0), (0, 2))), (EMPTY, ints((1, 1), (0, 0))), dtypes=SOME, **SMOOTH),
    *grid("PadV2", (X, ints((1, 0), (0, 2)), A((), "T", 1, 5)), dtypes=SOME),
    *grid("PadV2", (X, ints((1, 0), (0, 2)), 3.0), **SMOOTH),
    *grid(
        "MirrorPad",
        (CUBE, ints((1, 1), (2, 0), (0, 3))),
        dtypes=SOME,
        attrs=({"mode": "REFLECT"}, {"mode": "SYMMETRIC"}),
        **SMOOTH,
    ),
    *grid(
        "MirrorPadGrad",
        (A((4, 5), "T"), ints((1, 1), (2, 0))),
        dtypes=FLOATS,
        attrs=({"mode": "REFLECT"}, {"mode": "SYMMETRIC"}),
        **SMOOTH,
    ),
    *grid("Concat", (one(1), [X, A((2, 2), "T"), X]), dtypes=ALL, **SMOOTH),
    *grid(
        "ConcatV2",
        ([X, A((2, 2), "T")], one(1)),
        ([X, EMPTY], one(0)),
        ([X, X], one(-1)),
        dtypes=ALL,
        **SMOOTH,
    ),
    *grid("ConcatOffset", (one(1), [ints(2, 3), ints(2, 5)])),
    *grid("Pack", ([X, X],), dtypes=ALL, attrs=({}, {"axis": 1}, {"axis": -1}), **SMOOTH),
    *grid(
        "ParallelConcat",
        ([A((1, 3), "T"), A((1, 3), "T")],),
        dtypes=ALL,
        attrs=({"shape": [2, 3]},),
    ),
    *grid("Unpack", (X,), dtypes=ALL, attrs=({"num": 2}, {"num": 3, "axis": -1}), **SMOOTH),
    *grid(
        "Split",
        (one(1), A((2, 6), "T")),
        (one(-1), A((0, 3), "T")),
        dtypes=ALL,
        attrs=({"num_split": 3},),
        **SMOOTH,
    ),
    *grid(
        "SplitV",
        (A((2, 6), "T"), ints(1, 3, -1), one(1)),
        (A((4,), "T"), longs(0, 3, 1), one(0)),
        dtypes=ALL,
        attrs=({"num_split": 3},),
        **SMOOTH,
    ),
    *grid(
        "Fill",
        (ints(2, 3), A((), "T")),
        (longs(0, 2), A((), "T")),
        (ints(), A((), "T")),
        dtypes=ALL,
        gradient=True,
    ),
    *grid(
        "Range",
        (one(1, "T"), one(9, "T"), one(3, "T")),
        (one(5, "T"), one(0, "T"), one(-2, "T")),
        (one(3, "T"), one(3, "T"), one(1, "T")),
        dtypes=(*FLOATS, "int32", "int64"),
    ),
    *grid(
        "LinSpace",
        (one(1, "T"), one(9, "T"), one(5)),
        (one(-1, "T"), one(9, "T"), one(1)),
        (one(5, "T"), one(0, "T"), one(2, "int64")),
        dtypes=FLOATS,
    ),
    *grid("Diag", (X,), (A((3,), "T"),), dtypes=(*FLOATS, "int32", "complex64"), **SMOOTH),
    *grid("DiagPart", (A((2, 3, 2, 3), "T"),), dtypes=(*FLOATS, "int32", "complex64"), **SMOOTH),
    *grid("MatrixDiag", (X,), (EMPTY,), dtypes=SOME, **SMOOTH),
    *grid("MatrixDiagPart", (CUBE,), (A((4, 2), "T"),), dtypes=SOME, **SMOOTH),
    *grid("MatrixSetDiag", (CUBE, X), dtypes=SOME, **SMOOTH),
    *grid(
        "MatrixDiagV2",
        (X, one(1), one(-1), one(-1), A((), "T")),
        (CUBE, ints(-1, 1), one(4), one(5), A((), "T")),
        dtypes=SOME,
    ),
    *grid("MatrixDiagV2 MatrixDiagV3", (CUBE, ints(-1, 1), one(4), one(5), 2.0), **SMOOTH),
    *grid(
        "MatrixDiagV3",
        (X, one(1), one(-1), one(-1), A((), "T")),
        (CUBE, ints(-1, 1), one(4), one(5), A((), "T")),
        dtypes=SOME,
        attrs=({}, {"align": "LEFT_RIGHT"}),
    ),
    *grid(
        "MatrixDiagPartV2 MatrixDiagPartV3",
        (CUBE, one(1), A((), "T")),
        (CUBE, ints(-1, 2), A((), "T")),
        dtypes=SOME,
    ),
    *grid("MatrixDiagPartV2 MatrixDiagPartV3", (CUBE, one(1), 2.0), **SMOOTH),
    # TensorFlow's derivative of several diagonals of the second version is not that of the op.
    *grid("MatrixDiagPartV3", (CUBE, ints(-1, 2), 2.0), **SMOOTH),
    *grid(
        "MatrixSetDiagV2 MatrixSetDiagV3",
        (CUBE, A((2, 3), "T"), one(1)),
        (CUBE, A((2, 2, 3), "T"), ints(0, 1)),
        dtypes=SOME,
        gradient=True,
    ),
    *grid(
        "MatrixBandPart",
        (CUBE, one(1), one(0)),
        (CUBE, one(-1, "int64"), one(1, "int64")),
        dtypes=(*FLOATS, "int32", "complex64", "bool"),
        **SMOOTH,
    ),
    *grid(
        "SpaceToDepth",
        (A((2, 4, 6, 3), "T"),),
        (A((0, 4, 6, 3), "T"),),
        dtypes=SOME,
        attrs=({"block_size": 2},),
        **SMOOTH,
    ),
    *grid(
        "DepthToSpace", (A((2, 2, 3, 8), "T"),), dtypes=SOME, attrs=({"block_size": 2},), **SMOOTH
    ),
    *grid(
        "SpaceToBatch",
        (A((2, 3, 4, 2), "T"), ints((1, 0), (0, 0))),
        dtypes=SOME,
        attrs=({"block_size": 2},),
        **SMOOTH,
    ),
    *grid(
        "BatchToSpace",
        (A((8, 2, 3, 2), "T"), ints((1, 0), (0, 2))),
        dtypes=SOME,
        attrs=({"block_size": 2},),
        **SMOOTH,
    ),
    *grid(
        "SpaceToBatchND",
        (A((2, 4, 3, 2), "T"), ints(2, 3), ints((0, 0), (1, 2))),
        (
            A((2, 4), "T"),
            ints(2),
            ints(
                (1, 1),
            ),
        ),
        dtypes=SOME,
        **SMOOTH,
    ),
    *grid(
        "BatchToSpaceND",
        (A((12, 2, 1, 2), "T"), ints(2, 3), ints((0, 1), (1, 0))),
        dtypes=SOME,
        **SMOOTH,
    ),
    *grid(
        "ReverseSequence",
        (CUBE, ints(2, 3)),
        (CUBE, longs(0, 1)),
        dtypes=SOME,
        attrs=({"seq_dim": 1},),
        **SMOOTH,
    ),
    *grid(
        "ReverseSequence",
        (CUBE, ints(2, 0, 1, 2)),
        dtypes=SOME,
        attrs=({"seq_dim": 0, "batch_dim": 2},),
        **SMOOTH,
    ),
    *grid(
        "Bitcast", (A((2, 4), "T"),), dtypes=FLOATS, attrs=({"type": "int32"}, {"type": "uint8"})
    ),
    *grid(
        "Where",
        (X,),
        (A((3,), "T", 0, 1),),
        (A((0, 2), "T"),),
        dtypes=("float32", "float64", "int32", "bool", "complex64"),
    ),
    *grid(
        "Unique",
        (ints(3, 1, 3, 2, 1, dtype="T"),),
        (A((0,), "T"),),
        dtypes=REAL,
        attrs=({}, {"out_idx": "int64"}),
    ),
    *grid(
        "UniqueWithCounts",
        (ints(3, 1, 3, 2, 1, dtype="T"),),
        (A((0,), "T"),),
        dtypes=REAL,
        attrs=({}, {"out_idx": "int64"}),
    ),
    *grid(
        "UniqueV2 UniqueWithCountsV2",
        (A(values=[[1, 2, 1], [3, 4, 3]], dtype="T"), longs(1)),
        (ints(3, 1, 3, dtype="T"), longs()),
        (A(values=[[1, 2], [1, 2]], dtype="T"), ints(-2)),
        dtypes=REAL,
    ),
    *grid(
        "ListDiff",
        (ints(1, 2, 3, 4, 3, dtype="T"), ints(2, 4, dtype="T")),
        dtypes=REAL,
    ),
    *grid(
        "TopKV2",
        (A((3, 5), "T", -9, 9), one(2)),
        (A((4,), "T", 0, 2), one(4)),
        dtypes=(*REAL, "bfloat16", "float16"),
        gradient=True,
    ),
    *grid("TopKV2", (A((3, 5), "T", -9, 9), one(5, "int64")), attrs=({"index_type": "int64"},)),
    *grid(
        "InTopK",
        (A((3, 4)), ints(0, 3, 1, dtype="T")),
        (A((2, 3)), ints(-1, 7, dtype="T")),
        dtypes=("int32", "int64"),
        attrs=({"k": 1}, {"k": 2}),
    ),
    *grid(
        "InTopKV2", (A((3, 4)), ints(0, 3, 1, dtype="T"), one(2, "T")), dtypes=("int32", "int64")
    ),
    *grid(
        "LowerBound UpperBound",
        (A(values=[[1, 2, 2, 4], [0, 0, 5, 9]], dtype="T"), A((2, 3), "T", 0, 6)),
        dtypes=REAL,
        attrs=({}, {"out_type": "int64"}),
    ),
    *grid(
        "OneHot",
        (ints(2, 0, -1, 7), one(3), A((), "T", 1, 5), A((), "T", -5, -1)),
        (A((2, 3), "int64", 0, 4), one(5), A((), "T"), A((), "T")),
        dtypes=SOME,
        attrs=({}, {"axis": 0}),
    ),
    *grid(
        "Gather",
        *[(CUBE, i) for i in (ints(1, 0, 1), one(1), longs((0, 1), (1, 1)))],
        dtypes=ALL,
        **SMOOTH,
    ),
    *grid(
        "GatherV2",
        *[(CUBE, ints(1, 0, 1), one(k)) for k in (0, 1, -1)],
        (CUBE, one(1), one(2)),
        (EMPTY, A((0,), "int32"), one(0)),
        dtypes=ALL,
        **SMOOTH,
    ),
    *grid(
        "GatherV2",
        (CUBE, ints((0, 2), (1, 1)), one(1)),
        dtypes=SOME,
        attrs=({"batch_dims": 1},),
        gradient=True,
    ),
    *grid(
        "GatherNd",
        (CUBE, ints((0, 1), (1, 2))),
        (CUBE, longs(((0,), (1,)))),
        dtypes=ALL,
        **SMOOTH,
    ),
    *grid(
        "ScatterNd",
        (ints((1,), (0,), (1,)), A((3, 4), "T"), ints(3, 4)),
        (longs((0, 1), (2, 2)), A((2,), "T", 0, 5), longs(3, 3)),
        dtypes=(*FLOATS, "int32", "complex64"),
        **SMOOTH,
    ),
    *grid(
        "TensorScatterUpdate TensorScatterAdd TensorScatterSub",
        (X, ints((1, 0), (0, 2)), A((2,), "T")),
        (X, longs((1,)), A((1, 3), "T")),
        dtypes=(*FLOATS, "int32"),
        **SMOOTH,
    ),
    *grid(
        "TensorScatterMax TensorScatterMin",
        (X, ints((1, 0), (0, 2)), A((2,), "T", 0, 9)),
        dtypes=(*FLOATS, "int32"),
        gradient=True,
    ),
    *grid(
        "StridedSlice",
        (CUBE, ints(0, 0, 3), ints(2, 3, 0), ints(1, 2, -1)),
        (CUBE, longs(0, 1), longs(2, 3), longs(1, 1)),
        dtypes=ALL,
        **SMOOTH,
    ),
    *grid(
        "StridedSlice",
        (CUBE, ints(1, 0, 3), ints(2, 0, 0), ints(1, 1, -1)),
        attrs=(
            {"shrink_axis_mask": 1, "end_mask": 2},
            {"begin_mask": 4, "end_mask": 7},
            {"ellipsis_mask": 2},
            {"new_axis_mask": 2, "end_mask": 4},
        ),
    ),
    *grid(
        "StridedSliceGrad",
        (ints(2, 3), ints(0, 1), ints(2, 3), ints(1, 1), A((2, 2), "T")),
        dtypes=(*FLOATS, "int32"),
        **SMOOTH,
    ),
    *grid(
        "DynamicPartition",
        (A((4, 2), "T"), ints(0, 2, 0, 1)),
        (A((2, 2), "T"), ints((0, 1), (1, 1))),
        dtypes=SOME,
        attrs=({"num_partitions": 3},),
        gradient=True,
    ),
    *grid(
        "DynamicStitch ParallelDynamicStitch",
        ([ints(0, 2), ints(1, 3)], [A((2, 2), "T"), A((2, 2), "T")]),
        ([one(1), ints(0)], [A((), "T"), A((1,), "T")]),
        dtypes=SOME,
        gradient=True,
    ),
    *grid(
        "DataFormatDimMap",
        (ints(0, 1, -1, 3, dtype="T"),),
        dtypes=("int32", "int64"),
        attrs=({}, {"src_format": "NCHW", "dst_format": "NHWC"}),
    ),
    *grid(
        "DataFormatVecPermute",
        (ints(7, 4, 9, 3, dtype="T"),),
        (ints((7, 1), (4, 2), (9, 3), (3, 4), dtype="T"),),
        (ints(5, 6, dtype="T"),),
        dtypes=("int32", "int64"),
        attrs=({}, {"src_format": "NCHW", "dst_format": "NHWC"}),
    ),
    *grid("IdentityN", ([X, A((3,), "T")],), dtypes=ALL, gradient=True),
    *grid("GuaranteeConst", (X,), dtypes=("float32", "int32", "string")),
    *grid("Snapshot", (X,), (EMPTY,), dtypes=ALL),
    *grid(
        "TopK", (A((3, 5), "T", -9, 9),), dtypes=REAL, attrs=({"k": 2},), gradient=True, alone=True
    ),
    *grid("PreventGradient", (X,), dtypes=("float32", "int32", "string")),
    *grid(
        "PlaceholderWithDefault",
        (X,),
        dtypes=ALL,
        attrs=({"shape": [2, 3]}, {"shape": None}),
        gradient=True,
    ),
    *grid(
        "CheckNumerics", (X,), (EMPTY,), dtypes=FLOATS, attrs=({"message": "bad"},), gradient=True
    ),
    *grid("EnsureShape", (X,), dtypes=ALL, attrs=({"shape": [None, 3]},), gradient=True),
    *grid(
        "Cast",
        (A((2, 3), "T", -9, 9),),
        (A((), "T", 0, 5),),
        (A((4,), "float32", values=(0, 3, 7.5, -2)),),
        dtypes=(*FLOATS, *HALVES, "complex64", *SIGNED, "uint8", "bool"),
        attrs=tuple(
            {"DstT": t}
            for t in ("float32", "float64", "int32", "int8", "bool", "bfloat16", "complex64")
        ),
    ),
    # What TensorFlow refuses.
    *grid(
        "Reshape", (X, ints(4)), (X, ints(-1, 4)), (X, ints(-1, -1)), (X, ints(-2, 3)), fails=True
    ),
    *grid("ExpandDims", (X, one(3)), (X, one(-4)), fails=True),
    *grid("Squeeze", (X,), attrs=({"axis": [0]}, {"axis": [5]}), fails=True),
    *grid("Transpose", (X, ints(0, 0)), (X, ints(0)), (X, ints(0, 2)), fails=True),
    *grid("InvertPermutation", (ints(0, 2),), (ints(0, 0),), fails=True),
    *grid("Tile", (X, ints(1)), (X, ints(-1, 1)), fails=True),
    *grid("ReverseV2", (X, ints(2)), (X, ints(0, 0)), fails=True),
    *grid("Roll", (X, one(1), one(2)), (X, ints(1, 2), ints(0)), fails=True),
    *grid(
        "Slice",
        (X, ints(0, 2), ints(2, 2)),
        (X, ints(-1, 0), ints(1, 1)),
        (X, ints(0), ints(1)),
        fails=True,
    ),
    *grid("Pad", (X, ints((1, 1))), (X, ints((-1, 0), (0, 0))), fails=True),
    *grid("MirrorPad", (X, ints((2, 0), (0, 0))), attrs=({"mode": "REFLECT"},), fails=True),
    *grid(
        "ConcatV2", ([X, A((3, 2))], one(0)), ([X, X], one(2)), ([X, A((3,))], one(0)), fails=True
    ),
    *grid("Pack", ([X, A((3, 2), "T")],), fails=True),
    *grid("Unpack", (X,), attrs=({"num": 3}, {"num": 2, "axis": 4}), fails=True),
    *grid("Split", (one(1), X), (one(2), X), attrs=({"num_split": 2},), fails=True),
    *grid(
        "SplitV",
        (X, ints(1, 1), one(1)),
        (X, ints(-1, -1), one(1)),
        attrs=({"num_split": 2},),
        fails=True,
    ),
    *grid("Fill", (ints(-1), A((), "T")), (ints(2), A((2,), "T")), fails=True),
    *grid("Range", (one(1), one(5), one(0)), (one(5), one(1), one(1)), fails=True),
    *grid("LinSpace", (one(1, "T"), one(9, "T"), one(0)), fails=True),
    *grid("SpaceToDepth", (A((1, 3, 4, 1), "T"),), attrs=({"block_size": 2},), fails=True),
    *grid("DepthToSpace", (A((1, 3, 4, 2), "T"),), attrs=({"block_size": 2},), fails=True),
    *grid(
        "ReverseSequence",
        (CUBE, ints(2, 9)),
        (CUBE, ints(1, 1, 1)),
        attrs=({"seq_dim": 1},),
        fails=True,
    ),
    *grid("TopKV2", (X, one(9)), (X, one(-1)), (A((), "T"), one(0)), fails=True),
    *grid(
        "GatherV2", (X, ints(2), one(0)), (X, ints(-1), one(0)), (X, ints(0), one(5)), fails=True
    ),
    *grid("Gather", (X, ints(0, 2)), fails=True),
    *grid(
        "GatherNd",
        (X, ints((0, 3))),
        (
            X,
            ints(
                (-1, 0),
            ),
        ),
        (
            X,
            ints(
                (0, 0, 0),
            ),
        ),
        fails=True,
    ),
    *grid(
        "ScatterNd",
        (ints((5,)), A((1,), "T"), ints(3)),
        (ints((0,), (1,)), A((3,), "T"), ints(3)),
        fails=True,
    ),
    *grid(
        "TensorScatterUpdate",
        (
            X,
            ints(
                (2, 0),
            ),
            A((1,), "T"),
        ),
        fails=True,
    ),
    *grid(
        "StridedSlice",
        (X, ints(0), ints(1), ints(0)),
        (X, ints(0, 0, 0), ints(1, 1, 1), ints(1, 1, 1)),
        fails=True,
    ),
    *grid(
        "StridedSlice", (X, ints(5), ints(6), ints(1)), attrs=({"shrink_axis_mask": 1},), fails=True
    ),
    *grid(
        "DynamicPartition",
        (A((2,), "T"), ints(0, 3)),
        (A((2,), "T"), ints(-1, 0)),
        attrs=({"num_partitions": 3},),
        fails=True,
    ),
    *grid(
        "MatrixDiagPartV3", (CUBE, one(4), A((), "T")), (CUBE, ints(1, 0), A((), "T")), fails=True
    ),
    *grid("MatrixSetDiag", (CUBE, A((2, 2), "T")), fails=True),
    *grid(
        "CheckNumerics",
        (A((2,), "T", values=(1.0, NAN)),),
        (A((1,), "T", values=(INF,)),),
        attrs=({"message": "bad"},),
        fails=True,
    ),
    *grid("EnsureShape", (X,), attrs=({"shape": [3, 3]},), fails=True),
    *grid("Where", (A((), "T"),), fails=True),
    *grid("Where", (A((2,), "string", values=(b"a", b"b")),), fails=True),
]
