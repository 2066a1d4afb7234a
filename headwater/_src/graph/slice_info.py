"""`SaveSliceInfo`: that a variable is one part of a larger one, for checkpoints."""


class SaveSliceInfo:
    """Which part of a partitioned variable a variable is.

    Args:
      full_name: name of the whole, without partition suffix.
      full_shape: list of the whole's dimensions.
      var_offset: list: where the part begins along each dimension.
      var_shape: list of the part's dimensions.
      save_slice_info_def: a `SaveSliceInfoDef` proto to take all of these from.
      import_scope: prefix of the name in that proto.
    """

    def __init__(
        self,
        full_name=None,
        full_shape=None,
        var_offset=None,
        var_shape=None,
        save_slice_info_def=None,
        import_scope=None,
    ):
        if save_slice_info_def is not None:
            proto = save_slice_info_def
            full_name = f"{import_scope}/{proto.full_name}" if import_scope else proto.full_name
            full_shape, var_offset, var_shape = (
                list(v) for v in (proto.full_shape, proto.var_offset, proto.var_shape)
            )
        self.full_name, self.full_shape = full_name, full_shape
        self.var_offset, self.var_shape = var_offset, var_shape

    @property
    def spec(self):
        """The part as text: the whole's shape, then `offset,length` of each dimension."""
        parts = ":".join(f"{o:d},{s:d}" for o, s in zip(self.var_offset, self.var_shape))
        return " ".join(f"{d:d}" for d in self.full_shape) + " " + parts

    def to_proto(self, export_scope=None):
        """The information as a `SaveSliceInfoDef` proto, or None outside of `export_scope`."""
        from headwater._src.core.proto import variable_pb2

        if export_scope is not None and not self.full_name.startswith(export_scope):
            return None
        name = self.full_name[len(export_scope) + 1 :] if export_scope else self.full_name
        return variable_pb2.SaveSliceInfoDef(
            full_name=name,
            full_shape=self.full_shape,
            var_offset=self.var_offset,
            var_shape=self.var_shape,
        )
