"""Modules without a file: a tree of names, each of them looked up elsewhere when it is asked for.

`Tree` is what `import` consults (a finder and loader in one), `Namespace` the modules it gives.
Which modules there are and where their names come from is a table, see `private_paths` and
`tensorflow_paths`.
"""

import dataclasses
import difflib
import importlib
import importlib.abc
import importlib.machinery
import sys
import types


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a module's names come from.

    Attributes:
      sources: names of modules, asked in order.
      fallback: function `name -> value` for names that no source has, or None; it raises
        AttributeError for what it does not know either.
      constants: names with values of their own, which win over the sources.
      submodules: names of modules below, for `dir` and for advice.
    """

    sources: tuple = ()
    fallback: object = None
    constants: dict = dataclasses.field(default_factory=dict)
    submodules: tuple = ()


def module_or_none(name):
    """A module of headwater.

    Args:
      name: its full name, or that of a module which another one has as an attribute
        (`headwater.nn.rnn_cell`).

    Returns:
      The module, imported if it had to be, or `None` when there is none.

    Raises:
      ImportError: the module exists, and something that it imports does not.
    """
    if name in sys.modules:
        return sys.modules[name]
    parent, _, last = name.rpartition(".")
    outer = module_or_none(parent) if parent else None
    if parent and (outer is None or last == "_src"):
        return outer and importlib.import_module(name)
    value = attribute_or(outer, last, None)
    if isinstance(value, types.ModuleType) and value.__name__.startswith("headwater"):
        return value
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as e:
        if e.name is None or name == e.name or name.startswith(e.name + "."):
            return None
        raise


def attribute_or(module, name, default):
    """`getattr(module, name, default)`; a submodule that was announced but is not there counts as
    missing too."""
    try:
        return getattr(module, name, default)
    except ModuleNotFoundError as e:
        if e.name is None or not e.name.startswith(module.__name__):
            raise
        return default


class Namespace(types.ModuleType):
    """A module that finds its names at first use, and that can be written to like any other."""

    def __init__(self, name, place, tree):
        super().__init__(name, f"{name}, answered by {', '.join(place.sources) or 'headwater'}.")
        vars(self).update(place.constants, _place=place, _tree=tree)

    def __getattr__(self, name):
        if name == "__all__":
            return self._public_names()
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = self._look_up(name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name, value):
        # `import` puts a submodule into its package; a function of that name stays in front of it,
        # as in TensorFlow, whose packages import their functions last.
        inner = isinstance(value, Namespace) and value.__name__ == f"{self.__name__}.{name}"
        if inner and name != "python":
            values = (attribute_or(module, name, value) for module in self._modules())
            value = next((v for v in values if not isinstance(v, types.ModuleType)), value)
        super().__setattr__(name, value)

    def __dir__(self):
        own = [n for n in vars(self) if n not in ("_place", "_tree")]
        return sorted(
            {*own, *self._place.submodules, *(n for module in self._modules() for n in dir(module))}
        )

    def __reduce__(self):
        return importlib.import_module, (self.__name__,)

    def _modules(self):
        return [m for m in map(module_or_none, self._place.sources) if m is not None]

    def _look_up(self, name):
        for module in self._modules():
            value = attribute_or(module, name, _MISSING)
            if value is _MISSING:
                continue
            if not isinstance(value, types.ModuleType) and name != "python":
                return value
            if self._tree.covers(f"{self.__name__}.{name}"):
                break
            if not name.startswith("_"):
                return value
        if self._tree.covers(f"{self.__name__}.{name}"):
            return importlib.import_module(f"{self.__name__}.{name}")
        if self._place.fallback is not None:
            try:
                return self._place.fallback(name)
            except AttributeError:
                pass
        raise AttributeError(f"module {self.__name__!r} has no attribute {advice(self, name)}")

    def _public_names(self):
        names = []
        for module in self._modules():
            names += getattr(module, "__all__", None) or dir(module)
        return sorted(
            n
            for n in {*names, *vars(self)}
            if not n.startswith("_") and attribute_or(self, n, _MISSING) is not _MISSING
        )


_MISSING = object()


def advice(module, name):
    """The end of an error's text: the name that is missing, and the nearest ones that are there."""
    if module.__name__ == "tensorflow.contrib":
        from headwater.contrib import INSTEAD

        if name in INSTEAD:
            return f"{name!r}: headwater does not have it; use {INSTEAD[name]}."
    present = [n for n in dir(module) if not n.startswith("_") and n != name]
    near = difflib.get_close_matches(name, present, n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"{name!r}: headwater does not have it (yet).{hint}"


class Tree(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The finder and loader of all modules at and below one name."""

    def __init__(self, root, locate):
        """A tree of modules.

        Args:
          root: the full name of its topmost module.
          locate: function from a path below the root (`"nn.rnn_cell"`, `""` for the root itself)
            to a `Place`, or `None` where there is no such module.
        """
        self.root = root
        self.locate = locate

    def covers(self, fullname):
        """Whether there is a module of that name."""
        return self._place(fullname) is not None

    def _place(self, fullname):
        if fullname != self.root and not fullname.startswith(self.root + "."):
            return None
        return self.locate(fullname[len(self.root) + 1 :])

    # -- what `import` calls ---------------------------------------------------------------------

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.root and not fullname.startswith(self.root + "."):
            return None
        if self._place(fullname) is None:
            parent, _, name = fullname.rpartition(".")
            if parent in sys.modules and not name.startswith("__"):
                # No `name=` here: `from package import thing` would swallow the error and give
                # one that advises nothing.
                raise ModuleNotFoundError(
                    f"cannot import from {parent!r}: {advice(sys.modules[parent], name)}"
                )
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin="headwater", is_package=True)

    def create_module(self, spec):
        return Namespace(spec.name, self._place(spec.name), self)

    def exec_module(self, module):
        """Nothing to do: names come when they are asked for."""
