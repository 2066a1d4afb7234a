"""Sparse tensors, sets, segments, sums over chosen rows."""

from tests.cases.case import A

from .grid import FLOATS, HALVES, grid, ints, longs, one, words

REAL = (*FLOATS, "int32", "int64")
PLACES, VALUES, SIZE = longs((0, 1), (1, 0), (1, 2)), A((3,), "T", 1, 5), longs(3, 4)
OTHER, MORE = longs((0, 1), (2, 3)), A((2,), "T", 1, 5)
SPARSE, SECOND = (PLACES, VALUES, SIZE), (OTHER, MORE, SIZE)
NONE = (A((0, 2), "int64"), A((0,), "T"), longs(3, 4))
DENSE = A((3, 4), "T", 1, 5)
FIRST = {"dtypes": FLOATS, "gradient": True}
AXES = (ints(1), ints(0), ints(0, 1), ints(-1))
KEPT = ({}, {"keep_dims": True})
ROWS_OF, IDS = A((5, 3), "T"), (ints(0, 2, 2, 4), ints(0, 0, 1, 3))
SETS = ("intersection", "a-b", "b-a", "union")
OPERATIONS = [{"set_operation": s} for s in SETS]
LEFT = A(values=[[1, 5, 9, 1], [3, 4, 4, 2]], dtype="T")
RIGHT = A(values=[[9, 1, 8], [5, 2, 3]], dtype="T")
GROUPS = longs((0, 0), (0, 1), (1, 0)), A(values=(1, 9, 3), dtype="T"), longs(2, 3)

