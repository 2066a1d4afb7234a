"""What a step is asked for: a nested structure of tensors, operations and names, and its values in
that structure.
"""

from collections.abc import Mapping

from headwater._src.graph.operation import Operation, Tensor

_EXPANSIONS = []  # (type, fetch -> (parts, rebuild), feed -> [(tensor, value)]), the newest first


def register_session_run_conversion_functions(
    tensor_type, fetch_function, feed_function=None, feed_function_for_partial_run=None
):
    """Teaches `Session.run` a type that stands for several tensors.

    Args:
      tensor_type: the class.
      fetch_function: `fetch -> (list of tensors, function of the list of values)`.
      feed_function: `(feed key, value) -> [(tensor, value), ...]`.
      feed_function_for_partial_run: `feed key -> [tensor, ...]`.

    Raises:
      ValueError: the class is registered already.
    """
    for known, *_ in _EXPANSIONS:
        if issubclass(tensor_type, known):
            raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _EXPANSIONS.insert(
        0, (tensor_type, fetch_function, feed_function, feed_function_for_partial_run)
    )


def expansion_of(obj):
    """`(fetch, feed, feed for partial run)` functions registered for the type of `obj`, or None."""
    for kind, *functions in _EXPANSIONS:
        if isinstance(obj, kind):
            return functions
    return None


class FetchTree:
    """The structure of a fetch argument.

    Attributes:
      tensors: the distinct tensors wanted.
      targets: the distinct operations to run.
    """

    def __init__(self, graph, fetches):
        self._graph = graph
        self._index = {}
        self._targets = {}
        self._rebuild = self._visit(fetches, fetches)
        self.tensors = list(self._index)
        self.targets = list(self._targets)
        del self._graph

    def rebuild(self, values):
        """The structure with `values` (in the order of `tensors`) in place of the tensors."""
        return self._rebuild(values)

    def _visit(self, fetch, whole):
        if fetch is None:
            raise TypeError(
                f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}. Cannot be None"
            )
        if isinstance(fetch, (Tensor, Operation, str, bytes)):
            return self._leaf(fetch)
        if isinstance(fetch, (list, tuple)) and not isinstance(fetch, _value_types()):
            return self._sequence(fetch, whole)
        if isinstance(fetch, Mapping):
            keys = list(fetch)
            parts = [self._visit(fetch[k], whole) for k in keys]
            kind = type(fetch)
            return lambda values: _mapping(kind, fetch, zip(keys, [p(values) for p in parts]))
        if hasattr(type(fetch), "__attrs_attrs__"):
            names = [a.name for a in type(fetch).__attrs_attrs__]
            parts = [self._visit(getattr(fetch, n), whole) for n in names]
            kind = type(fetch)
            return lambda values: kind(**{n: p(values) for n, p in zip(names, parts)})
        found = expansion_of(fetch)
        if found is not None:
            tensors, contract = found[0](fetch)
            parts = [self._leaf(t) for t in tensors]
            return lambda values: contract([p(values) for p in parts])
        return self._leaf(fetch)

    def _sequence(self, fetch, whole):
        parts = [self._visit(f, whole) for f in fetch]
        kind = type(fetch)
        if hasattr(fetch, "_fields"):
            return lambda values: kind(*[p(values) for p in parts])
        if kind in (list, tuple):
            return lambda values: kind([p(values) for p in parts])
        return lambda values: kind(p(values) for p in parts)

    def _leaf(self, fetch):
        try:
            element = self._graph.as_graph_element(fetch, allow_tensor=True, allow_operation=True)
        except TypeError as error:
            raise TypeError(
                f"Fetch argument {fetch!r} has invalid type {type(fetch)!r}, must be a string or "
                f"Tensor. ({error})"
            ) from None
        except (ValueError, KeyError) as error:
            raise ValueError(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({_text(error)})"
            ) from None
        if not self._graph.is_fetchable(element if isinstance(element, Operation) else element.op):
            raise ValueError(f"Operation {element.name!r} has been marked as not fetchable.")
        if isinstance(element, Operation):
            self._targets[element] = None
            return lambda values: None
        position = self._index.setdefault(element, len(self._index))
        return lambda values: values[position]


def _text(error):
    return error.args[0] if error.args else str(error)


def _mapping(kind, original, items):
    if kind is dict:
        return dict(items)
    if hasattr(original, "default_factory"):
        return kind(original.default_factory, items)
    return kind(items)


def _value_types():
    return tuple(kind for kind, *_ in _EXPANSIONS)
