"""Tables of a vocabulary, from a file or a list, in one call."""

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._table_classes import FastHashSpec, HashTable, IdTableWithHashBuckets
from headwater._src.ops._table_initializers import (
    KeyValueTensorInitializer,
    TextFileIndex,
    TextFileInitializer,
)

# --- tables of one kind or the other, in one call ---------------------------------------------


def index_table_from_file(
    vocabulary_file=None,
    num_oov_buckets=0,
    vocab_size=None,
    default_value=-1,
    hasher_spec=FastHashSpec,
    key_dtype=dtypes_lib.string,
    name=None,
    key_column_index=TextFileIndex.WHOLE_LINE,
    value_column_index=TextFileIndex.LINE_NUMBER,
    delimiter="\t",
):
    """A table from the lines of a file to their numbers.

    Args:
      vocabulary_file: path of the file.
      num_oov_buckets: how many further numbers there are for strings that are not in the file.
      vocab_size: how many lines to read; None for all.
      default_value: number of strings that are not in the file, without buckets.
      hasher_spec: how to hash them.
      key_dtype: type of the keys: string, or an integer type.
      name: name of the scope of the new nodes.
      key_column_index: column of the keys, or a `TextFileIndex`.
      value_column_index: column of the numbers, or a `TextFileIndex`.
      delimiter: what separates columns.

    Returns:
      A table with `lookup`.

    Raises:
      ValueError: there is no file name, or a number is out of range.
      TypeError: keys of another type.
    """
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("`vocabulary_file` must be specified and must not be empty.")
    _check_vocabulary(num_oov_buckets, vocab_size, key_dtype)
    with scope(name, "string_to_index"):
        file_dtype = dtypes_lib.as_dtype(key_dtype)
        file_dtype = dtypes_lib.int64 if file_dtype.is_integer else file_dtype
        with scope(None, "hash_table"):
            init = TextFileInitializer(
                vocabulary_file,
                file_dtype,
                key_column_index,
                dtypes_lib.int64,
                value_column_index,
                vocab_size=vocab_size,
                delimiter=delimiter,
                name="table_init",
            )
            return _with_buckets(init, default_value, num_oov_buckets, hasher_spec, key_dtype)


def _check_vocabulary(num_oov_buckets, vocab_size, dtype):
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"`vocab_file_size` must be greater than 0, got {vocab_size}.")
    dtype = dtypes_lib.as_dtype(dtype)
    if not (dtype.is_integer or dtype == dtypes_lib.string):
        raise TypeError(f"Dtype for `keys` should be integer or string, got {dtype}")


def _with_buckets(init, default_value, num_oov_buckets, hasher_spec, key_dtype):
    table = HashTable(init, default_value)
    if num_oov_buckets:
        table = IdTableWithHashBuckets(
            table, num_oov_buckets=num_oov_buckets, hasher_spec=hasher_spec, key_dtype=key_dtype
        )
    return table


def index_table_from_tensor(
    vocabulary_list=None,
    num_oov_buckets=0,
    default_value=-1,
    hasher_spec=FastHashSpec,
    dtype=dtypes_lib.string,
    name=None,
    mapping=None,
):
    """A table from the elements of a vector to their positions.

    Args:
      vocabulary_list: vector of distinct strings or integers.
      num_oov_buckets: how many further numbers there are for other keys.
      default_value: number of other keys, without buckets.
      hasher_spec: how to hash them.
      dtype: type of the keys.
      name: name of the scope of the new nodes.
      mapping: the old name of `vocabulary_list`.

    Returns:
      A table with `lookup`.

    Raises:
      ValueError: the vector is missing or of another type.
      TypeError: keys of another type.
    """
    vocabulary_list = mapping if vocabulary_list is None else vocabulary_list
    if vocabulary_list is None:
        raise ValueError("`vocabulary_list` must be specified.")
    _check_vocabulary(num_oov_buckets, None, dtype)
    dtype = dtypes_lib.as_dtype(dtype)
    with scope(name, "string_to_index"):
        keys = convert_to_tensor(vocabulary_list)
        if keys.dtype.is_integer != dtype.is_integer:
            raise ValueError(
                "Invalid `dtype`: Expected "
                f"{'integer' if dtype.is_integer else 'non-integer'}, got {keys.dtype}"
            )
        if not dtype.is_integer and keys.dtype.base_dtype != dtype:
            raise ValueError(f"Invalid `dtype`: Expected {dtype}, got {keys.dtype}")
        values = PUBLIC["cast"](PUBLIC["range"](PUBLIC["size"](keys)), dtypes_lib.int64)
        with scope(None, "hash_table"):
            table_keys = PUBLIC["cast"](keys, dtypes_lib.int64) if keys.dtype.is_integer else keys
            init = KeyValueTensorInitializer(
                table_keys, values, table_keys.dtype.base_dtype, dtypes_lib.int64, name="table_init"
            )
            return _with_buckets(init, default_value, num_oov_buckets, hasher_spec, dtype)


def index_to_string_table_from_file(
    vocabulary_file,
    vocab_size=None,
    default_value="UNK",
    name=None,
    key_column_index=TextFileIndex.LINE_NUMBER,
    value_column_index=TextFileIndex.WHOLE_LINE,
    delimiter="\t",
):
    """A table from numbers to the lines of a file.

    Args:
      vocabulary_file: path of the file.
      vocab_size: how many lines to read; None for all.
      default_value: string for other numbers.
      name: name of the scope of the new nodes.
      key_column_index: column of the numbers, or a `TextFileIndex`.
      value_column_index: column of the strings, or a `TextFileIndex`.
      delimiter: what separates columns.

    Returns:
      A table with `lookup`.

    Raises:
      ValueError: there is no file name, or `vocab_size` is not positive.
    """
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("`vocabulary_file` must be specified and must not be empty.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"`vocab_size` must be greater than 0, got {vocab_size}.")
    with scope(name, "index_to_string"):
        init = TextFileInitializer(
            vocabulary_file,
            dtypes_lib.int64,
            key_column_index,
            dtypes_lib.string,
            value_column_index,
            vocab_size=vocab_size,
            delimiter=delimiter,
            name="table_init",
        )
        return HashTable(init, default_value)


def index_to_string_table_from_tensor(
    vocabulary_list=None, default_value="UNK", name=None, mapping=None
):
    """A table from positions to the strings of a vector.

    Args:
      vocabulary_list: vector of strings.
      default_value: string for other numbers.
      name: name of the scope of the new nodes.
      mapping: the old name of `vocabulary_list`.

    Returns:
      A table with `lookup`.

    Raises:
      ValueError: the vector is missing.
    """
    vocabulary_list = mapping if vocabulary_list is None else vocabulary_list
    if vocabulary_list is None:
        raise ValueError("`vocabulary_list` argument must be specified.")
    with scope(name, "index_to_string"):
        strings = convert_to_tensor(vocabulary_list, dtypes_lib.string)
        keys = PUBLIC["cast"](PUBLIC["range"](PUBLIC["size"](strings)), dtypes_lib.int64)
        init = KeyValueTensorInitializer(
            keys, strings, dtypes_lib.int64, dtypes_lib.string, name="table_init"
        )
        return HashTable(init, default_value)
