"""Values shown while a step runs: `tf.Print`, `tf.print` and strings made of tensors."""

import itertools
import os
import sys
import weakref

import numpy as np

from headwater._src.core import dtypes, logging, nest
from headwater._src.graph import define_op, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.ops._args import deprecated
from headwater._src.ops._summary import brief

# --- Print ------------------------------------------------------------------------------------

Print = define_op(
    "Print",
    inputs="input: T, data: U",
    outputs="output: T",
    attrs=[
        "T: type",
        "U: list(type) >= 0",
        "message: string = ''",
        "first_n: int = -1",
        "summarize: int = 3",
    ],
    stateful=True,
    shape=lambda input, data: input.dims,
)

_shown = weakref.WeakKeyDictionary()  # node -> how often it has printed, for `first_n`


@Print.host
def print_kernel(ctx, input, data, *, message, first_n, summarize):
    if first_n >= 0:
        count = _shown.get(ctx.node, 0)
        if count >= first_n:
            return input
        _shown[ctx.node] = count + 1
    text = message + "".join(f"[{brief(x, summarize)}]" for x in data)
    print(text, file=sys.stderr, flush=True)
    return input


@Print.gradient
def print_gradient(op, dy):
    return [dy] + [None] * (len(op.inputs) - 1)


def Print_(input_, data, message=None, first_n=None, summarize=None, name=None):
    """`input_`, as a node that writes tensors to the standard error output when it runs.

    Args:
      input_: a `Tensor`, which is passed on.
      data: list of tensors and values to write.
      message: text in front of them.
      first_n: how many times it writes; always by default.
      summarize: how many elements of each tensor it writes; 3 by default, -1 for all.
      name: name of the node.

    Returns:
      A `Tensor` equal to `input_`. It writes only if something that is run depends on it.
    """
    deprecated("tf.Print", "tf.print")
    return raw.Print(input_, data, message=message, first_n=first_n, summarize=summarize, name=name)


# --- PrintV2 ----------------------------------------------------------------------------------

PrintV2 = define_op(
    "PrintV2",
    inputs="input: string",
    attrs=["output_stream: string = 'stderr'", "end: string = '\n'"],
    stateful=True,
    shape=lambda input: [],
)

_LEVELS = {"log(info)": logging.info, "log(warning)": logging.warn, "log(error)": logging.error}


@PrintV2.host
def print_v2_kernel(ctx, input, *, output_stream, end):
    text = np.asarray(input, object)[()]
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    if output_stream in _LEVELS:
        _LEVELS[output_stream]("%s", text)
    elif output_stream.startswith("file://"):
        with open(output_stream[len("file://") :], "a", encoding="utf-8") as file:
            file.write(text + end)
    else:
        stream = sys.stdout if output_stream == "stdout" else sys.stderr
        print(text, end=end, file=stream, flush=True)
    return []


PrintV2.no_gradient()


def print_v2(*inputs, **kwargs):
    """An operation that writes tensors and other values as Python's `print` does.

    Args:
      *inputs: tensors, Python values, and lists and dictionaries of them.
      **kwargs: `output_stream` (`sys.stderr` by default, `sys.stdout`, `tf.logging.info`,
        `tf.logging.warning`, `tf.logging.error` or `"file://"` and a path), `summarize` (how many
        elements at each end of a dimension; 3 by default, -1 for all), `sep` (a space), `end` (a
        line break) and `name`.

    Returns:
      An `Operation`. It writes when it runs: fetch it, or let something that is run depend on it.

    Raises:
      ValueError: an unknown keyword, stream or level.
    """
    stream = _stream(kwargs.pop("output_stream", sys.stderr))
    name, summarize = kwargs.pop("name", None), kwargs.pop("summarize", 3)
    separator, end = kwargs.pop("sep", " "), kwargs.pop("end", os.linesep)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    text = _text(inputs, separator, 3 if summarize is None else summarize, name)
    return raw.PrintV2(text, output_stream=stream, end=end, name=name)


def _text(inputs, separator, summarize, name):
    if len(inputs) == 1 and isinstance(inputs[0], Tensor):
        only = inputs[0]
        if only.dtype.base_dtype is dtypes.string and only.dims == ():
            return only
    tensors = []
    texts = [_template(x, tensors) for x in inputs]
    placeholder, digits = "{}", itertools.count()
    while any(placeholder in part for text in texts for part in text if isinstance(part, str)):
        placeholder = f"{{}}{next(digits)}"  # something that the text does not contain
    joined = separator.join(
        "".join(placeholder if isinstance(part, _Slot) else part for part in text) for text in texts
    )
    return raw.StringFormat(
        tensors,
        template=joined,
        placeholder=placeholder,
        summarize=summarize,
        name=f"{name}_format" if name else None,
    )


class _Slot:
    """The place of a tensor in a structure that is printed."""

    def __init__(self, number):
        self.mark = f"\0{number}\0"

    def __repr__(self):
        return self.mark


class _SparseSlot:
    """The place of a sparse tensor, in quotes as TensorFlow has it."""

    def __init__(self, *slots):
        self.slots = slots

    def __repr__(self):
        return "'SparseTensor(indices={}, values={}, shape={})'".format(*self.slots)


def _template(x, tensors):
    """The text of `x` as a list of strings and slots; its tensors are added to `tensors`."""
    if isinstance(x, str):
        return [x]

    def slot(leaf):
        if isinstance(leaf, SparseTensor):
            parts = (leaf.indices, leaf.values, leaf.dense_shape)
            return _SparseSlot(*(slot(part) for part in parts))
        if not isinstance(leaf, Tensor) and hasattr(leaf, "_as_graph_element"):
            leaf = convert_to_tensor(leaf)
        if not isinstance(leaf, Tensor):
            return leaf
        tensors.append(leaf)
        return _Slot(len(tensors))

    structure = nest.map_structure(slot, x)
    import pprint

    pieces = (structure if isinstance(structure, str) else pprint.pformat(structure)).split("\0")
    return [_Slot(p) if i % 2 else p for i, p in enumerate(pieces)]


def _stream(stream):
    if isinstance(stream, str):
        if stream.startswith("file://"):
            return stream
    elif stream is sys.stdout or stream is sys.__stdout__:
        return "stdout"
    elif stream is sys.stderr or stream is sys.__stderr__:
        return "stderr"
    elif getattr(stream, "__name__", "") in ("info", "warning", "warn", "error"):
        return f"log({'warning' if stream.__name__ == 'warn' else stream.__name__})"
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are "
        "sys.stdout, sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error. File needs "
        "to be in the form of 'file://<filepath>'."
    )
