"""`tf.strings`: string tensors."""

from headwater._src.ops.string_encoding import unicode_transcode as unicode_transcode
from headwater._src.ops.string_hashing import (
    string_to_hash_bucket as to_hash_bucket,
    string_to_hash_bucket_fast as to_hash_bucket_fast,
    string_to_hash_bucket_strong as to_hash_bucket_strong,
)
from headwater._src.ops.string_numbers import (
    as_string as as_string,
    string_format as format,
    string_to_number as to_number,
)
from headwater._src.ops.string_splitting import (
    reduce_join as reduce_join,
    strings_split as split,
    unsorted_segment_join as unsorted_segment_join,
)
from headwater._src.ops.strings import (
    regex_full_match as regex_full_match,
    regex_replace as regex_replace,
    string_join as join,
    string_length as length,
    string_lower as lower,
    string_strip as strip,
    string_upper as upper,
    substr as substr,
)

__all__ = [
    "as_string",
    "format",
    "join",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_transcode",
    "unsorted_segment_join",
    "upper",
]
