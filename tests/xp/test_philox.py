"""Philox numbers against recorded and live TensorFlow, on NumPy and under jax.jit."""

import json
import os
import pathlib

import numpy as np
import pytest

from headwater._src.xp import philox, philox_normal, philox_sampling
from headwater._src.xp.philox_stateless import stateless_state

ml_dtypes = pytest.importorskip("ml_dtypes")

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "philox.json"
CASES = json.loads(GOLDEN.read_text())["cases"]

FLOAT_FUNCTIONS = {
    "RandomUniform": philox.random_uniform,
    "RandomStandardNormal": philox_normal.random_normal,
    "TruncatedNormal": philox_normal.truncated_normal,
    "StatelessRandomUniform": philox.random_uniform,
    "StatelessRandomNormal": philox_normal.random_normal,
    "StatelessTruncatedNormal": philox_normal.truncated_normal,
}


def dtype_of(name):
    return np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(name)


def case_id(case):
    return "-".join(str(part) for part in case.values() if part is not case["runs"])


@pytest.fixture(scope="module")
def jax():
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        yield jax


def draw(np_, case, state):
    """What one run of the case's op gives from `state`."""
    if case["op"] == "RandomShuffle":
        return philox_sampling.random_shuffle_permutation(np_, state, case["n"])
    shape, dtype = tuple(case["shape"]), dtype_of(case["dtype"])
    if case["op"].endswith("Int"):
        return philox.random_uniform_int(np_, state, shape, *case["range"], dtype)
    return FLOAT_FUNCTIONS[case["op"]](np_, state, shape, dtype)


def runs(np_, case, function):
    """Results of consecutive runs, as the hexadecimal text of the golden file."""
    stateless = case["op"].startswith("Stateless")
    state = (
        stateless_state(np_, np.array(case["seed"]))
        if stateless
        else philox.initial_state(*case["seed"])
    )
    for _ in case["runs"]:
        result = np.asarray(function(state))
        if case["op"] == "RandomShuffle":
            result = result.astype(np.uint8)
        else:
            assert result.dtype == dtype_of(case["dtype"])
            assert result.shape == tuple(case["shape"])
        yield result.tobytes().hex()
        if not stateless:
            state = philox.advance(state, philox_sampling.reserved(case["op"], result.size))


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_numpy_gives_recorded_numbers(case):
    assert list(runs(np, case, lambda state: draw(np, case, state))) == case["runs"]


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["seed"] == [0, 5] or "Stateless" in c["op"]], ids=case_id
)
def test_jit_gives_recorded_numbers(jax, case):
    function = jax.jit(lambda state: draw(jax.numpy, case, state))
    assert list(runs(jax.numpy, case, function)) == case["runs"]


def test_single_precision_functions_agree_between_namespaces(jax):
    """A spread of the 2**23 possible arguments, with both ends."""
    bits = np.unique(
        np.r_[np.arange(0, 1 << 23, 101), np.arange(64), (1 << 23) - 1 - np.arange(64)]
    )
    pairs = bits.astype(np.uint64) | (bits[::-1].astype(np.uint64) << np.uint64(32))
    ours = philox_normal.box_muller_float32(np, pairs)
    theirs = jax.jit(lambda p: philox_normal.box_muller_float32(jax.numpy, p))(pairs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one.view(np.uint32), np.asarray(other).view(np.uint32))


@pytest.mark.parametrize("high", [5, (1 << 64) - 1])
def test_counter_carries_across_all_words(jax, high):
    """Blocks around an overflow of the low 64 bits equal blocks reached one `advance` at a time."""
    start = philox.advance(philox.initial_state(1, high), (1 << 64) - 3)
    singly = np.concatenate([philox.words(np, philox.advance(start, i), 4) for i in range(8)])
    np.testing.assert_array_equal(philox.words(np, start, 32), singly)
    np.testing.assert_array_equal(jax.jit(lambda s: philox.words(jax.numpy, s, 32))(start), singly)


