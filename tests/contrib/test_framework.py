"""`tf.contrib.framework`: argument scopes, variables, checkpoints, small tools."""

import numpy as np
import pytest

import headwater as tf

framework = tf.contrib.framework


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


@framework.add_arg_scope
def area(width, height=1, depth=None):
    return width, height, depth


@framework.add_arg_scope
def other(height=0):
    return height


def test_arg_scope_gives_defaults_that_calls_override():
    with tf.contrib.framework.arg_scope([area, other], height=5):
        assert area(2) == (2, 5, None) and area(2, height=3) == (2, 3, None) and other() == 5
        with framework.arg_scope([area], depth=7):
            assert area(2) == (2, 5, 7)
            assert framework.current_arg_scope()[framework.arg_scope_func_key(area)] == {
                "height": 5,
                "depth": 7,
            }
        assert area(2) == (2, 5, None)
    assert area(2) == (2, 1, None) and framework.current_arg_scope() == {}


def test_arg_scope_can_be_entered_again():
    with framework.arg_scope([area], height=5) as scope:
        pass
    with tf.contrib.framework.python.ops.arg_scope(scope):
        assert area(1) == (1, 5, None)


def test_arg_scope_is_closed_by_an_error():
    with pytest.raises(ZeroDivisionError), framework.arg_scope([area], height=5):
        raise ZeroDivisionError
    assert area(1) == (1, 1, None)


@pytest.mark.parametrize(
    ("error", "match", "arguments", "kwargs"),
    [
        (ValueError, "not decorated with @add_arg_scope", [len], {}),
        (TypeError, "must either be a list/tuple", area, {"height": 1}),
        (ValueError, "kwargs must be empty", {}, {"height": 1}),
    ],
)
def test_wrong_arg_scopes(error, match, arguments, kwargs):
    with pytest.raises(error, match=match), framework.arg_scope(arguments, **kwargs):
        pass


def test_what_a_function_takes_from_scopes():
    assert framework.has_arg_scope(area) and not framework.has_arg_scope(len)
    assert framework.arg_scoped_arguments(area) == ["height", "depth"]
    assert area.__name__ == "area"


def test_variables_and_finding_them():
    with tf.variable_scope("A"):
        a = framework.model_variable("a", [5])
        framework.variable("b", [2], trainable=False, collections=["mine"])
    with tf.variable_scope("B"):
        c = framework.variable("a", [1], device="/cpu:0")
    local = framework.local_variable(0.0, name="l")
    kept = framework.global_variable(0.0, name="g")
    names = lambda variables: [v.op.name for v in variables]
    assert names(framework.get_variables()) == ["A/a", "B/a", "g"]
    assert names(framework.get_variables("A")) == ["A/a"]
    assert framework.get_model_variables() == [a] and framework.get_local_variables() == [local]
    assert names(tf.get_collection("mine")) == ["A/b"]
    assert names(framework.get_trainable_variables()) == ["A/a", "B/a"]
    assert names(framework.get_variables_by_suffix("a")) == ["A/a", "B/a"]
    assert names(framework.get_variables_by_name("a", "B")) == ["B/a"]
    assert framework.get_unique_variable("B/a") is c
    with pytest.raises(ValueError, match="Couldn't find variable"):
        framework.get_unique_variable("C")
    assert names(framework.get_variables_to_restore(exclude=["A"])) == ["B/a", "g"]
    assert names(framework.get_variables_to_restore(["A", "g"])) == ["A/a", "g"]
    assert framework.filter_variables([a, c, kept], ["a"], ["^B"]) == [a]
    framework.add_model_variable(kept)
    framework.add_model_variable(kept)
    assert framework.get_model_variables() == [a, kept]


def test_variable_takes_defaults_from_scopes():
    with framework.arg_scope([framework.variable], device="/cpu:0", trainable=False):
        v = framework.model_variable("v", [1])  # passes trainable on
        w = framework.variable("w", [1])
    assert w.device.lower() == "/device:cpu:0" and tf.trainable_variables() == [v]


def test_devices_in_turn():
    choose = framework.VariableDeviceChooser(2)
    assert [choose(None) for _ in range(3)] == [f"/job:ps/task:{i}/device:CPU:0" for i in (0, 1, 0)]


