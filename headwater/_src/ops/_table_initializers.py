"""What fills a lookup table: two lists, or a text file; and `tf.tables_initializer`."""

import os

from headwater._src.core import dtypes as dtypes_lib
from headwater._src.graph import public, raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import deprecated
from headwater._src.ops._scope import scope


class TableInitializerBase:
    """What table initializers have in common."""

    def __init__(self, key_dtype, value_dtype):
        """Notes the types of keys and values.

        Args:
          key_dtype: type of the keys.
          value_dtype: type of the values.
        """
        self._key_dtype = dtypes_lib.as_dtype(key_dtype)
        self._value_dtype = dtypes_lib.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self):
        """The type of the values."""
        return self._value_dtype

    @property
    def _shared_name(self):
        return ""

    def initialize(self, table):
        """The operation that fills `table`."""
        raise NotImplementedError

    def _check(self, table):
        if table.key_dtype.base_dtype != self.key_dtype.base_dtype:
            raise TypeError(
                f"Invalid key dtype for table, expected {self.key_dtype} but got {table.key_dtype}."
            )
        if table.value_dtype.base_dtype != self.value_dtype.base_dtype:
            raise TypeError(
                f"Invalid value dtype for table, expected {self.value_dtype} but got "
                f"{table.value_dtype}."
            )


class KeyValueTensorInitializer(TableInitializerBase):
    """Fills a table from a list of keys and a list of values."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        """Converts the lists.

        Args:
          keys: vector of distinct keys.
          values: vector of as many values.
          key_dtype: type of the keys.
          value_dtype: type of the values.
          name: name of the operation that fills the table.
        """
        with get_default_graph().control_dependencies(None):
            self._keys = convert_to_tensor(keys, key_dtype, name="keys")
            self._values = convert_to_tensor(values, value_dtype, name="values")
        self._name = name or "key_value_init"
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table):
        """The operation that fills `table`.

        Raises:
          TypeError: the table has other types.
        """
        self._check(table)
        with scope(self._name, self._name, [table.resource_handle, self._keys, self._values]):
            init = raw.LookupTableImportV2(table.resource_handle, self._keys, self._values)
        init.graph.add_to_collection(GraphKeys.TABLE_INITIALIZERS, init)
        return init


class TextFileIndex:
    """What of a line a text-file initializer takes, where it is not a column."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class TextFileInitializer(TableInitializerBase):
    """Fills a table from the lines of a text file."""

    def __init__(
        self,
        filename,
        key_dtype,
        key_index,
        value_dtype,
        value_index,
        vocab_size=None,
        delimiter="\t",
        name=None,
        value_index_offset=0,
    ):
        """Says what of a line is the key and what the value.

        Args:
          filename: path, a string or a scalar `Tensor`.
          key_dtype: type of the keys.
          key_index: column, or `TextFileIndex.WHOLE_LINE` or `TextFileIndex.LINE_NUMBER`.
          value_dtype: type of the values.
          value_index: as `key_index`, for the value.
          vocab_size: how many lines to read; None for all.
          delimiter: what separates columns.
          name: name of the operation that fills the table.
          value_index_offset: what is added to line numbers.

        Raises:
          ValueError: an index is not possible, `vocab_size` is not positive, or the types do not
            go with it.
        """
        if not hasattr(filename, "op") and not filename:
            raise ValueError("`filename` argument required for tf.lookup.TextFileInitializer")
        key_dtype, value_dtype = dtypes_lib.as_dtype(key_dtype), dtypes_lib.as_dtype(value_dtype)
        if key_index < -2:
            raise ValueError(f"`key_index` should be >= -2, received: {key_index}.")
        if key_index == TextFileIndex.LINE_NUMBER and key_dtype != dtypes_lib.int64:
            raise ValueError(
                "`key_dtype` must be int64 if `key_index` is "
                f"{TextFileIndex.LINE_NUMBER}, received: {key_dtype}"
            )
        if key_index == TextFileIndex.WHOLE_LINE and not (
            key_dtype.is_integer or key_dtype == dtypes_lib.string
        ):
            raise ValueError(
                "`key_dtype` should be either integer or string for `key_index` "
                f"{TextFileIndex.WHOLE_LINE}, received: {key_dtype}"
            )
        if value_index < -2:
            raise ValueError(f"`value_index` should be >= -2, received: {value_index}")
        if value_index == TextFileIndex.LINE_NUMBER and value_dtype != dtypes_lib.int64:
            raise ValueError(
                "`value_dtype` must be int64 for `value_index` "
                f"{TextFileIndex.LINE_NUMBER}, received: {value_dtype}"
            )
        if value_index == TextFileIndex.WHOLE_LINE and not (
            value_dtype.is_integer or value_dtype == dtypes_lib.string
        ):
            raise ValueError(
                "`value_dtype` should be either integer or string for `value_index` "
                f"{TextFileIndex.WHOLE_LINE}, received: {value_dtype}"
            )
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"`vocab_size` should be > 0, received: {vocab_size}")
        self._filename_arg, self._name = filename, name
        self._key_index, self._value_index = key_index, value_index
        self._vocab_size, self._delimiter = vocab_size, delimiter
        self._offset = value_index_offset
        with get_default_graph().control_dependencies(None):
            self._filename = (
                filename
                if hasattr(filename, "op")
                else convert_to_tensor(os.fspath(filename), dtypes_lib.string, name="asset_path")
            )
        get_default_graph().add_to_collection(GraphKeys.ASSET_FILEPATHS, self._filename)
        super().__init__(key_dtype, value_dtype)

    @property
    def _shared_name(self):
        if hasattr(self._filename_arg, "op"):
            return ""
        parts = ["hash_table", str(self._filename_arg)]
        if self._vocab_size:
            parts.append(str(self._vocab_size))
        parts += [str(self._key_index), str(self._value_index)]
        if self._offset:
            parts.append(str(self._offset))
        return "_".join(parts)

    def initialize(self, table):
        """The operation that fills `table`.

        Raises:
          TypeError: the table has other types.
        """
        self._check(table)
        with scope(self._name, "text_file_init", [table.resource_handle]):
            filename = convert_to_tensor(self._filename, dtypes_lib.string, name="asset_filepath")
            init = raw.InitializeTableFromTextFileV2(
                table.resource_handle,
                filename,
                key_index=self._key_index,
                value_index=self._value_index,
                vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter,
                offset=self._offset,
            )
        init.graph.add_to_collection(GraphKeys.TABLE_INITIALIZERS, init)
        return init