def test_pieces_join_without_seam(jax):
    """More blocks than one NumPy piece, with a last piece that is not full."""
    state, count = philox.initial_state(3, 4), 4 * 20_001
    whole = philox.words(np, state, count)
    np.testing.assert_array_equal(
        whole, jax.jit(lambda s: philox.words(jax.numpy, s, count))(state)
    )
    np.testing.assert_array_equal(
        philox.words(np, state, 40, first=19_990), whole[4 * 19_990 : 4 * 20_000]
    )


def test_truncated_large_groups_agree(jax):
    """Enough groups that some need three blocks."""
    state = philox.initial_state(11, 12)
    ours = philox_normal.truncated_normal(np, state, (300_000,), np.float32)
    theirs = jax.jit(
        lambda s: philox_normal.truncated_normal(jax.numpy, s, (300_000,), np.float32)
    )(state)
    np.testing.assert_array_equal(ours, np.asarray(theirs))
    assert np.abs(ours).max() < 2


@pytest.mark.parametrize(
    ("function", "dtype"),
    [
        (philox.random_uniform, np.int32),
        (philox_normal.random_normal, np.int64),
        (philox_normal.truncated_normal, np.int32),
    ],
)
def test_wrong_dtype_is_refused(function, dtype):
    with pytest.raises(TypeError, match="float16, bfloat16, float32 or float64"):
        function(np, philox.initial_state(1, 2), (3,), dtype)


def test_unknown_reservation_is_refused():
    with pytest.raises(NotImplementedError, match="RandomFoo"):
        philox_sampling.reserved("RandomFoo", 3)


LIVE = [
    (op, dtype, shape)
    for op in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal")
    for dtype in ("float16", "bfloat16", "float32", "float64")
    for shape in ((), (3,), (100,), (7, 13), (0,), (1000, 77))
]


@pytest.mark.parametrize(("op", "dtype", "shape"), LIVE)
def test_live_tensorflow(op, dtype, shape):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf = pytest.importorskip("tensorflow").compat.v1
    seed, seed2 = 2**40 + 17, 99
    with tf.Graph().as_default(), tf.Session() as session:
        node = getattr(tf.raw_ops, op)(
            shape=np.array(shape, np.int32), dtype=dtype, seed=seed, seed2=seed2
        )
        expected = [session.run(node) for _ in range(3)]
    state = philox.initial_state(seed, seed2)
    for run in expected:
        ours = FLOAT_FUNCTIONS[op](np, state, shape, dtype_of(dtype))
        assert ours.tobytes() == np.asarray(run).tobytes()
        state = philox.advance(state, philox_sampling.reserved(op, ours.size))


MULTINOMIAL_LOGITS = [
    [2.408529281616211, -0.6084088087081909, -0.26649636030197144, 1.2910083532333374],
    [-2.0755112171173096, -3.4976770877838135, 1.791083812713623, 0.47036442160606384],
    [-0.3147670328617096, 0.37225618958473206, 3.486144542694092, -0.24263393878936768],
]
MULTINOMIAL_RUNS = [
    [[0, 0, 0, 0, 0], [0, 3, 2, 2, 2], [2, 2, 3, 3, 2]],
    [[2, 3, 0, 2, 0], [3, 2, 2, 2, 1], [2, 2, 2, 2, 2]],
    [[1, 3, 0, 0, 0], [2, 2, 2, 2, 2], [2, 2, 2, 2, 2]],
]


def test_multinomial_gives_recorded_numbers(jax):
    logits, state = np.array(MULTINOMIAL_LOGITS, np.float32), philox.initial_state(0, 5)
    for run in MULTINOMIAL_RUNS:
        for np_ in (np, jax.numpy):
            drawn = philox_sampling.multinomial(np_, state, np_.asarray(logits), 5, np.int64)
            assert np.asarray(drawn).tolist() == run
        state = philox.advance(state, philox_sampling.reserved("Multinomial", 5, batch=3))
