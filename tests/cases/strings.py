"""String ops."""

from .case import A, Case

WORDS = ["abc", "de", "", "Grün 7"]
DIGITS = ["1", "-2", " 30 "]

CASES = [
    Case("string_join", ([["a", "b"], "c", ["d", "e"]], "-")),
    Case("strings.join", ([["a", "b"], "c"],)),
    Case("strings.length", (WORDS,)),
    Case("strings.length", (WORDS,), {"unit": "UTF8_CHAR"}),
    Case("strings.upper", (WORDS,)),
    Case("strings.lower", (WORDS,), {"encoding": "utf-8"}),
    Case("string_strip", ([" a ", "\t\nb"],)),
    Case("substr", (["hello", "world"], 1, 3)),
    Case("substr", (["hello", "wörld"], [1, -3], [2, 2]), {"unit": "UTF8_CHAR"}),
    Case("regex_replace", (["abcabc", "xyz"], "b(.)", r"[\1\0]")),
    Case("regex_replace", (["baac", "", "aa"], "a*", "-"), {"replace_global": False}),
    Case("regex_replace", (["baac", "", "aa"], "a*", "-")),
    Case("regex_replace", (["Aä1_ "], r"[[:alpha:]]|\p{Ll}|\d", "x")),
    Case("regex_replace", (["a\n"], "a$", "-")),
    Case("strings.regex_full_match", (["abc", "abcd"], "a.c")),
    Case("string_to_hash_bucket", (WORDS, 1000)),
    Case("string_to_hash_bucket_fast", ([*WORDS, "x" * 20, "y" * 50, "z" * 200], 2**62)),
    Case("string_to_hash_bucket_strong", (WORDS, 1000, [1, -2])),
    Case("string_to_number", (["1.5", " -2e3 ", "nan", "0x10"],)),
    Case("string_to_number", (DIGITS,), {"out_type": "int64"}),
    Case("as_string", (A((2, 3)),)),
    Case("as_string", (A((2, 3)),), {"precision": 2, "width": 8, "fill": "0"}),
    Case("as_string", (A((3,), "int32", -9, 9),), {"width": 4, "fill": "+"}),
    Case("as_string", ([True, False],)),
    Case("as_string", (A((2,), "complex64"),), {"shortest": True}),
    Case("encode_base64", (WORDS,)),
    Case("encode_base64", (WORDS,), {"pad": True}),
    Case("decode_base64", (["YWJj", "YQ", "YQ=="],)),
    Case("reduce_join", ([["a", "b"], ["c", "d"]], 0)),
    Case("reduce_join", ([["a", "b"], ["c", "d"]], [-1]), {"keep_dims": True, "separator": ","}),
    Case("strings.unsorted_segment_join", (["a", "b", "c"], [0, 1, 0], 2)),
    Case("strings.unicode_transcode", (WORDS, "UTF-8", "UTF-16-BE")),
    # Bad data.
    Case("substr", (["abc", "de"], 3, 1), error="pos 3 out of range for string b'de' at index 1"),
    Case("string_to_number", (["x"],), error="StringToNumberOp could not correctly convert string"),
    Case("regex_replace", (["abc"], "(a", ""), error="Invalid pattern: .a, error: missing ."),
    Case("strings.regex_full_match", (["abc"], "(?=a)"), error="Invalid pattern"),
    Case("decode_base64", (["a"],), error="Base64 string length cannot be 1 modulo 4"),
    Case("decode_base64", (["Y Q="],), error="Invalid character found in base64"),
    Case("as_string", ([1],), {"precision": 2}, error="precision not supported for datatype int32"),
    Case(
        "strings.unicode_transcode",
        (["a"], "none", "UTF-8"),
        error="Could not create converter for input encoding: none",
    ),
]
