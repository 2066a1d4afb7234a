"""The table of ops by name. Everything that needs an op reaches it here; only op files put ops in.

State: `OPS` maps an op's name to its `Op`; `raw` is the same table as attributes; `DEFERRED` names the
op files that are imported when a program uses one of their functions, or a graph one of their ops.
"""

import importlib

DEFERRED = []


class _Ops(dict):
    """Op by name. A name that is not there is looked for in the deferred files before giving up."""

    def get(self, name, default=None):
        if name not in self:
            _import_deferred()
        return super().get(name, default)

    def __missing__(self, name):
        _import_deferred()
        if name not in self:
            raise KeyError(name)
        return self[name]


def _import_deferred():
    waiting, DEFERRED[:] = DEFERRED[:], []
    for module in waiting:
        importlib.import_module(module)


OPS = _Ops()


class Raw:
    """Ops by name: `raw.MatMul(a, b, transpose_a=True, name="product")`."""

    def __getattr__(self, name):
        op = OPS.get(name)
        if op is None:
            raise AttributeError(
                f"op {name!r} is not implemented in headwater; docs/coverage.md lists "
                "the ops that are"
            )
        setattr(self, name, op)
        return op

    def __dir__(self):
        return sorted(OPS)


raw = Raw()


# Public functions that graph-level code needs by name, filled by the op files (`boolean_mask`,
# `zeros`, ...).
PUBLIC = {}


def public(fn):
    """Registers a public function for graph-level code (as a decorator)."""
    PUBLIC[fn.__name__] = fn
    return fn
