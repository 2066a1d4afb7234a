"""Input functions over arrays and data frames in memory."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops.script import py_func


class _Batches:
    """Gives batches of rows, epoch after epoch; the last of all may be smaller.

    Args:
      arrays: list of arrays of one length.
      batch_size: rows in a batch.
      num_epochs: how often each row comes; None for ever.
      shuffle: whether the order is random, another one in each epoch.
    """

    def __init__(self, arrays, batch_size, num_epochs, shuffle):
        self._arrays, self._size = arrays, batch_size
        self._epochs_left, self._shuffle = num_epochs, shuffle
        self._order = np.empty(0, np.int64)

    def __call__(self):
        while len(self._order) < self._size and self._more():
            pass
        if not len(self._order):
            raise StopIteration
        rows, self._order = self._order[: self._size], self._order[self._size :]
        return [array[rows] for array in self._arrays]

    def _more(self):
        if self._epochs_left == 0 or not len(self._arrays[0]):
            return False
        if self._epochs_left is not None:
            self._epochs_left -= 1
        count = len(self._arrays[0])
        rows = np.random.permutation(count) if self._shuffle else np.arange(count)
        self._order = np.concatenate([self._order, rows])
        return True


def _tensors(arrays, batch_size, num_epochs, shuffle):
    """One tensor of batches for each array."""
    types = [convert_to_tensor(a[:1]).dtype if len(a) else dtypes.float32 for a in arrays]
    arrays = [
        a if t == dtypes.string else np.asarray(a, t.as_numpy_dtype) for a, t in zip(arrays, types)
    ]
    batches = _Batches(arrays, batch_size, num_epochs, shuffle)
    tensors = py_func(batches, [], types, stateful=True, name="next_batch")
    for tensor, array in zip(tensors, arrays):
        tensor.set_shape([None, *array.shape[1:]])
    return tensors


def _check_shuffle(shuffle):
    if not isinstance(shuffle, bool):
        raise ValueError(
            f"shuffle must be provided and explicitly set as boolean (it is recommended to set it "
            f"as True for training); got {shuffle}"
        )


def numpy_input_fn(
    x,
    y=None,
    batch_size=128,
    num_epochs=1,
    shuffle=None,
    queue_capacity=1000,
    num_threads=1,
):
    """An input function over arrays.

    Args:
      x: array, or dict of arrays, of one length.
      y: labels: array, dict of arrays, or None.
      batch_size: rows in a batch.
      num_epochs: how often each row comes; None for ever.
      shuffle: whether the order is random.
      queue_capacity: accepted; there is no queue.
      num_threads: accepted.

    Returns:
      A function to `(features, labels)`, or to features alone without `y`.

    Raises:
      ValueError: `shuffle` is not given, lengths differ, or something is empty.
      TypeError: `x` is something else.
    """
    _check_shuffle(shuffle)

    def input_fn():
        if not isinstance(x, (dict, np.ndarray)):
            raise TypeError(f"x must be a dict or array; got {type(x).__name__}")
        if isinstance(x, dict) and not x:
            raise ValueError("x cannot be an empty dict")
        if isinstance(y, dict) and not y:
            raise ValueError("y cannot be empty dict, use None instead.")
        features = x if isinstance(x, dict) else {None: x}
        labels = {} if y is None else y if isinstance(y, dict) else {None: y}
        arrays = [np.asarray(a) for a in (*features.values(), *labels.values())]
        if len({len(a) for a in arrays}) != 1:
            lengths = {k: len(a) for k, a in zip((*features, *labels), arrays)}
            raise ValueError(
                f"Length of tensors in x and y is mismatched. All elements in x and y must have "
                f"the same length. Lengths: {lengths}"
            )
        tensors = _tensors(arrays, batch_size, num_epochs, shuffle)
        made = dict(zip(features, tensors))
        result = made if isinstance(x, dict) else made[None]
        if y is None:
            return result
        targets = dict(zip(labels, tensors[len(features) :]))
        return result, targets if isinstance(y, dict) else targets[None]

    return input_fn


def pandas_input_fn(
    x,
    y=None,
    batch_size=128,
    num_epochs=1,
    shuffle=None,
    queue_capacity=1000,
    num_threads=1,
    target_column="target",
):
    """An input function over a pandas data frame.

    Args:
      x: the `DataFrame` of features.
      y: labels: a `Series`, a `DataFrame`, or None.
      batch_size: rows in a batch.
      num_epochs: how often each row comes; None for ever.
      shuffle: whether the order is random.
      queue_capacity: accepted; there is no queue.
      num_threads: accepted.
      target_column: accepted; labels stay apart from features.

    Returns:
      A function to `(dict of features, labels)`, or to features alone without `y`.

    Raises:
      ValueError: `shuffle` is not given, or the indices of `x` and `y` differ.
    """
    _check_shuffle(shuffle)
    if y is not None and not np.array_equal(x.index, y.index):
        raise ValueError(
            f"Index for x and y are mismatched.\nIndex for x: {x.index}\nIndex for y: {y.index}\n"
        )
    features = {name: _column(x[name]) for name in x.columns}
    labels = y
    if y is not None:
        many = hasattr(y, "columns")
        labels = {name: _column(y[name]) for name in y.columns} if many else _column(y)
    return numpy_input_fn(
        features, labels, batch_size, num_epochs, shuffle, queue_capacity, num_threads
    )


def _column(series):
    array = np.asarray(series)
    return array.astype(str) if array.dtype.kind == "O" else array
