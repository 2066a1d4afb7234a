"""Data that an op must refuse while it runs: what its message must name.

Each row is an op, its inputs (all fed, their shapes unknown), attrs, and what the message says.
"""

from tests.grids.grid import V, ints, longs, one, words

from .case import A

TABLE, ROWS = A((3, 4)), A((2, 4))
SPARSE = (longs((0, 0), (0, 9)), A((2,)), longs(2, 4))
BROKEN = b"\xff\xfe"

POOL = {"ksize": [1, 2, 2, 1], "strides": [1, 1, 1, 1], "padding": "VALID"}

INVALID = [
    # Axes and ranks.
    ("Sum", (TABLE, ints(0, 0)), {}, "Axes contains duplicate dimension: 0"),
    ("Max", (TABLE, ints(1, -1)), {}, "Axes contains duplicate dimension: 1"),
    ("MaxPool", (TABLE,), POOL, "Input must be 4 or 5-dimensional"),
    ("AvgPool", (TABLE,), POOL, "Input must be 4 or 5-dimensional"),
    # Indices.
    ("GatherV2", (TABLE, ints(0, 3), one(0)), {}, r"indices\[1\] = 3 is not in \[0, 3\)"),
    ("GatherV2", (TABLE, ints(-1), one(0)), {}, r"indices\[0\] = -1 is not in \[0, 3\)"),
    (
        "GatherV2",
        (TABLE, ints((0, 1), (2, 4)), one(1)),
        {},
        r"indices\[1,1\] = 4 is not in \[0, 4\)",
    ),
    ("Gather", (TABLE, longs(7)), {}, r"indices\[0\] = 7 is not in \[0, 3\)"),
    (
        "GatherNd",
        (TABLE, ints((0, 0), (3, 0))),
        {},
        r"indices\[1\] = \[3, 0\] does not index into param shape \[3,4\]",
    ),
    (
        "GatherNd",
        (TABLE, ints((0, -2))),
        {},
        r"indices.* = \[0, -2\] does not index into param shape",
    ),
    (
        "ResourceGather",
        (V((3, 4)), ints(3)),
        {"dtype": "float32"},
        r"indices\[0\] = 3 is not in \[0, 3\)",
    ),
    (
        "ResourceGatherNd",
        (V((3, 4)), longs((9, 0), (0, 0))),
        {"dtype": "float32"},
        r"\[9, 0\] does not index into",
    ),
    (
        "ScatterNd",
        (ints((5,), (0,)), A((2,)), ints(3)),
        {},
        r"indices\[0\] = \[5\] does not index into shape \[3\]",
    ),
    (
        "TensorScatterUpdate",
        (TABLE, ints((3, 0), (0, 0)), A((2,))),
        {},
        r"\[3, 0\] does not index into shape \[3,4\]",
    ),
    (
        "TensorScatterAdd",
        (TABLE, ints((-1, 0), (0, 0)), A((2,))),
        {},
        r"\[-1, 0\] does not index into shape",
    ),
    ("ScatterAdd", (V((3, 4)), ints(0, 4), ROWS), {}, r"indices\[1\] = 4 is not in \[0, 3\)"),
    ("ScatterUpdate", (V((3, 4)), ints(-1, 0), ROWS), {}, r"indices\[0\] = -1 is not in \[0, 3\)"),
    (
        "ResourceScatterAdd",
        (V((3, 4)), ints(0, 4), ROWS),
        {},
        r"indices\[1\] = 4 is not in \[0, 3\)",
    ),
    (
        "ScatterNdUpdate",
        (V((3, 4)), ints((3, 0), (0, 0)), A((2,))),
        {},
        r"\[3, 0\] does not index into shape \[3,4\]",
    ),
    (
        "SparseApplyAdagrad",
        (V((3, 4)), V((3, 4), low=0.1), one(0.1, "float32"), ROWS, ints(0, 3)),
        {},
        r"[Ii]nd.*3.*is not in|out of range",
    ),
    (
        "DynamicPartition",
        (A((2,)), ints(0, 3)),
        {"num_partitions": 2},
        r"partitions\[1\] = 3 is not in \[0, 2\)",
    ),
    ("DynamicStitch", ([ints(0, -1)], [A((2,))]), {}, r"indices\[1\] is out of range"),
    ("InvertPermutation", (ints(0, 2),), {}, r"2 is not between 0 and 2"),
    ("InvertPermutation", (ints(0, 0),), {}, r"0 is duplicated in the input"),
    ("Transpose", (TABLE, ints(0, 2)), {}, r"2 is out of range \[0 \.\. 2\)"),
    (
        "ReverseSequence",
        (TABLE, ints(1, 9, 0)),
        {"seq_dim": 1},
        r"seq_lens\(\d\) > input.dims\(1\)",
    ),
    # Labels and segments.
    (
        "SparseSoftmaxCrossEntropyWithLogits",
        (TABLE, ints(0, 4, 1)),
        {},
        r"Received a label value of 4 which is outside the valid range of \[0, 4\)",
    ),
    (
        "SparseSoftmaxCrossEntropyWithLogits",
        (TABLE, longs(0, -1, 1)),
        {},
        r"Received a label value of -1 which is outside the valid range of \[0, 4\)",
    ),
    (
        "UnsortedSegmentSum",
        (A((2,)), ints(0, 3), one(2)),
        {},
        r"segment_ids\[1\] = 3 is out of range \[0, 2\)",
    ),
    (
        "UnsortedSegmentMax",
        (A((2,)), ints(5, 0), one(2)),
        {},
        r"segment_ids\[0\] = 5 is out of range \[0, 2\)",
    ),
    ("SegmentSum", (A((3,)), ints(1, 0, 2)), {}, r"segment ids are not increasing"),
    ("SegmentMean", (A((2,)), ints(-1, 0)), {}, r"segment ids|out of range|-1"),
    (
        "SparseSegmentSum",
        (TABLE, ints(0, 3), ints(0, 0)),
        {},
        r"indices\[1\] == 3 out of range \[0, 3\)",
    ),
    (
        "SparseSegmentMean",
        (TABLE, ints(0, -1), ints(0, 0)),
        {},
        r"indices\[1\] == -1 out of range \[0, 3\)",
    ),
    (
        "SparseSegmentSum",
        (TABLE, ints(0, 1), ints(1, 0)),
        {},
        r"segment ids are not increasing",
    ),
    (
        "SparseSegmentSumWithNumSegments",
        (TABLE, ints(0, 1), ints(0, 5), one(2)),
        {},
        r"segment ids? must be|out of range",
    ),
    (
        "CTCLoss",
        (A((4, 1, 3)), longs((0, 0)), ints(7), ints(4)),
        {},
        r"label num_classes|[Ll]abel|7",
    ),
    ("Bincount", (ints(1, -1), one(3), A((0,))), {}, r"Input arr must be non-negative"),
    # Integers that cannot be divided, or be exponents.
    ("FloorDiv", (ints(1, 2), ints(1, 0)), {}, r"Integer division by zero"),
    ("FloorMod", (ints(1, 2), ints(1, 0)), {}, r"Integer division by zero"),
    ("TruncateDiv", (ints(1, 2), ints(0, 1)), {}, r"Integer division by zero"),
    ("TruncateMod", (ints(1, 2), ints(0, 1)), {}, r"Integer division by zero"),
    ("Div", (longs(1, 2), longs(0, 1)), {}, r"Integer division by zero"),
    ("Mod", (longs(1, 2), longs(0, 1)), {}, r"Integer division by zero"),
    ("Pow", (ints(2, 3), ints(1, -1)), {}, r"Integers to negative integer powers are not allowed"),
    # Sizes.
    ("Reshape", (TABLE, ints(5, 2)), {}, r"12 values, but the requested shape has 10"),
    ("Reshape", (TABLE, ints(-2, 6)), {}, r"[Ss]ize 0 must be non-negative, not -2"),
    ("Fill", (ints(2, -1), one(1.0, "float32")), {}, r"-1"),
    ("Tile", (TABLE, ints(1, -1)), {}, r"Expected multiples\[1\] >= 0, but got -1"),
    ("Slice", (TABLE, ints(0, 2), ints(1, 3)), {}, r"Expected size\[1\] in \[0, 2\], but got 3"),
    ("Slice", (TABLE, ints(-1, 0), ints(1, 1)), {}, r"Expected begin\[0\] in \[0, 3\], but got -1"),
    ("Pad", (TABLE, ints((0, -1), (0, 0))), {}, r"Paddings must be non-negative: 0 -1"),
    ("RandomUniform", (ints(2, -3),), {"dtype": "float32"}, r"Dimension -3 must be >= 0"),
    ("LinSpace", (one(0.0, "float32"), one(1.0, "float32"), one(-2)), {}, r"Requires num > 0: -2"),
    ("TopKV2", (TABLE, one(5)), {}, r"input must have at least k columns. Had 4, needed 5"),
    ("TopKV2", (TABLE, one(-1)), {}, r"Need k >= 0, got -1"),
    (
        "SplitV",
        (TABLE, ints(1, 1), one(0)),
        {"num_split": 2},
        r"Determined shape must either match input shape along split_dim",
    ),
    ("ConcatV2", ([TABLE, ROWS], one(1)), {}, r"\[3,4\].*\[2,4\]"),
    ("UnsortedSegmentSum", (A((2,)), ints(0, 1), one(-2)), {}, r"-2 must not be negative"),
    ("ResizeBilinear", (A((1, 3, 3, 1)), ints(0, 2)), {}, r"output dimensions must be positive"),
    ("Multinomial", (TABLE, one(-2)), {}, r"num_samples should be non-?negative, got -2"),
    # Sparse tensors.
    (
        "SparseToDense",
        (longs((0, 5), (1, 1)), longs(2, 4), A((2,)), one(0.0, "float32")),
        {},
        r"indices\[0\] = \[0,5\] is out of bounds",
    ),
    (
        "SparseToDense",
        (longs((1, 1), (0, 0)), longs(2, 4), A((2,)), one(0.0, "float32")),
        {},
        r"indices\[1\] = \[0,0\] is out of order",
    ),
    (
        "SparseTensorDenseMatMul",
        (*SPARSE, A((4, 2))),
        {},
        r"k \(9\) from index\[1,1\] out of bounds \(>=4\)",
    ),
    (
        "SparseReshape",
        (SPARSE[0], SPARSE[2], longs(3, 3)),
        {},
        r"8 dense values, but the requested shape has 9",
    ),
    # Text.
    (
        "UnicodeTranscode",
        (words(BROKEN),),
        {"input_encoding": "UTF-8", "output_encoding": "UTF-8", "errors": "strict"},
        r"Invalid formatting on input string",
    ),
    (
        "UnicodeDecode",
        (words(BROKEN),),
        {"input_encoding": "UTF-8", "errors": "strict"},
        r"Invalid formatting on input string",
    ),
    (
        "UnicodeEncode",
        (ints(0x110000), longs(0, 1)),
        {"output_encoding": "UTF-8", "errors": "strict"},
        r"[Cc]ode point|0x110000|1114112",
    ),
    (
        "Substr",
        (words("abc", "a"), one(2), one(1)),
        {},
        r"pos 2 out of range for string b'a' at index 1",
    ),
    ("StringToNumber", (words("1", "one"),), {}, r"could not correctly convert string: one"),
    ("DecodeBase64", (words("a"),), {}, r"[Bb]ase64"),
    (
        "DecodeRaw",
        (words("abcde"),),
        {"out_type": "int32"},
        r"length 5.*multiple of 4|multiple of 4",
    ),
    (
        "DecodeCSV",
        (words("1,x"), [ints(0), ints(0)]),
        {},
        r"Field 1 in record 0 is not a valid int32: x",
    ),
    # Files that are broken.
    ("DecodePng", (one(b"\x89PNG\r\n\x1a\n broken", "string"),), {}, r"[Pp][Nn][Gg]|Invalid"),
    ("DecodeJpeg", (one(b"\xff\xd8\xff broken", "string"),), {}, r"[Jj][Pp][Ee][Gg]|Invalid"),
    ("DecodeGif", (one(b"GIF89a broken", "string"),), {}, r"[Gg][Ii][Ff]|Invalid"),
    ("DecodeBmp", (one(b"BM broken", "string"),), {}, r"[Bb][Mm][Pp]|[Ii]ncomplete|Invalid"),
    ("DecodeImage", (one(b"broken", "string"),), {}, r"Unknown image file format"),
    ("DecodeWav", (one(b"RIFF broken", "string"),), {}, r"Header mismatch|[Ww]av|Data too short"),
    (
        "ParseTensor",
        (one(BROKEN, "string"),),
        {"out_type": "float32"},
        r"Could not parse `serialized`",
    ),
    (
        "CheckNumerics",
        (A(values=(1.0, float("nan"))),),
        {"message": "weights"},
        r"weights : Tensor had NaN",
    ),
]
