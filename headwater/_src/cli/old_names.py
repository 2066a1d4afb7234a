"""Names that programs of TensorFlow 1.x's time use and that NumPy and Python have dropped since.

They are put where they were while a program runs under `headwater run`, and taken away after it.
Nothing that exists is replaced, but `numpy.reshape`, which gets an argument back.
"""

import collections
import collections.abc
import contextlib
import functools
import importlib
import importlib.abc
import importlib.machinery
import inspect
import math
import sys
import time
import types


def _numpy_names():
    import numpy as np

    return {
        **dict(bool=bool, int=int, float=float, complex=complex, object=object, str=str),
        **dict(long=int, unicode=str, float_=np.float64, complex_=np.complex128),
        **dict(unicode_=np.str_, string_=np.bytes_, Inf=np.inf, Infinity=np.inf, infty=np.inf),
        **dict(PINF=np.inf, NINF=-np.inf, PZERO=0.0, NZERO=-0.0, NaN=np.nan, NAN=np.nan),
        **dict(product=np.prod, cumproduct=np.cumprod, sometrue=np.any, alltrue=np.all),
        **dict(row_stack=np.vstack, round_=np.round, mat=np.asmatrix, rank=np.ndim),
        "in1d": lambda a, b, **options: np.isin(a, b, **options).ravel(),
        "trapz": getattr(np, "trapezoid", None),
        "asscalar": lambda a: a.item(),
        "asfarray": lambda a, dtype=np.float64: np.asarray(a, dtype),
        "msort": lambda a: np.sort(a, axis=0),
        "alen": lambda a: len(np.atleast_1d(a)),
        "fastCopyAndTranspose": lambda a: np.array(np.transpose(a)),
    }


def _standard_library_names():
    """`(module, name, value)` of what Python 3 had and gave up."""
    for name in collections.abc.__all__:
        yield collections, name, getattr(collections.abc, name)
    yield time, "clock", time.process_time
    yield inspect, "getargspec", _getargspec
    yield importlib.import_module("fractions"), "gcd", math.gcd
    base64 = importlib.import_module("base64")
    yield base64, "encodestring", base64.encodebytes
    yield base64, "decodestring", base64.decodebytes


def _getargspec(func):
    from headwater._src.compatibility import signatures

    return signatures.getargspec(func)


@contextlib.contextmanager
def offered():
    """The block in which the old names are there."""
    import numpy

    reshape = numpy.reshape

    def with_newshape(a, shape=None, order="C", newshape=None, **options):
        return reshape(a, shape if newshape is None else newshape, order, **options)

    names = [(numpy, n, v) for n, v in _numpy_names().items() if v is not None]
    with added([*names, *_standard_library_names()]), _modules({"imp": _imp, **_DISTUTILS}):
        numpy.reshape = functools.update_wrapper(with_newshape, reshape)
        try:
            yield
        finally:
            numpy.reshape = reshape


@contextlib.contextmanager
def added(names):
    """Sets attributes that are missing, for as long as the block runs.

    Args:
      names: iterable of `(object, name, value)`.
    """
    done = []
    for owner, name, value in names:
        if name not in vars(owner):
            setattr(owner, name, value)
            done.append((owner, name))
    try:
        yield
    finally:
        for owner, name in done:
            if name in vars(owner):
                delattr(owner, name)


class _Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """A finder, asked last, for modules that Python no longer has."""

    def __init__(self, makers):
        self._makers = makers

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self._makers:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package="." not in fullname)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        vars(module).update(self._makers[spec.name]())
        return module

    def exec_module(self, module):
        """Nothing: the module is complete."""


@contextlib.contextmanager
def _modules(makers):
    finder = _Missing(makers)
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)


def _imp():
    def load_source(name, path):
        loader = importlib.machinery.SourceFileLoader(name, path)
        module = sys.modules[name] = types.ModuleType(name)
        module.__file__ = path
        exec(loader.source_to_code(loader.get_data(path), path), vars(module))
        return module

    return dict(
        reload=importlib.reload,
        load_source=load_source,
        new_module=types.ModuleType,
        is_builtin=lambda name: name in sys.builtin_module_names,
    )


def _version():
    """`distutils.version`: programs compare versions of TensorFlow with it."""
    import re

    @functools.total_ordering
    class LooseVersion:
        """A version, compared number by number."""

        def __init__(self, vstring=""):
            self.vstring = vstring
            parts = re.findall(r"\d+|[a-z]+", vstring)
            self.version = [int(p) if p.isdigit() else p for p in parts]

        def _key(self):
            return [(isinstance(p, str), p) for p in self.version]

        def __eq__(self, other):
            return self._key() == _of(other)._key()

        def __lt__(self, other):
            return self._key() < _of(other)._key()

        def __hash__(self):
            return hash(tuple(self._key()))

        def __str__(self):
            return self.vstring

    def _of(value):
        return value if isinstance(value, LooseVersion) else LooseVersion(value)

    return dict(LooseVersion=LooseVersion, StrictVersion=LooseVersion, Version=LooseVersion)


_DISTUTILS = {"distutils": dict, "distutils.version": _version}
