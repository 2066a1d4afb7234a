"""Switch, Merge and the nodes of loop frames: TensorFlow 1.x's own form of branches and loops.

A value that a branch not taken would have made is *dead*, and so is whatever is computed from it. A
`Switch` hands its data to one of two outputs and lets the other one be dead; a `Merge` gives the
input that is not. `Enter`, `NextIteration` and `Exit` carry values into a loop, round it and out of
it. `compiler/frames.py` says how such nodes are run.
"""

import collections
import functools

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import IndexedSlices, SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import Out, relax

# --- ops --------------------------------------------------------------------------------------


def _flow_op(name, inputs, outputs, attrs=("T: type",)):
    """The op `name`, and the one for references where it has one."""
    ops = [define_op(name, inputs=inputs, outputs=outputs, attrs=list(attrs))]
    if "T" in inputs:
        of_references = [
            ", ".join(part.replace(": T", ": Ref(T)").replace("* T", "* Ref(T)") for part in parts)
            for parts in (inputs.split(", "), outputs.split(", "))
        ]
        ops.append(
            define_op(
                "Ref" + name, inputs=of_references[0], outputs=of_references[1], attrs=list(attrs)
            )
        )
    for op in ops:
        op.flow()
    return ops


_FRAME = [
    "T: type",
    "frame_name: string",
    "is_constant: bool = false",
    "parallel_iterations: int = 10",
]

for _op in _flow_op("Switch", "data: T, pred: bool", "output_false: T, output_true: T"):

    @_op.shape
    def _switch_shape(data, pred):
        return [Out(data.dims, data.handle)] * 2

    @_op.gradient
    def _switch_gradient(op, dy_false, dy_true):
        if dy_false is None and dy_true is None:
            return [None, None]
        data, pred = op.inputs
        zero = raw.ZerosLike(data) if dy_false is None or dy_true is None else None
        parts = [
            switch(zero if dy is None else dy, pred)[side]
            for side, dy in enumerate((dy_false, dy_true))
        ]
        return [merge(parts, name="cond_grad")[0], None]


for _op in _flow_op(
    "Merge", "inputs: N * T", "output: T, value_index: int32", ["T: type", "N: int >= 1"]
):

    @_op.shape
    def _merge_shape(inputs):
        return [functools.reduce(relax, [x.dims for x in inputs]), ()]

    @_op.gradient
    def _merge_gradient(op, dy, _):
        if dy is None:
            return [None] * len(op.inputs)
        if any(t.op.type.endswith("NextIteration") for t in op.inputs):
            raise NotImplementedError(
                f"the gradient of the loop that '{op.name}' is part of: a loop of Enter, Switch "
                "and NextIteration nodes runs but has no gradient here; build it with "
                "tf.while_loop"
            )
        chosen = op.outputs[1]
        return [switch(dy, raw.Equal(chosen, i))[1] for i in range(len(op.inputs))]


for _name, _attrs in (("Enter", _FRAME), ("Exit", ["T: type"]), ("NextIteration", ["T: type"])):
    for _op in _flow_op(_name, "data: T", "output: T", _attrs):
        if _name == "Enter":
            # What is not constant may have another shape in the next iteration.
            _op.shape(
                lambda data, *, is_constant: Out(data.dims if is_constant else None, data.handle)
            )
        else:
            _op.shape(lambda data: Out(data.dims, data.handle))

        @_op.gradient
        def _frame_gradient(op, dy):
            raise NotImplementedError(
                f"the gradient of the loop that '{op.name}' is part of: a loop of Enter, Switch "
                "and NextIteration nodes runs but has no gradient here; build it with "
                "tf.while_loop"
            )


LoopCond = define_op(
    "LoopCond", inputs="input: bool", outputs="output: bool", shape=lambda input: ()
)
LoopCond.no_gradient()


@LoopCond.kernel
def _loop_cond_kernel(xp, input):
    return input


ControlTrigger = define_op("ControlTrigger")
ControlTrigger.flow()


# --- functions --------------------------------------------------------------------------------


def _each(parts, function):
    """Pairs of composite values from a function of single tensors."""
    return tuple(zip(*[(None, None) if t is None else function(t) for t in parts]))


