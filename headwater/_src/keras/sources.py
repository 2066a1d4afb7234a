"""From what `fit` and its like are given to batches of arrays in the order that a step is fed."""

from headwater._src.core import errors, nest
from headwater._src.keras import batches
from headwater._src.keras.sessions import get_session


class Source:
    """Batches for a model, and whether they have weights of examples.

    Args:
      batches_of: an `Arrays` or a `Stream`.
      weighted: whether each batch ends with weights of the examples.
    """

    def __init__(self, batches_of, weighted):
        self.batches, self.weighted = batches_of, weighted

    @property
    def samples(self):
        """The number of examples in an epoch, or None for a stream."""
        return self.batches.samples

    @property
    def steps(self):
        """The number of batches in an epoch where it was asked for, else None."""
        return self.batches.steps


def checked(model, x, y, sample_weight, class_weight):
    """Arrays for a step, checked.

    Args:
      model: the model, compiled.
      x: the inputs.
      y: the targets.
      sample_weight: weights of the examples, or None.
      class_weight: weights of the classes, or None.

    Returns:
      `(inputs, targets, weights or None)`, lists of arrays.
    """
    inputs = batches.arrays_for(x, model.input_names, model._fed_inputs(), "input")
    compiled = model._compiled
    fed = compiled.fed_outputs
    targets = batches.arrays_for(
        y, [o.name for o in fed], [o.tensor for o in fed], "target", check_last=False
    )
    weights = batches.weights_for(sample_weight, class_weight, targets, fed)
    batches.check_targets(targets, fed)
    batches.check_lengths(inputs, targets)
    return inputs, targets, weights


def of_arrays(model, x, y, sample_weight, class_weight, batch_size, shuffle, steps=None):
    """A `Source` of arrays in memory.

    Args:
      model: the model, compiled.
      x: the inputs.
      y: the targets.
      sample_weight: weights of the examples, or None.
      class_weight: weights of the classes, or None.
      batch_size: examples in a batch.
      shuffle: whether each epoch has another order.
      steps: the number of batches in an epoch, if it is not what the arrays have.
    """
    inputs, targets, weights = checked(model, x, y, sample_weight, class_weight)
    arrays = inputs + targets + (weights or [])
    return Source(batches.Arrays(arrays, batch_size, shuffle, steps), weights is not None)


def of_stream(model, data, steps, class_weight=None, labelled=True):
    """A `Source` of a generator, a `Sequence`, a dataset or a dataset's iterator.

    Args:
      model: the model.
      data: what gives the batches: inputs, or tuples of inputs, targets and weights.
      steps: the number of batches in an epoch, or None for all.
      class_weight: weights of the classes, or None.
      labelled: whether there are targets.

    Raises:
      ValueError: a batch is neither a pair nor a triple.
    """
    take, length = _taker(data)
    steps = length if steps is None else steps
    peeked = [take()]
    if peeked[0] is None:
        raise ValueError("there are no batches")
    first = _parts(peeked[0], labelled)
    model._set_inputs_from(first[0])
    if labelled:
        model._prepare()

    def arrays():
        batch = peeked.pop() if peeked else take()
        if batch is None:
            return None
        x, y, weight = _parts(batch, labelled)
        if not labelled:
            return batches.arrays_for(x, model.input_names, model._fed_inputs(), "input")
        inputs, targets, weights = checked(model, x, y, weight, class_weight)
        return inputs + targets + (weights or [])

    weighted = labelled and (first[2] is not None or class_weight is not None)
    return Source(batches.Stream(arrays, steps), weighted)


def _parts(batch, labelled):
    if not isinstance(batch, tuple):
        return batch, None, None
    if not labelled:
        return batch[0], None, None
    if len(batch) not in (1, 2, 3):
        raise ValueError(
            "Output of generator should be a tuple `(x, y, sample_weight)` or `(x, y)`. Found: "
            f"{batch!r}"
        )
    return (*batch, None, None)[:3]


def _taker(data):
    """`(take, length)`: a function that gives the next batch, None at the end; None if endless."""
    if batches.is_sequence(data):
        return _sequence_taker(data), len(data)
    if batches.is_dataset(data) and data._variant_tensor.graph.eager:
        return _eager_taker(data), None
    if batches.is_dataset(data) or hasattr(data, "get_next"):
        return _dataset_taker(data), None
    return (lambda: next(data, None)), None


def _sequence_taker(data):
    position = [0]

    def take():
        if position[0] == len(data):
            data.on_epoch_end()
            position[0] = 0
        position[0] += 1
        return data[position[0] - 1]

    return take


def _eager_taker(data):
    """Batches of a dataset of eager execution; at its end one None, then it starts again."""
    graph, walk = data._variant_tensor.graph, []

    def take():
        with graph.as_default():
            if not walk:
                walk.append(iter(data))
            batch = next(walk[0], None)
            if batch is None:
                walk.clear()
            return None if batch is None else nest.map_structure(lambda t: t.numpy(), batch)

    return take


def _dataset_taker(data):
    """Batches of a dataset, run in Keras' session; at its end one None, then it starts again."""
    iterator = data
    restart = None
    if batches.is_dataset(data):
        from headwater._src.graph.default import enclosing_graph

        with enclosing_graph().as_default():
            maker = getattr(data, "make_initializable_iterator", None)
            if maker is None:
                from headwater._src.data import iterators

                iterator = iterators.make_initializable_iterator(data)
            else:
                iterator = maker()
            restart = iterator.initializer
    following = iterator.get_next()
    session = get_session()
    if restart is not None:
        session.run(restart)

    def take():
        try:
            return session.run(following)
        except errors.OutOfRangeError:
            if restart is not None:
                session.run(restart)
            return None

    return take


def of_tensors(x, y):
    """A generator of batches from tensors, such as those of a queue.

    Args:
      x: the inputs: a tensor, or a list of tensors.
      y: the targets, likewise, or None.
    """
    while True:
        yield (get_session().run(x), None) if y is None else tuple(get_session().run([x, y]))
