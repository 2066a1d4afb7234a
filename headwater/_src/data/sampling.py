"""Datasets that choose among others, and random ones."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.data import structure
from headwater._src.data.dataset import Dataset
from headwater._src.data.transforms import data_seeds
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.seeds import get_seed
from headwater._src.graph.type_spec import TensorSpec


def Counter(start=0, step=1, dtype=dtypes.int64):
    """A dataset of numbers without an end.

    Args:
      start: the first number.
      step: the distance to the next.
      dtype: their type.
    """
    start = convert_to_tensor(start, dtype, name="start")
    step = convert_to_tensor(step, dtype, name="step")
    zeros = Dataset.from_tensors(0).repeat(None)
    return zeros._scan(start, lambda state, _: (state + step, state))


class RandomDataset(Dataset):
    """A dataset of random int64 numbers below 2^32, without an end.

    Args:
      seed: seed of the numbers, which are TensorFlow's.
    """

    def __init__(self, seed=None):
        specs = TensorSpec([], dtypes.int64)
        attrs = structure.types_and_shapes(specs)
        super().__init__(raw.RandomDataset(*data_seeds(seed), **attrs), specs)


def _directed(selector, datasets):
    first = datasets[0]
    for other in datasets[1:]:
        if other.output_types != first.output_types:
            raise TypeError(
                f"Datasets must have the same type: {first.output_types} and {other.output_types}"
            )
        if other.output_classes != first.output_classes:
            raise TypeError(
                "Datasets must have the same class: "
                f"{first.output_classes} and {other.output_classes}"
            )
    flat = structure.flatten(first.element_spec)
    for other in datasets[1:]:
        more = structure.flatten(other.element_spec)
        flat = [structure.wider(a, b) for a, b in zip(flat, more)]
    specs = structure.pack(first.element_spec, flat)
    variant = raw.DirectedInterleaveDataset(
        selector._variant_tensor,
        [d._variant_tensor for d in datasets],
        **structure.types_and_shapes(specs),
    )
    return Dataset(variant, specs)


def choose_from_datasets(datasets, choice_dataset):
    """The elements of several datasets, in an order that another one gives.

    Args:
      datasets: list of datasets with elements of the same types.
      choice_dataset: a dataset of int64 scalars: which dataset gives the next element.

    Returns:
      A `Dataset`.

    Raises:
      TypeError: types differ, or the choices are no int64 scalars.
    """
    number = TensorSpec([], dtypes.int64)
    if not number.is_compatible_with(choice_dataset.element_spec):
        raise TypeError("`choice_dataset` must be a dataset of scalar `tf.int64` tensors.")
    return _directed(choice_dataset, datasets)


def sample_from_datasets(datasets, weights=None, seed=None):
    """The elements of several datasets, chosen at random.

    Args:
      datasets: list of datasets with elements of the same types.
      weights: list of probabilities, a tensor, or a dataset of such (default: all alike).
      seed: seed of the choices.

    Returns:
      A `Dataset`.

    Raises:
      ValueError: the number of weights is another than that of datasets.
    """
    if isinstance(weights, Dataset):
        selector = weights.map(lambda w: _draw(w, seed))
        return _directed(selector, datasets)
    if weights is None:
        weights = np.ones(len(datasets), np.float32) / len(datasets)
    weights = convert_to_tensor(weights, name="weights")
    if weights.dtype.base_dtype not in (dtypes.float32, dtypes.float64):
        raise TypeError(
            "`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements."
        )
    if weights.shape.is_fully_defined() and weights.shape.as_list() != [len(datasets)]:
        raise ValueError(f"`weights` must be a vector of length `len(datasets)`: {weights.shape}")
    numbers = Dataset.zip((RandomDataset(seed), RandomDataset(seed)))
    selector = numbers.batch(1024).map(lambda a, b: _many(weights, a, b)).unbatch()
    return _directed(selector, datasets)


def _logits(weights):
    return raw.ExpandDims(raw.Log(weights), 0)


def _many(weights, seeds, more):
    pair = raw.Pack([seeds[0], more[0]])
    size = raw.Size(seeds)
    drawn = raw.StatelessMultinomial(_logits(weights), size, pair, output_dtype=dtypes.int64)
    return raw.Squeeze(drawn, squeeze_dims=[0])


def _draw(weights, seed):
    seeds = [0 if x is None else x for x in get_seed(seed)]
    drawn = raw.Multinomial(
        _logits(weights), 1, seed=seeds[0], seed2=seeds[1], output_dtype=dtypes.int64
    )
    return raw.Squeeze(drawn, squeeze_dims=[0, 1])


def rejection_resample(class_func, target_dist, initial_dist=None, seed=None):
    """Leaves out elements so that their classes come in given proportions.

    Args:
      class_func: function of an element that gives its class, an int32 scalar.
      target_dist: the proportions wanted, a float vector.
      initial_dist: those of the elements (default: counted as they come).
      seed: seed of the choices.

    Returns:
      A function for `Dataset.apply`; its elements are pairs of a class and an element.
    """
    target = convert_to_tensor(target_dist, name="target_dist")

    def apply(dataset):
        classes = dataset.map(class_func)
        if initial_dist is not None:
            start = convert_to_tensor(initial_dist, name="initial_dist")
            chances = Dataset.from_tensors(_chances(start, target)).repeat()
        else:
            chances = _counted(classes, target).map(lambda d: _chances(d, target))
        data = Dataset.zip((chances, classes, dataset))

        def keep(chance, kind, element):
            draw = PUBLIC["random_uniform"]([], seed=seed, dtype=chance.dtype.base_dtype)
            return raw.Less(draw, PUBLIC["gather"](chance, kind))

        kept = data.filter(lambda chance, kind, *e: keep(chance, kind, e))
        return kept.map(lambda chance, kind, *e: (kind, e[0] if len(e) == 1 else e))

    return apply


def _chances(initial, target):
    """With which probability an element of each class is kept."""
    tiny = np.finfo(np.dtype(initial.dtype.as_numpy_dtype)).tiny
    zero = raw.LessEqual(initial, raw.Cast(np.float32(0), DstT=initial.dtype))
    safe = raw.SelectV2(
        zero, raw.Fill(raw.Shape(initial), np.array(tiny, initial.dtype.as_numpy_dtype)), initial
    )
    ratios = raw.RealDiv(target, safe)
    return raw.RealDiv(ratios, raw.Max(ratios, 0))


def _counted(classes, target):
    """The proportions of the classes so far, as a dataset."""
    count = target.shape.as_list()[0]
    first = np.ones(count, np.int64)

    def add(counts, kind):
        hot = raw.OneHot(kind, count, np.int64(1), np.int64(0))
        new = counts + hot
        total = raw.Cast(raw.Sum(new, 0), DstT=target.dtype)
        return new, raw.RealDiv(raw.Cast(new, DstT=target.dtype), total)

    return classes._scan(first, add)
