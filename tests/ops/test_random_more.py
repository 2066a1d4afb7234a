"""Class numbers and stateless random tensors: TensorFlow's own values, in both tiers."""

import numpy as np
import pytest

import headwater as tf

LOGITS = [[0.0, 1.0, 2.0], [3.0, 0.5, -1.0]]

# What two runs in a row gave in TensorFlow 2.21 with the graph seed 5 and the op seed 3.
FIRST_DRAWS = [[[1, 2, 2, 2], [1, 1, 0, 0]], [[2, 1, 1, 2], [0, 0, 1, 0]]]
NINE_DRAWS = [
    [[1, 2, 2, 2, 2, 2, 2, 2, 2], [0, 0, 1, 0, 0, 1, 0, 0, 0]],
    [[2, 2, 2, 2, 2, 0, 1, 1, 2], [0, 0, 1, 0, 0, 0, 0, 0, 1]],
]
DRAWS = {
    "multinomial": (lambda m: m.multinomial(LOGITS, 4, seed=3), FIRST_DRAWS),
    "int32": (
        lambda m: m.multinomial(m.constant(LOGITS, m.float64), 4, seed=3, output_dtype=m.int32),
        FIRST_DRAWS,
    ),
    "categorical": (lambda m: m.random.categorical(LOGITS, 4, m.int32, seed=3), FIRST_DRAWS),
    "half": (lambda m: m.multinomial(m.constant(LOGITS, m.float16), 9, seed=3), NINE_DRAWS),
}


def _seed(module):
    """A seed to be fed: with a constant the nodes would be folded and never be compiled."""
    return module.placeholder(module.int32, [2], name="seed")


