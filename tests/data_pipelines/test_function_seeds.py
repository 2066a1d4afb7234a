"""The seed of the graph in functions of datasets."""

import warnings

import pytest

import headwater as tf

SAYS = "Seed 10 from outer graph might be getting used by function Dataset_map_"


@pytest.fixture(autouse=True)
def seed():
    tf.set_random_seed(10)


def shuffled(x):
    return tf.random_shuffle([x, x + 1])


def test_a_function_that_may_depend_on_it():
    with pytest.warns(UserWarning, match=SAYS + "shuffled"):
        tf.data.Dataset.range(3).map(shuffled)


def with_its_own_seed(x):
    tf.set_random_seed(3)
    return shuffled(x)


@pytest.mark.parametrize("function", [lambda x: x + 1, with_its_own_seed])
def test_a_function_that_does_not(function):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tf.data.Dataset.range(3).map(function)


def test_the_seed_of_a_function_is_not_that_of_the_graph():
    tf.data.Dataset.range(3).map(with_its_own_seed)
    assert tf.get_default_graph().seed == 10
