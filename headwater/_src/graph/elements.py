"""`Elements`: the part of a graph that finds its operations and tensors by name."""

from typing import Any

from headwater._src.graph.operation import Operation, Tensor


class Elements:
    """Methods that find operations and tensors; a base class of `Graph`."""

    _by_name: dict[str, Any]  # name -> `Operation`

    def get_operation_by_name(self, name):
        """The `Operation` called `name`; KeyError when there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def get_tensor_by_name(self, name):
        """The `Tensor` called `name` (`<op>:<index>`); KeyError when there is none."""
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The `Tensor` or `Operation` that `obj` means.

        Args:
          obj: a Tensor, an Operation, a name, or an object with `_as_graph_element()`.
          allow_tensor: whether a tensor may be meant.
          allow_operation: whether an operation may be meant.

        Raises:
          TypeError: `obj` means neither.
          ValueError: `obj` is of another graph, or is a malformed name.
          KeyError: the name is not in the graph.
        """
        kinds = " or ".join(
            (["Tensor"] if allow_tensor else []) + (["Operation"] if allow_operation else [])
        )
        if not kinds:
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            obj = convert()
        if isinstance(obj, (str, bytes)):
            return self._named(
                obj.decode() if isinstance(obj, bytes) else obj, allow_tensor, allow_operation
            )
        if (
            isinstance(obj, Tensor)
            and allow_tensor
            or isinstance(obj, Operation)
            and allow_operation
        ):
            if obj.graph is not self:
                raise ValueError(f"{type(obj).__name__} {obj!r} is not an element of this graph.")
            return obj
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {kinds}.")

    def _named(self, name, allow_tensor, allow_operation):
        if ":" in name and allow_tensor:
            op_name, _, index = name.rpartition(":")
            if ":" in op_name or not index.isdigit():
                raise ValueError(
                    f"The name {name!r} looks a like a Tensor name, but is not a valid one. "
                    'Tensor names must be of the form "<op_name>:<output_index>".'
                )
            op = self._by_name.get(op_name)
            if op is None:
                raise KeyError(
                    f"The name {name!r} refers to a Tensor which does not exist. The operation, "
                    f"{op_name!r}, does not exist in the graph.{self._nearest(op_name)}"
                )
            if int(index) >= len(op.outputs):
                raise KeyError(
                    f"The name {name!r} refers to a Tensor which does not exist. The operation, "
                    f"{op_name!r}, exists but only has {len(op.outputs)} outputs."
                )
            return op.outputs[int(index)]
        if ":" in name:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")
        if allow_operation:
            if name not in self._by_name:
                raise KeyError(
                    f"The name {name!r} refers to an Operation not in the graph."
                    f"{self._nearest(name)}"
                )
            return self._by_name[name]
        if name in self._by_name:
            raise ValueError(
                f"The name {name!r} refers to an Operation, not a Tensor. Tensor names must be "
                'of the form "<op_name>:<output_index>".'
            )
        raise ValueError(
            f"The name {name!r} looks like an (invalid) Operation name, not a Tensor. Tensor "
            'names must be of the form "<op_name>:<output_index>".'
        )

    def _nearest(self, name):
        import difflib

        near = (
            difflib.get_close_matches(name, self._by_name, n=3, cutoff=0.75)
            if len(self._by_name) < 5000
            else []
        )
        return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
