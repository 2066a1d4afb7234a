"""Strings, parsing, files as strings, sound, summaries."""

from tests.cases.case import A

from .grid import FLOATS, HALVES, SIGNED, UNSIGNED, grid, ints, longs, one, words

WORDS = words("abc", "de", "", "Grün 7", "a b  c")
NOTHING = A((0,), "string", values=[])
TWO = A(values=[[b"a", b"b"], [b"c", b"d"]], dtype="string")
RAW = words(b"\x01\x02\x03\x04\x05\x06\x07\x08", b"abcdefgh")
ALL = (*FLOATS, "float16", *SIGNED, "uint8", "uint16", "complex64")
SOUND = A((50, 2), low=-0.9, high=0.9)
SPLITS = [{"input_encoding": e, "errors": "replace"} for e in ("UTF-8", "UTF-16-BE", "US-ASCII")]
DEFAULTS = [A(values=[b"x"], dtype="string"), ints(7), A(values=[0.5])]

ROWS = [
    *grid(
        "StringJoin",
        ([words("a", "b"), words("c", "d")],),
        ([one(b"x", "string"), words("c", "d")],),
        attrs=({}, {"separator": "-"}),
    ),
    *grid(
        "StringLength StringUpper StringLower StringStrip EncodeBase64",
        (WORDS,),
        (NOTHING,),
        (one(b"Ab ", "string"),),
    ),
    *grid("StringLength", (WORDS,), attrs=({"unit": "UTF8_CHAR"},)),
    *grid("StringUpper StringLower", (WORDS,), attrs=({"encoding": "utf-8"},)),
    *grid("DecodeBase64", (words("YWJj", "YQ", ""),)),
    *grid(
        "Substr",
        (words("hello", "world"), one(1), one(3)),
        (words("hello", "world"), ints(1, -3), ints(2, 2)),
        (words("hello"), longs(5), longs(2)),
    ),
    *grid(
        "Substr", (words("hällo", "wörld"), ints(1, -3), ints(2, 2)), attrs=({"unit": "UTF8_CHAR"},)
    ),
    *grid(
        "RegexReplace",
        (WORDS, one(b"[a-c]", "string"), one(b"x", "string")),
        attrs=({}, {"replace_global": False}),
    ),
    *grid("StaticRegexReplace", (WORDS,), attrs=({"pattern": "(b)", "rewrite": r"\\1\\1"},)),
    *grid("RegexFullMatch", (WORDS, one(b"[a-c]+", "string"))),
    *grid("StaticRegexFullMatch", (WORDS,), attrs=({"pattern": "[a-c]*"},)),
    *grid(
        "StringToHashBucket StringToHashBucketFast",
        (WORDS,),
        (NOTHING,),
        attrs=({"num_buckets": 1000}, {"num_buckets": 1}),
    ),
    *grid("StringToHashBucketStrong", (WORDS,), attrs=({"num_buckets": 1000, "key": [1, 2]},)),
    *grid(
        "StringToNumber",
        (words("1", " -2 ", "30"),),
        (NOTHING,),
        attrs=[{"out_type": t} for t in ("float32", "float64", "int32", "int64")],
    ),
    *grid(
        "StringToNumber",
        (words("1.5", "nan", "inf", "-2e-3"),),
        attrs=[{"out_type": t} for t in FLOATS],
    ),
    *grid(
        "AsString", (A((2, 3), "T", 0, 9),), dtypes=(*FLOATS, *SIGNED, "uint8", "bool", "complex64")
    ),
    *grid(
        "AsString",
        (A((2, 3), "T", -9, 9),),
        dtypes=FLOATS,
        attrs=(
            {"precision": 2},
            {"scientific": True},
            {"shortest": True},
            {"width": 9, "fill": "0"},
        ),
    ),
    *grid(
        "ReduceJoin",
        (TWO, ints(0)),
        (TWO, ints(-1)),
        (TWO, ints(1, 0)),
        (TWO, ints()),
        attrs=({}, {"keep_dims": True}, {"separator": ", "}),
    ),
    *grid(
        "UnsortedSegmentJoin",
        (words("a", "b", "c"), ints(0, 1, 0), one(2)),
        attrs=({}, {"separator": "-"}),
    ),
    *grid(
        "StringSplit",
        (WORDS, one(b" ", "string")),
        (WORDS, one(b"", "string")),
        attrs=({}, {"skip_empty": False}),
    ),
    *grid(
        "StringSplitV2",
        (WORDS, one(b" ", "string")),
        (WORDS, one(b"", "string")),
        attrs=({}, {"maxsplit": 1}),
    ),
    *grid(
        "StringFormat",
        ([A((2, 3), "float32"), ints(1, 2)],),
        attrs=({"template": "a %s b %s"}, {"template": "%s%s", "summarize": 1}),
    ),
    *grid(
        "UnicodeTranscode",
        (WORDS,),
        attrs=(
            {"input_encoding": "UTF-8", "output_encoding": "UTF-16-BE"},
            {"input_encoding": "US-ASCII", "output_encoding": "UTF-8"},
        ),
    ),
    *grid(
        "UnicodeDecode UnicodeDecodeWithOffsets",
        (words("aé", "", b"\xff ok"),),
        attrs=(*SPLITS, {"input_encoding": "UTF-8", "errors": "ignore"}),
    ),
    *grid(
        "UnicodeEncode",
        (ints(97, 233, 8364, 98), longs(0, 2, 2, 4)),
        attrs=[{"output_encoding": e} for e in ("UTF-8", "UTF-16-BE", "UTF-32-BE")],
    ),
    *grid("DecodeRaw", (RAW,), attrs=[{"out_type": t} for t in ALL]),
    *grid(
        "DecodeRaw",
        (RAW,),
        attrs=[{"out_type": t, "little_endian": False} for t in ("int32", "float64", "int16")],
    ),
    *grid(
        "DecodePaddedRaw",
        (words("abc", "defgh"), one(4)),
        attrs=[{"out_type": t} for t in ("uint8", "int16", "float32")],
    ),
    *grid(
        "SerializeTensor",
        (A((2, 3), "T", 0, 9),),
        (A((0, 2), "T"),),
        dtypes=(*FLOATS, *HALVES, *SIGNED, *UNSIGNED, "bool", "string", "complex64"),
    ),
    *grid(
        "ParseTensor",
        (
            one(
                b"\x08\x01\x12\x08\x12\x02\x08\x02\x12\x02\x08\x01\x22\x08\x00\x00\x80\x3f\x00\x00\x00\x40",
                "string",
            ),
        ),
        attrs=({"out_type": "float32"},),
    ),
    *grid(
        "DecodeCSV",
        (words("a,1,2.5", ",,", '"x,y",-3,1e3'), DEFAULTS),
        attrs=({}, {"na_value": "-"}),
    ),
    *grid(
        "DecodeCSV",
        (words("a;1;2.5"), DEFAULTS),
        attrs=({"field_delim": ";", "use_quote_delim": False},),
    ),
    *grid(
        "DecodeJSONExample",
        (words("{}", '{"features": {"feature": {"a": {"bytesList": {"value": ["YQ=="]}}}}}'),),
    ),
    *grid("ShardedFilename", (one(b"f", "string"), one(3), one(10))),
    *grid("ShardedFilespec", (one(b"f", "string"), one(10))),
    *grid("EncodeWav", (SOUND, one(8000))),
    *grid(
        "AudioSpectrogram",
        (SOUND,),
        attrs=(
            {"window_size": 16, "stride": 8},
            {"window_size": 20, "stride": 5, "magnitude_squared": True},
        ),
        tolerance=1e-4,
    ),
    *grid(
        "Mfcc",
        (A((2, 6, 65), low=0.1, high=4), one(16000)),
        attrs=({"dct_coefficient_count": 5},),
        tolerance=1e-4,
    ),
    *grid(
        "ScalarSummary",
        (words("a", "b"), A((2,), "T", 0, 9)),
        (one(b"a", "string"), A((), "T", 0, 9)),
        dtypes=(*FLOATS, "int32", "uint8"),
    ),
    *grid(
        "HistogramSummary",
        (one(b"h", "string"), A((9,), "T", -9, 9)),
        (one(b"h", "string"), A((0,), "T")),
        dtypes=(*FLOATS, "int32"),
    ),
    *grid("MergeSummary", ([one(b"", "string"), words("", "")],)),
    *grid(
        "TensorSummaryV2",
        (one(b"t", "string"), A((2, 3), "T", 0, 9), one(b"", "string")),
        dtypes=(*FLOATS, "int32", "string"),
    ),
    *grid("Fact", ()),
    # What TensorFlow refuses.
    *grid("DecodeBase64", (words("a"),), (words("Y Q="),), fails=True),
    *grid(
        "Substr",
        (words("abc"), one(4), one(1)),
        fails=True,
    ),
    *grid(
        "RegexReplace",
        (WORDS, one(b"(a", "string"), one(b"", "string")),
        (WORDS, words("a", "b"), one(b"", "string")),
        fails=True,
    ),
    *grid("StringToNumber", (words("x"),), (words(""),), fails=True),
    *grid("ReduceJoin", (TWO, ints(2)), (TWO, ints(0, 0)), fails=True),
    *grid("StringSplit", (TWO, one(b" ", "string")), fails=True),
    *grid(
        "UnicodeTranscode",
        (words(b"\xff"),),
        attrs=(
            {"input_encoding": "UTF-8", "output_encoding": "UTF-8", "errors": "strict"},
            {"input_encoding": "no such", "output_encoding": "UTF-8"},
        ),
        fails=True,
    ),
    *grid(
        "UnicodeDecode UnicodeDecodeWithOffsets",
        (words(b"\xff"),),
        attrs=({"input_encoding": "UTF-8", "errors": "strict"},),
        fails=True,
    ),
    *grid(
        "UnicodeEncode",
        (ints(0x110000), longs(0, 1)),
        attrs=({"output_encoding": "UTF-8", "errors": "strict"},),
        fails=True,
    ),
    *grid(
        "DecodeRaw",
        (words("abc"),),
        (words("abcd", "ab"),),
        attrs=({"out_type": "int32"},),
        fails=True,
    ),
    *grid(
        "ParseTensor", (one(b"\xff\xff", "string"),), attrs=({"out_type": "float32"},), fails=True
    ),
    *grid(
        "DecodeCSV",
        (words("a,1"), DEFAULTS),
        (words("a,x,1"), DEFAULTS),
        (words("a,1,2,3"), DEFAULTS),
        fails=True,
    ),
    *grid("DecodeJSONExample", (words("{"),), fails=True),
    *grid("DecodeWav", (one(b"RIFF", "string"),), fails=True),
    *grid("EncodeWav", (A((3,)), one(8000)), (SOUND, one(-1)), fails=True),
    *grid("ScalarSummary", (words("a", "b"), A((3,))), fails=True),
    *grid(
        "HistogramSummary", (one(b"h", "string"), A((2,), values=(1.0, float("nan")))), fails=True
    ),
]
