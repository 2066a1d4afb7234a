"""Python generators as datasets: three Python functions that begin, go on and end."""

import itertools
import threading

import numpy as np

from headwater._src.core import dtypes
from headwater._src.data import structure
from headwater._src.data.functions import own_names
from headwater._src.graph import raw
from headwater._src.graph.bodies import new_graph
from headwater._src.graph.default import get_default_graph
from headwater._src.ops.script import py_func


class Calls:
    """The walks over a generator function that have begun, by number."""

    def __init__(self, function, specs):
        self._function, self._specs = function, specs
        self._flat = structure.flatten(specs)
        self._walks, self._numbers = {}, itertools.count()
        self._lock = threading.Lock()

    def begin(self, *args):
        """Calls the function; gives the number of the walk."""
        walk = iter(self._function(*args))
        with self._lock:
            number = next(self._numbers)
            self._walks[number] = walk
        return np.int64(number)

    def step(self, number):
        """The next element's leaves as arrays; StopIteration at the end."""
        element = next(self._walks[int(number)])
        try:
            leaves = structure.flatten_up_to(self._specs, element)
        except (TypeError, ValueError) as error:
            raise TypeError(
                "`generator` yielded an element that did not match the expected structure. The "
                f"expected structure was {structure.types(self._specs)}, but the yielded element "
                f"was {element}."
            ) from error
        return [_array(v, spec) for v, spec in zip(leaves, self._flat, strict=True)]

    def end(self, number):
        """Forgets a walk."""
        self._walks.pop(int(number), None)
        return np.int64(0)


def _array(value, spec):
    kind = np.dtype(spec.dtype.as_numpy_dtype)
    try:
        if kind == np.object_:
            array = np.asarray(value)
            array = array if array.dtype.kind in "US" else np.asarray(value, object)
        else:
            array = np.asarray(value)
            if array.dtype != kind:
                if array.dtype.kind not in "biufc" or not _may_become(array, kind):
                    raise TypeError
                array = array.astype(kind)
    except (TypeError, ValueError):
        raise TypeError(
            "`generator` yielded an element that could not be converted to the expected type. The "
            f"expected type was {spec.dtype.name}, but the yielded element was {value}."
        ) from None
    if not spec.shape.is_compatible_with(array.shape):
        raise ValueError(
            f"`generator` yielded an element of shape {array.shape} where an element of shape "
            f"{spec.shape} was expected."
        )
    return array


def _may_become(array, kind):
    return kind.kind in "fc" or array.dtype.kind in "biu" or not array.size


def node(calls, args, specs):
    """The variant tensor of a dataset of one walk over the generator."""
    outer = get_default_graph()
    types = structure.types_and_shapes(specs)["output_types"]
    begin = _function(outer, "begin", [t.dtype for t in args], calls.begin, dtypes.int64)
    step = _function(outer, "step", [dtypes.int64], calls.step, types)
    end = _function(outer, "end", [dtypes.int64], calls.end, dtypes.int64)
    return raw.GeneratorDataset(
        args,
        [],
        [],
        init_func=begin,
        next_func=step,
        finalize_func=end,
        **structure.types_and_shapes(specs),
    )


def _function(outer, name, inputs, python, result):
    graph = own_names(new_graph(outer, f"generator_{name}"))
    with graph.as_default():
        arguments = [graph._placeholder(t, None, None) for t in inputs]
        graph.inputs.extend(arguments)
        found = py_func(python, arguments, result)
    graph.outputs = list(found) if isinstance(found, (list, tuple)) else [found]
    return graph