# With the seed [1, 2] in TensorFlow 2.21.
STATELESS = {
    "uniform": (
        lambda m: m.random.stateless_uniform([3], _seed(m)),
        [0.8440604, 0.19204533, 0.9962232],
    ),
    "philox": (
        lambda m: m.random.stateless_uniform([3], _seed(m), alg="philox"),
        [0.8440604, 0.19204533, 0.9962232],
    ),
    "int32": (lambda m: m.random.stateless_uniform([3], _seed(m), 0, 10, m.int32), [0, 9, 4]),
    "int64": (
        lambda m: m.random.stateless_uniform([5], _seed(m), -3, 9, m.int64),
        [-3, 3, 8, 0, 0],
    ),
    "all int32": (
        lambda m: m.random.stateless_uniform([3], _seed(m), None, None, m.int32),
        [1105988140, 1738052849, -335576002],
    ),
    "all uint64": (
        lambda m: m.random.stateless_uniform([3], _seed(m), None, None, m.uint64),
        [7464880146280614444, 1591045637757961278, 17389275318164050067],
    ),
    "normal": (
        lambda m: m.random.stateless_normal([3], _seed(m), 1.0, 2.0),
        [2.0882201, 1.4147606, 1.1471286],
    ),
    "truncated": (
        lambda m: m.random.stateless_truncated_normal([3], _seed(m), 1.0, 2.0, m.float64),
        [0.71537638, 2.48121449, -0.10477551],
    ),
    "raw uniform": (
        lambda m: m.raw_ops.StatelessRandomUniform(shape=[3], seed=_seed(m)),
        [0.8440604, 0.19204533, 0.9962232],
    ),
    "raw int": (
        lambda m: m.raw_ops.StatelessRandomUniformInt(
            shape=[3], seed=_seed(m), minval=0, maxval=10
        ),
        [0, 9, 4],
    ),
    "raw multinomial": (
        lambda m: m.raw_ops.StatelessMultinomial(logits=LOGITS, num_samples=9, seed=_seed(m)),
        [[2, 2, 1, 2, 2, 2, 2, 1, 2], [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ),
    "key": (
        lambda m: m.raw_ops.StatelessRandomGetKeyCounter(seed=_seed(m)).key,
        [10413732777507651514],
    ),
    "counter": (
        lambda m: m.raw_ops.StatelessRandomGetKeyCounter(seed=_seed(m)).counter,
        [0, 17830669156045600267],
    ),
}


@pytest.fixture(params=["interpret", "compile"])
def tier(request, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", request.param)
    return request.param


def _runs(module, build, count):
    with module.Graph().as_default() as graph:
        module.set_random_seed(5)
        tensor = build(module)
        with module.Session(graph=graph) as sess:
            names = [op.name for op in graph.get_operations()]
            feeds = {"seed:0": [1, 2]} if "seed" in names else {}
            return tensor, [sess.run(tensor, feeds) for _ in range(count)]


def _same(found, expected):
    expected = np.asarray(expected, found.dtype)
    if found.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-7)
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", DRAWS)
def test_draws_are_those_recorded(name, tier):
    build, expected = DRAWS[name]
    tensor, found = _runs(tf, build, 2)
    assert tensor.shape.as_list() == list(found[0].shape)
    for one, wanted in zip(found, expected, strict=True):
        assert one.dtype == tensor.dtype.as_numpy_dtype
        _same(one, wanted)


@pytest.mark.parametrize("name", STATELESS)
def test_stateless_values_are_those_recorded(name, tier):
    build, expected = STATELESS[name]
    tensor, found = _runs(tf, build, 2)
    assert tensor.shape.as_list() == list(found[0].shape)
    for one in found:
        assert one.dtype == tensor.dtype.as_numpy_dtype
        _same(one, expected)


@pytest.mark.parametrize("name", [*DRAWS, *(f"stateless {name}" for name in STATELESS)])
def test_values_and_graphs_are_those_of_tensorflow(name, tier):
    v1 = pytest.importorskip("tensorflow.compat.v1", exc_type=ImportError)
    stateless = name.startswith("stateless ")
    build, _ = STATELESS[name.removeprefix("stateless ")] if stateless else DRAWS[name]
    tensor, found = _runs(tf, build, 3)
    with v1.Graph().as_default():
        theirs, expected = _runs(v1, build, 3)
    for one, wanted in zip(found, expected, strict=True):
        assert one.dtype == wanted.dtype and one.shape == wanted.shape
        _same(one, wanted)
    if name != "stateless philox":  # there TensorFlow mixes the seed by nodes of its own
        nodes = [
            [(n.name, n.op, list(n.input)) for n in t.graph.as_graph_def().node]
            for t in (tensor, theirs)
        ]
        assert nodes[0] == nodes[1]


BAD = {
    "num_samples should be non-negative": lambda f: tf.multinomial(LOGITS, f(-1)),
    "num_samples should be a scalar": lambda f: tf.multinomial(LOGITS, f([1])),
    "num_classes should be positive": lambda f: tf.multinomial(np.zeros((2, 0), "f"), f(1)),
    "logits should be a matrix": lambda f: tf.multinomial(f([1.0, 2.0]), 1),
    "seed must have shape": lambda f: tf.random.stateless_uniform([3], f([1, 2, 3])),
    "Need minval < maxval, got 3 >= 3": lambda f: tf.random.stateless_uniform(
        [3], [1, 2], f(3), 3, tf.int32
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_data(message, tier):
    with tf.Graph().as_default(), tf.Session() as sess:
        tensor = BAD[message](lambda value: tf.placeholder_with_default(value, None))
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            sess.run(tensor)


def test_bad_arguments():
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match="rank 2 but is rank 1"):
            tf.multinomial([1.0, 2.0], 3)
        with pytest.raises(ValueError, match="Accepted dtypes"):
            tf.multinomial(LOGITS, 3, output_dtype=tf.float32)
        with pytest.raises(ValueError, match="must be 2 but is 3"):
            tf.random.stateless_normal([2], [1, 2, 3])
        with pytest.raises(ValueError, match="both None or not None"):
            tf.random.stateless_uniform([2], [1, 2], dtype=tf.int32)
        with pytest.raises(tf.errors.UnimplementedError, match="ThreeFry"):
            tf.random.stateless_uniform([2], [1, 2], alg="threefry")
