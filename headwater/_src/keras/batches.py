"""Data for `fit`, `evaluate` and `predict`, checked against the model and cut into batches."""

import numpy as np


def arrays_for(data, names, tensors, what, check_last=True):
    """Data as a list of arrays, one for each of some placeholders.

    Args:
      data: an array, a list of arrays, or a dict by name.
      names: the placeholders' names.
      tensors: the placeholders, or outputs that have their shapes; None: shapes are not checked.
      what: `"input"` or `"target"`, for error messages.
      check_last: whether the sizes of dimensions are checked, besides their number.

    Returns:
      List of arrays; vectors have become matrices of one column.

    Raises:
      ValueError: their number, rank or shape is not what the model wants.
    """
    if not names:
        return []
    if data is None:
        raise ValueError(f"Please provide {what} data: the model expects {names}.")
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError(
                f'No data provided for "{missing[0]}". Need data for each key in: {names}'
            )
        data = [data[name] for name in names]
    elif isinstance(data, (list, tuple)):
        if len(names) == 1 and data and np.ndim(data[0]) == 0:
            data = [np.asarray(data)]
        elif len(names) == 1 and isinstance(data, list) and len(data) != 1 and _is_rows(data):
            data = [np.asarray(data)]
    else:
        data = [data]
    if len(data) != len(names):
        raise ValueError(
            f"Error when checking model {what}: the list of Numpy arrays that you are passing to "
            "your model is not the size the model expected. Expected to see "
            f"{len(names)} array(s), for inputs {names} but instead got the following list of {len(data)} arrays."
        )
    arrays = [_array(item) for item in data]
    for name, tensor, array in zip(names, tensors or [None] * len(names), arrays):
        if tensor is not None and tensor.dims is not None:
            _check_shape(name, tensor.dims, array, what, check_last)
    return arrays


def _is_rows(data):
    return not hasattr(data[0], "shape")


def _array(item):
    if hasattr(item, "tocsr"):
        item = item.toarray()
    elif hasattr(item, "to_numpy"):
        item = item.to_numpy()
    array = item if hasattr(item, "__getitem__") and hasattr(item, "shape") else np.asarray(item)
    return np.expand_dims(array, -1) if len(array.shape) == 1 else array


def _check_shape(name, dims, array, what, check_last):
    if len(array.shape) != len(dims):
        raise ValueError(
            f"Error when checking {what}: expected {name} to have {len(dims)} dimensions, but got "
            f"array with shape {array.shape}"
        )
    if not check_last:
        return
    for wanted, found in zip(dims[1:], array.shape[1:]):
        if wanted is not None and wanted != found:
            raise ValueError(
                f"Error when checking {what}: expected {name} to have shape {tuple(dims[1:])} but "
                f"got array with shape {tuple(array.shape[1:])}"
            )


_SAME_SHAPE = ("mean_squared_error", "binary_crossentropy", "categorical_crossentropy")


def check_targets(arrays, outputs):
    """Checks that targets fit the losses that compare them with the outputs element by element.

    Args:
      arrays: the targets.
      outputs: the `Output`s they are for.

    Raises:
      ValueError: the shape of one does not fit.
    """
    for array, output in zip(arrays, outputs):
        name = getattr(getattr(output.loss, "fn", None), "__name__", None)
        dims = output.tensor.dims
        if name == "categorical_crossentropy" and array.shape[-1] == 1 != (dims or (1,))[-1]:
            raise ValueError(
                f"You are passing a target array of shape {array.shape} while using as loss "
                "`categorical_crossentropy`. `categorical_crossentropy` expects targets to be "
                "binary matrices (1s and 0s) of shape (samples, classes). If your targets are "
                "integer classes, use the loss `sparse_categorical_crossentropy` instead, or "
                "`keras.utils.to_categorical`."
            )
        if name not in _SAME_SHAPE or dims is None:
            continue
        for wanted, found in zip(dims[1:], array.shape[1:]):
            if wanted is not None and wanted != found:
                raise ValueError(
                    f"A target array with shape {array.shape} was passed for an output of shape "
                    f"{tuple(dims)} while using as loss `{name}`. This loss expects targets to "
                    "have the same shape as the output."
                )


def check_lengths(inputs, targets):
    """Checks that there are as many inputs as targets.

    Args:
      inputs: list of arrays.
      targets: list of arrays.

    Raises:
      ValueError: the numbers differ.
    """
    for arrays, what in ((inputs, "input"), (targets, "target")):
        if len({a.shape[0] for a in arrays}) > 1:
            raise ValueError(
                f"All {what} arrays (x) should have the same number of samples. Got array shapes: "
                f"{[a.shape for a in arrays]}"
            )
    if inputs and targets and inputs[0].shape[0] != targets[0].shape[0]:
        raise ValueError(
            "Input arrays should have the same number of samples as target arrays. Found "
            f"{inputs[0].shape[0]} input samples and {targets[0].shape[0]} target samples."
        )


