"""`tf.lookup.experimental`: tables that steps may change."""

from headwater._src.ops._table_classes import (
    DenseHashTable as DenseHashTable,
    MutableHashTable as MutableHashTable,
)
