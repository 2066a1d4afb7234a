"""The order in which `next_batch` gives examples: TensorFlow 1.x's, for the same NumPy seed."""

import numpy as np
import pytest

from headwater._src.graph.graph import Graph
from headwater.examples.tutorials.mnist.input_data import DataSet


def numbered(n: int, **options) -> DataSet:
    """A data set whose images and labels are their own numbers."""
    numbers = np.arange(n, dtype=np.uint8)
    return DataSet(numbers.reshape(n, 1, 1, 1), numbers, dtype=np.uint8, **options)


def taken(data: DataSet, *sizes: int, shuffle: bool = True) -> list[list[int]]:
    """The labels of successive batches, after a check that the images go with them."""
    batches = []
    for size in sizes:
        images, labels = data.next_batch(size, shuffle=shuffle)
        np.testing.assert_array_equal(images[:, 0], labels)
        batches.append(labels.tolist())
    return batches


def test_the_first_epoch_is_one_shuffle():
    data = numbered(8)
    np.random.seed(3)
    batches = taken(data, 3, 3, 2)
    order = np.arange(8)
    np.random.seed(3)
    np.random.shuffle(order)
    assert sum(batches, []) == order.tolist()
    assert data.epochs_completed == 0


def test_a_batch_over_the_end_of_an_epoch():
    """The rest in the old order, then the beginning of the old order shuffled once more."""
    data = numbered(8)
    np.random.seed(3)
    batches = taken(data, 6, 6)
    np.random.seed(3)
    first, second = np.arange(8), np.arange(8)
    np.random.shuffle(first)
    np.random.shuffle(second)
    again = first[second]
    assert batches == [first[:6].tolist(), [*first[6:], *again[:4]]]
    assert data.epochs_completed == 1
    assert taken(data, 4) == [again[4:].tolist()] and data.epochs_completed == 1


def test_an_epoch_that_ends_with_a_batch_is_completed_by_the_next():
    data = numbered(4)
    taken(data, 4)
    assert data.epochs_completed == 0
    taken(data, 1)
    assert data.epochs_completed == 1


def test_without_shuffling():
    assert taken(numbered(5), 3, 3, 3, shuffle=False) == [[0, 1, 2], [3, 4, 0], [1, 2, 3]]


def test_shuffling_begins_only_with_an_epoch():
    data = numbered(5)
    taken(data, 2, shuffle=False)
    assert taken(data, 3) == [[2, 3, 4]]


def test_images_and_labels_follow_the_order():
    data = numbered(9)
    np.random.seed(0)
    batches = taken(data, 4)
    assert data.labels.tolist()[:4] == batches[0]
    np.testing.assert_array_equal(data.images[:, 0], data.labels)
    order = data.labels.tolist()
    assert taken(data, 5) == [order[4:]]  # looking at them changed nothing


def test_seed():
    """The seed is NumPy's global one, set when the data set is made."""
    numbered(9, seed=5)
    ours = np.random.randint(1 << 30)
    np.random.seed(5)
    assert ours == np.random.randint(1 << 30)
    assert taken(numbered(9, seed=5), 9) == taken(numbered(9, seed=5), 9)


# graph seed, seed of the data set, NumPy's seed: what `tf.random.get_seed` gives in TensorFlow
SEEDS = [
    (None, 5, 5),
    (7, 5, 5),
    (7, None, 7),
    (0, 0, 2**31 - 1),
    (1, -3, 2147483644),
    (0, 2**33, 4),
]


@pytest.mark.parametrize(("graph_seed", "seed", "numpy_seed"), SEEDS)
def test_seed_rules(graph_seed, seed, numpy_seed):
    graph = Graph()
    graph.seed = graph_seed
    with graph.as_default():
        numbered(9, seed=seed)
    ours = np.random.randint(1 << 30)
    np.random.seed(numpy_seed)
    assert ours == np.random.randint(1 << 30)


@pytest.mark.parametrize("one_hot", [False, True])
def test_fake_data(one_hot):
    data = DataSet([], [], fake_data=True, one_hot=one_hot)
    images, labels = data.next_batch(2)
    assert images == [[1] * 784] * 2
    assert labels == [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0] if one_hot else 0] * 2
    assert (data.num_examples, data.epochs_completed) == (10000, 0)


def test_a_batch_is_the_callers_own():
    data = numbered(4)
    images, _ = data.next_batch(2, shuffle=False)
    images[:] = 99
    assert data.images[:, 0].tolist() == [0, 1, 2, 3]
