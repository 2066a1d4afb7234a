"""Hashable stand-ins for objects, compared by identity."""


class Reference:
    """Stands for an object whose own `==` may build graph, in sets and as a key of dicts."""

    __slots__ = ("_target",)

    def __init__(self, target):
        self._target = target

    def deref(self):
        """The object itself."""
        return self._target

    def __eq__(self, other):
        if not isinstance(other, Reference):
            return NotImplemented
        return self._target is other._target

    def __hash__(self):
        return id(self._target)

    def __repr__(self):
        return f"<Reference wrapping {self._target!r}>"
