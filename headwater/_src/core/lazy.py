"""Parts of a facade that are loaded at first use, so that `import headwater` stays quick."""

import importlib


def lazy_getattr(module_name, submodules=(), names=None, instead=None):
    """A module's `__getattr__` and `__dir__`.

    Args:
      module_name: the facade module's `__name__`.
      submodules: names of submodules that are imported when asked for.
      names: dict from a public name to the module that defines it.
      instead: dict from a name that is not there to what to use in its place.

    Returns:
      `(getattr function, dir function)`.
    """
    names = names or {}

    def module_getattr(name):
        import sys

        module = sys.modules[module_name]
        if name in names:
            value = getattr(importlib.import_module(names[name]), name)
        elif name in submodules:
            value = importlib.import_module(f"{module_name}.{name}")
        elif instead is not None and name in instead:
            raise AttributeError(
                f"{module_name.replace('headwater', 'tf', 1)}.{name} is not in headwater: use "
                f"{instead[name]}."
            )
        else:
            raise AttributeError(_advice(module_name, name, dir(module)))
        setattr(module, name, value)
        return value

    def module_dir():
        import sys

        return sorted({*vars(sys.modules[module_name]), *submodules, *names})

    return module_getattr, module_dir


def delegate(module_name, other_name):
    """`__getattr__` and `__dir__` of a module that has everything another module has.

    Args:
      module_name: the module's `__name__`.
      other_name: the name of the other module.

    Returns:
      `(getattr function, dir function)`.
    """

    def module_getattr(name):
        return getattr(importlib.import_module(other_name), name)

    def module_dir():
        import sys

        return sorted({*vars(sys.modules[module_name]), *dir(importlib.import_module(other_name))})

    return module_getattr, module_dir


def _advice(module_name, name, present):
    import difflib

    near = difflib.get_close_matches(name, [p for p in present if not p.startswith("_")], n=3)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return (
        f"module {module_name!r} has no attribute {name!r}: headwater does not have it "
        f"(yet).{hint} "
        "docs/coverage.md lists what is there."
    )