@public
def switch(data, pred, dtype=None, name=None):
    """Hands `data` to one of two outputs; what follows from the other one does not run.

    Args:
      data: a `Tensor`, `IndexedSlices` or `SparseTensor`.
      pred: scalar bool `Tensor`.
      dtype: type that `data` is converted to when it is no tensor yet.
      name: prefix of the nodes' names.

    Returns:
      `(output_false, output_true)`: where `pred` is true the second one has a value.

    >>> off, on = control_flow_ops.switch(tf.constant(5), tf.constant(True))
    >>> sess.run(on)
    np.int32(5)
    """
    with scope(name, "Switch", [data, pred]) as full:
        data = _as_value(data, dtype)
        pred = convert_to_tensor(pred, dtypes.bool, name="pred")
        if isinstance(data, IndexedSlices):
            parts = [data.values, data.indices, data.dense_shape]
            off, on = _each(parts, lambda t: raw.Switch(t, pred))
            return IndexedSlices(*off), IndexedSlices(*on)
        if isinstance(data, SparseTensor):
            parts = [data.indices, data.values, data.dense_shape]
            off, on = _each(parts, lambda t: raw.Switch(t, pred))
            return SparseTensor(*off), SparseTensor(*on)
        return tuple(raw.Switch(data, pred, name=full))


def _as_value(value, dtype=None):
    """A tensor (a reference stays one) or a composite value."""
    if isinstance(value, (IndexedSlices, SparseTensor)):
        return value
    return convert_to_tensor(value, dtype, name="data", as_ref=True)


@public
def ref_switch(data, pred, name=None):
    """Hands a reference to a variable to one of two outputs; see `switch`.

    Args:
      data: a reference variable or reference `Tensor`.
      pred: scalar bool `Tensor`.
      name: name of the node.

    Returns:
      `(output_false, output_true)`, references.
    """
    data = convert_to_tensor(data, name="data", as_ref=True)
    return tuple(raw.RefSwitch(data, convert_to_tensor(pred, dtypes.bool), name=name))


Merge = collections.namedtuple("Merge", ["output", "value_index"])


@public
def merge(inputs, name=None):
    """The one of several values that is there.

    Args:
      inputs: list of `Tensor`s of one type, or of `IndexedSlices` or `SparseTensor`s; all but one
        come from branches that do not run.
      name: prefix of the nodes' names.

    Returns:
      `(output, value_index)`: the value, and its position in `inputs`.

    Raises:
      ValueError: an input is None, or there are none.

    >>> off, on = control_flow_ops.switch(tf.constant(5), tf.constant(False))
    >>> sess.run(control_flow_ops.merge([off * 2, on * 3]))
    Merge(output=np.int32(10), value_index=np.int32(0))
    """
    if any(value is None for value in inputs):
        raise ValueError(f"At least one of the merge inputs is None: {inputs}")
    with scope(name, "Merge", inputs) as full:
        values = [_as_value(value) for value in inputs]
        if all(isinstance(v, SparseTensor) for v in values):
            parts = [[v.indices, v.values, v.dense_shape] for v in values]
            merged = [raw.Merge(list(column)) for column in zip(*parts)]
            return Merge(SparseTensor(*(m[0] for m in merged)), merged[0][1])
        if any(isinstance(v, IndexedSlices) for v in values):
            return _merged_slices(values)
        references = all(v.dtype._is_ref_dtype for v in values)
        made = (raw.RefMerge if references else raw.Merge)(values, name=full)
        return Merge(*made)


def _merged_slices(values):
    """Merged `IndexedSlices`; a tensor among them becomes slices with all its rows."""
    slices = [v if isinstance(v, IndexedSlices) else _all_rows(v) for v in values]
    output, chosen = raw.Merge([s.values for s in slices])
    where, _ = raw.Merge(_of_one_type([s.indices for s in slices]))
    shapes = [s.dense_shape for s in slices]
    shape = None if any(s is None for s in shapes) else raw.Merge(_of_one_type(shapes))[0]
    return Merge(IndexedSlices(output, where, shape), chosen)


def _of_one_type(tensors):
    """Integer tensors, all int64 when their types differ."""
    if len({t.dtype.base_dtype for t in tensors}) == 1:
        return tensors
    return [raw.Cast(t, DstT=dtypes.int64) for t in tensors]


def _all_rows(value):
    shape = raw.Shape(value, out_type=dtypes.int64)
    rows = raw.Range(
        convert_to_tensor(0, dtypes.int64),
        raw.StridedSlice(shape, [0], [1], [1], shrink_axis_mask=1),
        convert_to_tensor(1, dtypes.int64),
    )
    return IndexedSlices(value, rows, shape)