def weights_for(sample_weight, class_weight, targets, outputs):
    """Weights of the examples for each output, or None when none are given.

    Args:
      sample_weight: array `[examples]`, or a list or dict of them for several outputs.
      class_weight: dict from class numbers to factors, or a dict of these by output.
      targets: the targets.
      outputs: the `Output`s they are for.

    Raises:
      ValueError: a class has no weight.
    """
    if sample_weight is None and class_weight is None:
        return None
    names = [o.name for o in outputs]
    if isinstance(sample_weight, dict):
        given = [sample_weight.get(name) for name in names]
    elif isinstance(sample_weight, (list, tuple)) and len(names) > 1:
        given = list(sample_weight)
    else:
        given = [sample_weight] * len(names)
    by_class = [class_weight] * len(names)
    if isinstance(class_weight, dict) and any(name in class_weight for name in names):
        by_class = [class_weight.get(name) for name in names]
    made = []
    for weight, classes, target in zip(given, by_class, targets):
        total = np.ones(target.shape[0], "float32") if weight is None else np.asarray(weight)
        if classes is not None:
            total = total * _class_weights(target, classes)
        made.append(total)
    return made


def _class_weights(target, classes):
    target = np.asarray(target)
    numbers = target.argmax(axis=1) if target.shape[-1] > 1 else target.reshape(target.shape[0])
    missing = set(np.unique(numbers)) - set(classes)
    if missing:
        raise ValueError(
            "`class_weight` must contain all classes in the data. The classes "
            f"{sorted(int(m) for m in missing)} exist in the data but not in `class_weight`."
        )
    return np.asarray([classes[int(n)] for n in numbers], "float32")


class Arrays:
    """Arrays in memory, cut into batches.

    Args:
      arrays: list of arrays with the same first dimension.
      batch_size: examples in a batch.
      shuffle: whether each epoch has another order; `"batch"` keeps each batch together.
      steps: the number of batches in an epoch, if it is not what the arrays have.
    """

    def __init__(self, arrays, batch_size, shuffle=False, steps=None):
        self.arrays, self.batch_size, self.shuffle = arrays, batch_size, shuffle
        self.samples = arrays[0].shape[0] if arrays else 0
        self.steps = steps
        if not self.samples:
            raise ValueError("there are no examples")

    def epoch(self):
        """Gives pairs (number of examples, list of arrays), batch by batch."""
        order = np.arange(self.samples) if self.shuffle else None
        if self.shuffle == "batch":
            order = _shuffled_batches(order, self.batch_size)
        elif self.shuffle:
            np.random.shuffle(order)
        step = 0
        while True:
            for start in range(0, self.samples, self.batch_size):
                end = min(start + self.batch_size, self.samples)
                if self.steps is not None and step == self.steps:
                    return
                step += 1
                taken = slice(start, end) if order is None else order[start:end]
                yield end - start, [a[taken] for a in self.arrays]
            if self.steps is None:
                return


def _shuffled_batches(order, batch_size):
    whole = len(order) // batch_size * batch_size
    batches = order[:whole].reshape(-1, batch_size)
    np.random.shuffle(batches)
    return np.append(batches.reshape(-1), order[whole:])


class Stream:
    """Batches that a function makes, a given number in an epoch.

    Args:
      take: gives the next batch as a list of arrays, or None at the end.
      steps: the number of batches in an epoch, or None for all.
    """

    samples = None

    def __init__(self, take, steps):
        self._take, self.steps = take, steps

    def epoch(self):
        """Gives pairs (number of examples, list of arrays), batch by batch."""
        count = 0
        while self.steps is None or count < self.steps:
            arrays = self._take()
            if arrays is None:
                return
            count += 1
            yield arrays[0].shape[0] if arrays else 1, arrays


def split_off(arrays, share):
    """The last examples apart from the others.

    Args:
      arrays: list of arrays.
      share: the share of the last ones.

    Returns:
      `(the first ones, the last ones)`.

    Raises:
      ValueError: the share is no number between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"validation_split must be between 0 and 1, but is {share}")
    at = int(arrays[0].shape[0] * (1.0 - share))
    return [a[:at] for a in arrays], [a[at:] for a in arrays]


def is_stream(x):
    """Whether data comes batch by batch: a generator, a `Sequence`, a dataset or its iterator.

    Args:
      x: what `fit` was given.
    """
    if isinstance(x, (dict, list, tuple)) or hasattr(x, "shape"):
        return False
    return hasattr(x, "__next__") or hasattr(x, "get_next") or is_dataset(x) or is_sequence(x)


def is_dataset(x):
    """Whether it is a `tf.data.Dataset`.

    Args:
      x: anything.
    """
    return hasattr(x, "make_one_shot_iterator") or hasattr(x, "_as_variant_tensor")


def is_sequence(x):
    """Whether it is a `tf.keras.utils.Sequence`, or works as one.

    Args:
      x: anything.
    """
    return (
        hasattr(x, "__getitem__")
        and hasattr(x, "__len__")
        and not hasattr(x, "dtype")
        and (hasattr(x, "on_epoch_end"))
    )


def concatenated(parts):
    """The outputs of all batches together.

    Args:
      parts: list of lists of arrays.
    """
    return [
        np.concatenate(column) if column[0].ndim else np.stack(column) for column in zip(*parts)
    ]