class TextFileStringTableInitializer(TextFileInitializer):
    """Fills a table from line numbers to the strings of a text file."""

    def __init__(
        self,
        filename,
        key_column_index=-1,
        value_column_index=-2,
        vocab_size=None,
        delimiter="\t",
        name="text_file_string_table_init",
    ):
        """As `TextFileInitializer`, with int64 keys and string values.

        Args:
          filename: path of the file.
          key_column_index: column of the keys, or a `TextFileIndex`.
          value_column_index: column of the values, or a `TextFileIndex`.
          vocab_size: how many lines to read; None for all.
          delimiter: what separates columns.
          name: name of the operation that fills the table.
        """
        super().__init__(
            filename,
            dtypes_lib.int64,
            key_column_index,
            dtypes_lib.string,
            value_column_index,
            vocab_size,
            delimiter,
            name,
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """Fills a table from the strings of a text file to line numbers."""

    def __init__(
        self,
        filename,
        key_column_index=-2,
        value_column_index=-1,
        vocab_size=None,
        delimiter="\t",
        name="text_file_id_table_init",
        key_dtype=dtypes_lib.string,
    ):
        """As `TextFileInitializer`, with int64 values.

        Args:
          filename: path of the file.
          key_column_index: column of the keys, or a `TextFileIndex`.
          value_column_index: column of the values, or a `TextFileIndex`.
          vocab_size: how many lines to read; None for all.
          delimiter: what separates columns.
          name: name of the operation that fills the table.
          key_dtype: type of the keys.
        """
        super().__init__(
            filename,
            key_dtype,
            key_column_index,
            dtypes_lib.int64,
            value_column_index,
            vocab_size,
            delimiter,
            name,
        )


@public
def tables_initializer(name="init_all_tables"):
    """An operation that fills all tables of the graph.

    Args:
      name: name of the operation.

    Returns:
      An `Operation`; it does nothing when there are no tables.
    """
    found = get_default_graph().get_collection(GraphKeys.TABLE_INITIALIZERS)
    return PUBLIC["group"](*found, name=name) if found else PUBLIC["no_op"](name=name)


def initialize_all_tables(name="init_all_tables"):
    """The old name of `tf.tables_initializer`."""
    deprecated("tf.initialize_all_tables", "tf.tables_initializer")
    return tables_initializer(name)
