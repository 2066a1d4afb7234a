"""`tf.TypeSpec` and its kinds: equality, compatibility, what covers two of them, their tensors."""

import pickle

import numpy as np
import pytest

import headwater as tf

T, S, I = tf.TensorSpec, tf.SparseTensorSpec, tf.IndexedSlicesSpec


@pytest.mark.parametrize(
    "spec, text",
    [
        (T([2, None]), "TensorSpec(shape=(2, ?), dtype=tf.float32, name=None)"),
        (T(None, tf.int8, "x"), "TensorSpec(shape=<unknown>, dtype=tf.int8, name='x')"),
        (S([2]), "SparseTensorSpec(TensorShape([Dimension(2)]), tf.float32)"),
        (
            I([2, 3]),
            "IndexedSlicesSpec(TensorShape([Dimension(2), Dimension(3)]), tf.float32, tf.int64, "
            "None, TensorShape([Dimension(None)]))",
        ),
    ],
)
def test_text_and_copies(spec, text):
    assert repr(spec) == text
    copy = pickle.loads(pickle.dumps(spec))
    assert copy == spec and hash(copy) == hash(spec) and copy is not spec


@pytest.mark.parametrize(
    "a, b, equal",
    [
        (T([2, None]), T([2, None]), True),
        (T([2, None]), T([2, 3]), False),
        (T([2], name="a"), T([2], name="b"), False),
        (T(None), T(None), True),
        (S([2]), T([2]), False),
        (I(indices_shape=[3]), I(), False),
    ],
)
def test_equality(a, b, equal):
    assert (a == b) is equal and (a != b) is not equal


def _sparse():
    return tf.SparseTensor([[0, 0]], [1.0], [2, 3])


@pytest.mark.parametrize(
    "spec, other, compatible",
    [
        (T([2, None]), lambda: T([2, 3], name="n"), True),
        (T([2, None]), lambda: T([2, 3], tf.int32), False),
        (T([2, None]), lambda: S([2, 3]), False),
        (T([2, None]), lambda: tf.zeros([2, 5]), True),
        (T([2, None]), lambda: tf.zeros([3, 5]), False),
        (T([2, None]), lambda: np.zeros((2, 3), np.float32), False),
        (S([2, 3]), lambda: S([2, None]), True),
        (S([2, 3]), lambda: S([2, 3], tf.int32), False),
        (S([2, 3]), _sparse, True),
        (S([2, 4]), _sparse, False),
        (S([2, 3]), lambda: 3.0, False),
        (I(dense_shape_dtype=tf.int32), lambda: I(), False),
    ],
)
def test_compatibility(spec, other, compatible):
    with tf.Graph().as_default():
        assert spec.is_compatible_with(other()) is compatible


def test_no_spec_for_any_object():
    with pytest.raises(TypeError, match="Could not build a TypeSpec for .* of unsupported type"):
        S([2]).is_compatible_with(object())


@pytest.mark.parametrize(
    "a, b, below",
    [
        (T([2, 3]), T([2, None]), True),
        (T([2, None]), T([2, 3]), False),
        (T([2]), T([2], name="a"), True),
        (T([2], name="a"), T([2]), False),
        (S([2, 3]), S(None), True),
        (S([2, 3]), T([2, 3]), False),
    ],
)
def test_subtypes(a, b, below):
    assert a.is_subtype_of(b) is below


@pytest.mark.parametrize(
    "a, b, cover",
    [
        (T([2, None]), T([3, 4]), T([None, None])),
        (T([2]), T([3, 4]), T(None)),
        (T([2], name="a"), T([3], name="a"), T([None], name="a")),
        (T([2], name="a"), T([2], name="b"), None),
        (T([2]), T([2], tf.int32), None),
        (T([2]), S([2]), None),
        (S([2, 3]), S([4, None]), S([None, None])),
        (S([2]), 3, None),
    ],
)
def test_what_covers_both(a, b, cover):
    assert a.most_specific_common_supertype([b]) == cover
    if cover is None:
        with pytest.raises(ValueError, match="No TypeSpec is compatible with both"):
            a.most_specific_compatible_type(b)
    else:
        assert a.most_specific_compatible_type(b) == cover


@pytest.mark.parametrize(
    "spec, parts",
    [
        (S([2, 3]), [T([None, 2], tf.int64), T([None]), T([2], tf.int64)]),
        (S(), [T([None, None], tf.int64), T([None]), T([None], tf.int64)]),
        (I(dtype=tf.string), [T(None, tf.string), T([None], tf.int64)]),
        (
            I([5, 6], tf.int8, tf.int32, tf.int64, [4]),
            [T([4, 6], tf.int8), T([4], tf.int32), T([2], tf.int64)],
        ),
        (T([2]), [T([2])]),
    ],
)
def test_components(spec, parts):
    assert spec.flatten() == parts


def test_values_from_tensors_and_arrays():
    arrays = [np.zeros((1, 2), np.int64), np.ones(1, np.float32), np.array([2, 3])]
    with tf.Graph().as_default():
        sparse = _sparse()
        spec = tf.type_spec_from_value(sparse)
        assert spec == S([2, 3])
        again = spec.from_tensors(iter(spec.to_tensors(sparse)))
        assert isinstance(again, tf.SparseTensor) and again.values is sparse.values
        assert isinstance(S([2, 3])._from_components(arrays), tf.SparseTensorValue)
        slices = tf.IndexedSlices(tf.zeros([2, 3]), tf.constant([1, 2]), tf.constant([4, 3]))
        assert tf.type_spec_from_value(slices) == I([4, 3], tf.float32, tf.int32, tf.int32, [2])
        assert isinstance(I()._from_components(arrays[:2]), tf.IndexedSlicesValue)
        fed = S([2, 3]).placeholder_value()
        with tf.Session() as sess:
            value = tf.SparseTensorValue(*arrays)
            np.testing.assert_array_equal(sess.run(fed, {fed: value}).values, [1.0])


def test_tensor_specs_of_tensors_and_specs():
    with tf.Graph().as_default():
        assert T.from_tensor(tf.constant([1.0], name="c")) == T([1], name="c")
        with pytest.raises(ValueError, match="`tensor` should be a tf.Tensor"):
            T.from_tensor(1.0)
        with pytest.raises(TypeError, match="Can not cast"):
            T([3]).cast([1.0, 2.0])
    assert T.from_spec(T([2], name="x")).name == "x"
    assert T.from_spec(T([2], name="x"), name="y").name == "y"


def test_a_kind_must_say_what_it_holds():
    with pytest.raises(TypeError, match="abstract"):
        tf.TypeSpec()
