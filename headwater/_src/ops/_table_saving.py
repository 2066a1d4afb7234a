"""What a `Saver` saves of a table: its keys and its values."""

from typing import NamedTuple

from headwater._src.core.dtypes import DType
from headwater._src.graph import raw
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.ops._scope import scope


class SavedTensor(NamedTuple):
    """One tensor of a checkpoint; the attributes are those of `SaveSpec`."""

    tensor: Tensor
    name: str
    dtype: DType
    device: str
    slice_spec: str = ""


class TableSaveable:
    """The saveable object of a table.

    Attributes:
      op: the table's handle.
      specs: its keys and its values as they are when a checkpoint is written.
      name: the table's name.
      device: where the table is.
    """

    def __init__(self, handle, keys, values, name):
        """Describes the table of `handle`.

        Args:
          handle: the `Tensor` that stands for the table.
          keys: a `Tensor` of all keys.
          values: a `Tensor` of all values.
          name: name of the table.
        """
        self.op, self.name, self.device = handle, name, handle.device
        self.specs = [
            SavedTensor(tensor, f"{name}-{part}", tensor.dtype.base_dtype, tensor.device)
            for tensor, part in ((keys, "keys"), (values, "values"))
        ]

    def restore(self, restored_tensors, restored_shapes):
        """The operation that puts the keys and values of a checkpoint in place of the table's.

        Args:
          restored_tensors: the keys and the values.
          restored_shapes: without effect.

        Returns:
          An `Operation`.
        """
        keys, values = restored_tensors
        with (
            scope(None, f"{self.name}_table_restore"),
            get_default_graph().colocate_with(self.op),
        ):
            return raw.LookupTableImportV2(self.op, keys, values)