ROWS = [
    *grid(
        "SparseAdd",
        (*SPARSE, *SECOND, one(0, "T")),
        (*SPARSE, *NONE, one(0, "T")),
        dtypes=REAL,
        gradient=False,
    ),
    *grid(
        "SparseAddGrad",
        (A((4,), "T"), PLACES, OTHER, longs((0, 1), (1, 0), (1, 2), (2, 3))),
        dtypes=REAL,
    ),
    *grid("SparseReduceSum", *[(*SPARSE, a) for a in AXES], (*NONE, ints(0)), attrs=KEPT, **FIRST),
    *grid("SparseReduceMax", *[(*SPARSE, a) for a in AXES], dtypes=REAL, attrs=KEPT),
    *grid(
        "SparseReduceSumSparse SparseReduceMaxSparse",
        *[(*SPARSE, a) for a in AXES[:2]],
        dtypes=FLOATS,
        attrs=KEPT,
    ),
    *grid("SparseSoftmax", SPARSE, NONE, **FIRST),
    *grid("SparseSparseMaximum SparseSparseMinimum", (*SPARSE, *SECOND), dtypes=REAL),
    *grid("SparseDenseCwiseAdd", (*SPARSE, DENSE), (*SPARSE, A((4,), "T", 1, 5)), dtypes=REAL),
    *grid(
        "SparseDenseCwiseMul SparseDenseCwiseDiv",
        (*SPARSE, DENSE),
        (*SPARSE, A((4,), "T", 1, 5)),
        **FIRST,
    ),
    *grid("SparseTensorDenseAdd", (*SPARSE, DENSE), **FIRST),
    *grid("SparseTensorDenseMatMul", (*SPARSE, A((4, 2), "T")), (*NONE, A((4, 2), "T")), **FIRST),
    *grid(
        "SparseTensorDenseMatMul",
        (*SPARSE, A((2, 3), "T")),
        attrs=({"adjoint_a": True, "adjoint_b": True},),
        **FIRST,
    ),
    *grid("SparseFillEmptyRows", (*SPARSE, A((), "T", 6, 9)), **FIRST),
    *grid("SparseFillEmptyRows", (PLACES, words("a", "b", "c"), SIZE, one(b"-", "string"))),
    *grid("SparseFillEmptyRowsGrad", (longs(0, 2, 1), A((4,), "T")), dtypes=FLOATS),
    *grid(
        "SparseConcat",
        ([PLACES, OTHER], [VALUES, MORE], [SIZE, SIZE]),
        dtypes=REAL,
        attrs=({"concat_dim": 0}, {"concat_dim": 1}, {"concat_dim": -1}),
    ),
    *grid("SparseReorder", (longs((1, 2), (0, 1), (1, 0)), VALUES, SIZE), **FIRST),
    *grid(
        "SparseReshape",
        (PLACES, SIZE, longs(2, 6)),
        (PLACES, SIZE, longs(-1, 2)),
        (A((0, 2), "int64"), SIZE, longs(12)),
    ),
    *grid(
        "SparseSlice",
        (*SPARSE, longs(0, 1), longs(2, 3)),
        (*SPARSE, longs(2, 0), longs(5, 5)),
        **FIRST,
    ),
    *grid(
        "SparseSliceGrad", (A((2,), "T"), PLACES, longs(0, 1), longs((0, 0), (1, 1))), dtypes=FLOATS
    ),
    *grid(
        "SparseSplit",
        (one(1, "int64"), *SPARSE),
        (one(0, "int64"), *SPARSE),
        dtypes=REAL,
        attrs=({"num_split": 2}, {"num_split": 3}),
    ),
    *grid(
        "SparseToDense",
        (PLACES, SIZE, VALUES, A((), "T")),
        (longs(1, 3), longs(5), A((2,), "T"), A((), "T")),
        (one(2), ints(4), A((), "T"), A((), "T")),
        dtypes=REAL,
    ),
    *grid(
        "SparseCross",
        ([PLACES, OTHER], [words("a", "b", "c"), words("x", "y")], [SIZE, SIZE], []),
        attrs=(
            {
                "hashed_output": True,
                "num_buckets": 100,
                "hash_key": 5,
                "out_type": "int64",
                "internal_type": "string",
            },
            {
                "hashed_output": False,
                "num_buckets": 0,
                "hash_key": 5,
                "out_type": "string",
                "internal_type": "string",
            },
        ),
    ),
    *grid(
        "SparseCrossV2",
        (
            [PLACES, OTHER],
            [words("a", "b", "c"), words("x", "y")],
            [SIZE, SIZE],
            [],
            one(b"_&_", "string"),
        ),
    ),
    *grid("SerializeSparse", SPARSE, dtypes=("float32", "int64")),
    *grid("SerializeManySparse", SPARSE, dtypes=("float32", "int64")),
    *grid(
        "DenseToDenseSetOperation",
        (LEFT, RIGHT),
        dtypes=("int32", "int64", "uint8"),
        attrs=OPERATIONS,
    ),
    *grid(
        "DenseToSparseSetOperation", (LEFT, *GROUPS), dtypes=("int32", "int64"), attrs=OPERATIONS
    ),
    *grid(
        "SparseToSparseSetOperation",
        (*GROUPS, *GROUPS),
        dtypes=("int32", "int64"),
        attrs=OPERATIONS,
    ),
    *grid("SetSize", GROUPS, dtypes=("int32", "int64", "int8")),
    *grid(
        "EditDistance",
        (
            longs((0, 0), (0, 1), (1, 0)),
            longs(1, 2, 3),
            longs(2, 2),
            longs((0, 0), (1, 0), (1, 1)),
            longs(1, 3, 4),
            longs(2, 2),
        ),
        attrs=({}, {"normalize": False}),
    ),
    *grid(
        "SegmentSum SegmentMean SegmentMax SegmentMin SegmentProd",
        (A((4, 2), "T"), ints(0, 0, 2, 2)),
        (A((0, 2), "T"), A((0,), "int32")),
        dtypes=FLOATS,
        gradient=False,
    ),
    *grid(
        "SegmentSum SegmentMean SegmentMax SegmentMin SegmentProd",
        (A((4, 2), "T"), ints(0, 1, 1, 2)),
        **FIRST,
    ),
    *grid(
        "UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd",
        (A((4, 2), "T", 1, 5), ints(1, 0, 1, -1), one(2)),
        (A((2, 2), "T", 1, 5), ints((0, 1), (1, 0)), one(2)),
        dtypes=(*REAL, *HALVES),
        gradient=True,
    ),
    *grid(
        "UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentProd",
        (A((4, 2), "T", 1, 5), ints(1, 0, 1, 3), one(5)),
        dtypes=REAL,
    ),
    *grid(
        "SparseSegmentSum SparseSegmentMean SparseSegmentSqrtN",
        (ROWS_OF, *IDS),
        (A((0, 3), "T"), A((0,), "int32"), A((0,), "int32")),
        dtypes=FLOATS,
    ),
    *grid(
        "SparseSegmentSum SparseSegmentMean SparseSegmentSqrtN",
        (ROWS_OF, *IDS),
        dtypes=(*FLOATS, *HALVES),
        gradient=True,
    ),
    *grid(
        "SparseSegmentSumWithNumSegments SparseSegmentMeanWithNumSegments SparseSegmentSqrtNWithNumSegments",
        (ROWS_OF, *IDS, one(6)),
        **FIRST,
    ),
    *grid(
        "SparseSegmentSumGrad SparseSegmentMeanGrad SparseSegmentSqrtNGrad",
        (A((4, 3), "T"), *IDS, one(5)),
        dtypes=FLOATS,
    ),
    *grid(
        "SparseSegmentSumGradV2 SparseSegmentMeanGradV2 SparseSegmentSqrtNGradV2",
        (A((4, 3), "T"), *IDS, one(5)),
        dtypes=FLOATS,
    ),
    *grid(
        "Bincount",
        (ints(1, 1, 4, 0), one(5), A((4,), "T", 1, 3)),
        (ints(1, 9), one(3), A((0,), "T")),
        dtypes=REAL,
    ),
    *grid(
        "DenseBincount",
        (ints(1, 1, 4, 0), one(5), A((4,), "T", 1, 3)),
        (ints((1, 0), (2, 2)), one(3), A((0,), "T")),
        dtypes=REAL,
        attrs=({}, {"binary_output": True}),
    ),
    *grid(
        "Bucketize",
        (A((2, 3), "T", -9, 99),),
        (A((0,), "T"),),
        dtypes=REAL,
        attrs=({"boundaries": [0.0, 10.0, 50.0]}, {"boundaries": []}),
    ),
    *grid(
        "HistogramFixedWidth", (A((2, 5), "T", -2, 9), ints(0, 5, dtype="T"), one(4)), dtypes=REAL
    ),
    # What TensorFlow refuses.
    *grid(
        "SparseAdd",
        (PLACES, VALUES, SIZE, *SECOND[:2], longs(3, 5), one(0.0, "T")),
        (PLACES, MORE, SIZE, *SECOND, one(0.0, "T")),
        fails=True,
    ),
    *grid(
        "SparseTensorDenseMatMul",
        (*SPARSE, A((3, 2), "T")),
        (longs((0, 9)), A((1,), "T"), SIZE, A((4, 2), "T")),
        (longs((-1, 0), (0, 0)), A((2,), "T"), SIZE, A((4, 2), "T")),
        fails=True,
    ),
    *grid("SparseReshape", (PLACES, SIZE, longs(5, 2)), (PLACES, SIZE, longs(-1, -1)), fails=True),
    *grid(
        "SparseToDense",
        (longs((0, 9), (1, 1)), SIZE, MORE, A((), "T")),
        (longs((1, 1), (0, 0)), SIZE, MORE, A((), "T")),
        (longs((1, 1), (1, 1)), SIZE, MORE, A((), "T")),
        fails=True,
    ),
    *grid(
        "SparseConcat",
        ([PLACES, OTHER], [VALUES, MORE], [SIZE, longs(4, 4)]),
        attrs=({"concat_dim": 1},),
        fails=True,
    ),
    *grid("SparseFillEmptyRows", (longs((5, 0), (5, 1)), MORE, SIZE, A((), "T")), fails=True),
    *grid(
        "SegmentSum SegmentMax",
        (A((3, 2), "T"), ints(1, 0, 2)),
        (A((3, 2), "T"), ints(0, 1)),
        (A((2, 2), "T"), ints(-1, 0)),
        fails=True,
    ),
    *grid(
        "UnsortedSegmentSum",
        (A((2,), "T"), ints(0, 5), one(3)),
        (A((2,), "T"), ints(0, 1), one(-3)),
        (A((3,), "T"), ints(0, 1), one(3)),
        fails=True,
    ),
    *grid(
        "SparseSegmentSum SparseSegmentMean",
        (ROWS_OF, ints(0, 9), ints(0, 0)),
        (ROWS_OF, ints(0, 1), ints(1, 0)),
        (ROWS_OF, ints(0, -1), ints(0, 0)),
        (ROWS_OF, ints(0, 1), ints(0)),
        fails=True,
    ),
    *grid("SparseSegmentSumWithNumSegments", (ROWS_OF, *IDS, one(2)), fails=True),
    *grid(
        "Bincount",
        (ints(-1, 1), one(3), A((0,), "T")),
        (ints(1), one(-3), A((0,), "T")),
        fails=True,
    ),
]
