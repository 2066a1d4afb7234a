"""Every op has TensorFlow's signature and is complete: shape function, kernel, gradient."""

import json

import pytest

from headwater._src.graph.opdef import parse_opdef
from tests.project.coverage_script import load_script

# Asking for the gradient of these is a LookupError in TensorFlow as well.
NO_GRADIENT_THERE_EITHER = frozenset(
    {
        "AdjustContrastv2",
        "AdjustHue",
        "AdjustSaturation",
        "CholeskyGrad",
        "CropAndResizeGradBoxes",
        "CropAndResizeGradImage",
        "For",
        "IRFFT3D",
        "Lu",
        "MatrixExponential",
        "MaxPoolGradGradV2",
        "MaxPoolGradWithArgmax",
        "MatrixLogarithm",
        "Mod",
        "RFFT3D",
        "RemoteCall",
        "ResizeNearestNeighborGrad",
        "ResizeBicubicGrad",
        "Snapshot",
        "SoftsignGrad",
        "SparseReduceMax",
        "SparseReduceMaxSparse",
        "SparseReduceSumSparse",
        "SparseSplit",
        "TruncateMod",
    }
)

# Gradients to be written. An op leaves the list when its gradient, or that it has none, is said.
GRADIENT_MISSING = frozenset()

# Ops of TensorFlow 1.15's contrib: TensorFlow 2.21, whose signatures these are, has them no more.
IN_CONTRIB = frozenset({"GatherTree"})

# Ops whose outputs' shapes TensorFlow leaves unknown as well.
NO_SHAPE_FUNCTION = frozenset()


coverage = load_script()
OPS = coverage.all_ops()


def test_ops_are_found():
    assert {"Const", "Add", "MatMul", "Softmax", "VariableV2"} <= OPS.keys()


def test_signatures_equal_tensorflows(facts):
    recorded = json.loads((facts / "opdefs.json").read_text(encoding="utf-8"))
    offenders = {}
    for name, op in coverage.all_ops(probes=True).items():
        if name.startswith("Headwater"):
            continue  # our own, for the gradients of lists of tensors; exported graphs rarely hold them
        if name in IN_CONTRIB:
            continue
        found = coverage.signature_differences(coverage.signature(op.opdef), recorded.get(name))
        if found:
            offenders[name] = found
    assert not offenders, "\n".join(f"{n}: {d}" for n, found in offenders.items() for d in found)


def test_every_op_has_a_kernel():
    assert not [name for name, op in OPS.items() if op.kind is None]


def test_every_op_has_a_shape_function():
    lacking = {n for n, op in OPS.items() if op.shape_fn is None and op.opdef.outputs}
    assert lacking == NO_SHAPE_FUNCTION, f"without: {sorted(lacking - NO_SHAPE_FUNCTION)}"


def test_every_op_says_whether_it_has_a_gradient():
    lacking = {n for n, op in OPS.items() if coverage.gradient_state(op) == "missing"}
    listed = NO_GRADIENT_THERE_EITHER | GRADIENT_MISSING
    assert lacking <= listed, f"without: {sorted(lacking - listed)}"
    assert listed <= lacking, f"to be taken off the lists: {sorted(listed - lacking)}"


WANTED = {
    "inputs": [
        {"name": "x", "type_attr": "T"},
        {"name": "rest", "type": "int32", "number_attr": "N"},
    ],
    "outputs": [{"name": "y", "type_attr": "T", "is_ref": True}],
    "attrs": [
        {"name": "T", "type": "type", "allowed": ["half", "float"]},
        {"name": "N", "type": "int", "minimum": 1},
        {"name": "rate", "type": "float", "default": 0.10000000149011612},
        {"name": "shape", "type": "shape", "default": [-1, 2]},
    ],
    "is_stateful": True,
}
DECLARED = dict(
    inputs="x: T, rest: N * int32",
    outputs="y: Ref(T)",
    attrs=["T: {float, half}", "N: int >= 1", "rate: float = 0.1", "shape: shape = [?, 2]"],
    stateful=True,
)


def test_equal_signatures_are_seen_to_be_equal():
    assert (
        coverage.signature_differences(coverage.signature(parse_opdef("A", **DECLARED)), WANTED)
        == []
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (dict(inputs="z: T, rest: N * int32"), "inputs"),
        (dict(inputs="x: T, rest: N * int64"), "inputs"),
        (dict(outputs="y: T"), "outputs"),
        (dict(stateful=False), "is_stateful"),
        (
            dict(attrs=[*DECLARED["attrs"][:2], "rate: float = 0.2", DECLARED["attrs"][3]]),
            "attr rate",
        ),
        (dict(attrs=["T: {float}", *DECLARED["attrs"][1:]]), "attr T"),
        (dict(attrs=[DECLARED["attrs"][0], "N: int", *DECLARED["attrs"][2:]]), "attr N, minimum"),
        (dict(attrs=DECLARED["attrs"][:3]), "attrs"),
    ],
    ids=lambda v: v if isinstance(v, str) else None,
)
def test_a_wrong_signature_is_noticed(change, named):
    ours = coverage.signature(parse_opdef("A", **{**DECLARED, **change}))
    found = coverage.signature_differences(ours, WANTED)
    assert len(found) == 1 and found[0].startswith(named)