def test_assigning(tmp_path):
    values = {"a": np.arange(4.0, dtype=np.float32), "b": np.ones([2, 2], np.float32)}
    for name, value in values.items():
        framework.variable(name, value.shape, initializer=tf.zeros_initializer())
    a, b = tf.global_variables()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        tf.contrib.framework.assign_from_values_fn(values)(sess)
        np.testing.assert_array_equal(a.eval(), values["a"])
        path = tf.train.Saver().save(sess, str(tmp_path / "model"))
        sess.run(tf.global_variables_initializer())
        assign, feeds = tf.contrib.framework.assign_from_checkpoint(path, {"a": a, "b": b})
        sess.run(assign, feeds)
        np.testing.assert_array_equal(b.eval(), values["b"])
        extra = framework.variable("extra", [1], initializer=tf.ones_initializer())
        sess.run(tf.global_variables_initializer())
        restore = framework.assign_from_checkpoint_fn(path, [a, extra], ignore_missing_vars=True)
        restore(sess)
        np.testing.assert_array_equal(a.eval(), values["a"])
        with pytest.raises(ValueError, match="missing variable"):
            framework.assign_from_checkpoint(path, [extra])
    assert framework.list_variables(path) == [("a", [4]), ("b", [2, 2])]
    np.testing.assert_array_equal(framework.load_variable(path, "b"), values["b"])
    assert framework.load_checkpoint(path).has_tensor("a")


def test_steps_and_nests():
    step = framework.get_or_create_global_step()
    assert tf.contrib.framework.get_global_step() is step
    assert framework.assert_or_get_global_step() is step
    nest = tf.contrib.framework.nest
    assert nest.map_structure(lambda x: x + 1, {"a": [1, 2]}) == {"a": [2, 3]}
    assert nest.is_sequence([1]) and nest.flatten([1, (2, 3)]) == [1, 2, 3]
    with pytest.raises(ValueError):
        nest.assert_same_structure([1], [1, 2])


def test_shapes_are_checked_now_or_when_run():
    x = tf.placeholder(tf.float32)
    with pytest.raises(ValueError, match="Wrong shape"):
        framework.with_shape([3], tf.constant([1.0, 2.0]))
    checked = framework.with_shape([2], x)
    assert checked.shape.as_list() == [2]
    same = framework.with_same_shape(tf.constant([1.0, 2.0]), x)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(checked, {x: [1, 2]}), [1, 2])
        for tensor in (checked, same):
            with pytest.raises(tf.errors.InvalidArgumentError, match="Wrong shape"):
                sess.run(tensor, {x: [1, 2, 3]})


def test_conditions_known_beforehand():
    one, two = (lambda: "one"), (lambda: "two")
    assert framework.smart_cond(True, one, two) == "one"
    assert framework.smart_cond(tf.constant(False), one, two) == "two"
    assert framework.smart_case([(False, one), (True, two)]) == "two"
    cond = framework.smart_cond(tf.placeholder_with_default(True, []), lambda: 1.0, lambda: 2.0)
    with tf.Session() as sess:
        assert sess.run(cond) == 1.0
    with pytest.raises(TypeError, match="`pred` must be a Tensor"):
        framework.smart_constant_value("yes")


SORTED = [
    np.random.RandomState(0).randn(3, 4).astype(np.float32),
    np.array([[3, -(2**31), 2**31 - 1]], np.int32),
    np.array([[3, 0, 255, 3]], np.uint8),
]


@pytest.mark.parametrize("values", SORTED, ids=["float32", "int32", "uint8"])
@pytest.mark.parametrize("axis", [-1, 0])
def test_sorting(values, axis):
    with tf.Session() as sess:
        up, down = sess.run(
            [tf.sort(values, axis), tf.contrib.framework.sort(values, axis, "DESCENDING")]
        )
        places = sess.run(tf.argsort(values, axis))
    np.testing.assert_array_equal(up, np.sort(values, axis))
    np.testing.assert_array_equal(down, np.flip(np.sort(values, axis), axis))
    np.testing.assert_array_equal(places, np.argsort(values, axis, kind="stable"))


def test_sorting_the_wrong_way():
    with pytest.raises(ValueError, match="Direction should be one of"):
        tf.contrib.framework.argsort([1, 2], direction="UP")


def test_small_tools():
    assert framework.is_tensor(tf.constant(1)) and not framework.is_tensor(1)
    v = tf.Variable([1.0, 2.0])
    total = framework.reduce_sum_n([v, tf.constant([[3.0]])])
    assert framework.assert_scalar_int(tf.constant(3)).shape.ndims == 0
    with pytest.raises(ValueError, match="Expected integer type"):
        framework.assert_scalar_int(tf.constant(3.0))
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run(total) == 6.0
        sess.run(framework.zero_initializer(v))
        assert sess.run(total) == 3.0
