"""How a session fetches and feeds `IndexedSlices` and `SparseTensor`: by the tensors they hold."""

from headwater._src.graph.composite import IndexedSlices, SparseTensor
from headwater._src.runtime.fetches import register_session_run_conversion_functions


def _fetch(composite):
    parts, build = composite._parts()
    return parts, lambda values: build(*values)


def _feed(composite, value):
    return list(zip(composite._parts()[0], value, strict=False))


def _partial_feed(composite):
    return composite._parts()[0]


for _kind in (IndexedSlices, SparseTensor):
    register_session_run_conversion_functions(_kind, _fetch, _feed, _partial_feed)
