"""Metrics of right and wrong predictions: counts at thresholds, and shares of them."""

import numpy as np

from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.keras.functions import fn
from headwater._src.keras.losses import fitted_ranks
from headwater._src.keras.metric_base import Metric, _operation
from headwater._src.metrics.thresholds import _interpolated as area_of_linear_counts, evenly_spaced

_LEAST = -1e10  # a prediction that no threshold lets through


def _checked(thresholds, default):
    """Thresholds as a list of floats within [0, 1]."""
    if thresholds is None:
        thresholds = default
    values = list(thresholds) if isinstance(thresholds, (list, tuple)) else [thresholds]
    wrong = [t for t in values if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {wrong}")
    return [float(t) for t in values]


def _counted(keys, y_true, y_pred, thresholds, sample_weight, top_k=None, class_id=None):
    """How many predictions are right or wrong at each threshold.

    Args:
      keys: some of "tp", "tn", "fp", "fn".
      y_true: targets, used as booleans.
      y_pred: predictions in [0, 1], of the same shape.
      thresholds: list of floats.
      sample_weight: weights, or None.
      top_k: only the greatest `top_k` predictions of each example count as positive.
      class_id: only this class counts.

    Returns:
      Dict from key to a vector.
    """
    y_pred = fn.cast(convert_to_tensor(y_pred), "float32")
    y_true = fn.cast(convert_to_tensor(y_true), "float32")
    y_pred, y_true = fitted_ranks(y_pred, y_true)
    if top_k is not None:
        _, best = fn.top_k(y_pred, k=top_k, sorted=False)
        kept = fn.reduce_sum(fn.one_hot(best, y_pred.dims[-1], axis=-1), axis=-2)
        y_pred = y_pred * kept + _LEAST * (1.0 - kept)
    if class_id is not None:
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    limits = constant(np.array(thresholds, np.float32).reshape(-1, 1))
    positive = fn.reshape(y_pred, [1, -1]) > limits
    true = fn.logical_and(
        fn.reshape(fn.cast(y_true, "bool"), [1, -1]), fn.ones_like(positive, dtype="bool")
    )
    weights = None
    if sample_weight is not None:
        weights = fn.cast(convert_to_tensor(sample_weight), "float32")
        while weights.dims and len(weights.dims) < len(y_pred.dims):
            weights = fn.expand_dims(weights, -1)
        weights = fn.reshape(weights * fn.ones_like(y_pred), [1, -1])
    not_ = fn.logical_not
    cases = {
        "tp": lambda: fn.logical_and(true, positive),
        "fn": lambda: fn.logical_and(true, not_(positive)),
        "tn": lambda: fn.logical_and(not_(true), not_(positive)),
        "fp": lambda: fn.logical_and(not_(true), positive),
    }
    counts = {}
    for key in keys:
        hits = fn.cast(cases[key](), "float32")
        counts[key] = fn.reduce_sum(hits if weights is None else hits * weights, axis=1)
    return counts


def _added(variables, counts):
    """The operation that adds counts to variables."""
    return fn.group(
        *[_operation(variables[key].assign_add(count)) for key, count in counts.items()]
    )


class _Count(Metric):
    """How many predictions are of one kind."""

    _key = None

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = _checked(thresholds, 0.5)
        self.accumulator = self.add_weight("accumulator", [len(self.thresholds)])

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
          y_true: targets, used as booleans.
          y_pred: predictions in [0, 1].
          sample_weight: weights, or None.

        Returns:
          An operation.
        """
        counts = _counted([self._key], y_true, y_pred, self.thresholds, sample_weight)
        return _added({self._key: self.accumulator}, counts)

    def result(self):
        """The count at each threshold, or a scalar for a single one."""
        value = convert_to_tensor(self.accumulator)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many true examples were predicted true.

    Args:
      thresholds: predictions above it count as true: a float, or a list (default: 0.5).
      name: the metric's name.
      dtype: type of the result.
    """

    _key = "tp"


class TrueNegatives(_Count):
    """How many false examples were predicted false.

    Args:
      thresholds: predictions above it count as true: a float, or a list (default: 0.5).
      name: the metric's name.
      dtype: type of the result.
    """

    _key = "tn"


class FalsePositives(_Count):
    """How many false examples were predicted true.

    Args:
      thresholds: predictions above it count as true: a float, or a list (default: 0.5).
      name: the metric's name.
      dtype: type of the result.
    """

    _key = "fp"


class FalseNegatives(_Count):
    """How many true examples were predicted false.

    Args:
      thresholds: predictions above it count as true: a float, or a list (default: 0.5).
      name: the metric's name.
      dtype: type of the result.
    """

    _key = "fn"


class _Share(Metric):
    """True positives as a share of themselves and one kind of error."""

    _wrong = None

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        self.thresholds = _checked(thresholds, 0.5) if top_k is None else [_LEAST]
        if top_k is not None and thresholds is not None:
            self.thresholds = _checked(thresholds, 0.5)
        key, name = self._wrong
        size = [len(self.thresholds)]
        self.true_positives = self.add_weight("true_positives", size)
        setattr(self, name, self.add_weight(name, size))
        self._counts = {"tp": self.true_positives, key: getattr(self, name)}

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
          y_true: targets, used as booleans.
          y_pred: predictions in [0, 1].
          sample_weight: weights, or None.

        Returns:
          An operation.
        """
        counts = _counted(
            list(self._counts),
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            self.top_k,
            self.class_id,
        )
        return _added(self._counts, counts)

    def result(self):
        """The share at each threshold, or a scalar for a single one."""
        right, wrong = (convert_to_tensor(v) for v in self._counts.values())
        value = fn.div_no_nan(right, right + wrong)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self):
        return {
            **super().get_config(),
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Precision(_Share):
    """The share of examples predicted true that are true.

    Args:
      thresholds: predictions above it count as true: a float, or a list (default: 0.5).
      top_k: only the greatest `top_k` predictions of each example count as true.
      class_id: only this class counts.
      name: the metric's name.
      dtype: type of the result.
    """

    _wrong = "fp", "false_positives"


class Recall(_Share):
    """The share of true examples that were predicted true.

    Args:
      thresholds: predictions above it count as true: a float, or a list (default: 0.5).
      top_k: only the greatest `top_k` predictions of each example count as true.
      class_id: only this class counts.
      name: the metric's name.
      dtype: type of the result.
    """

    _wrong = "fn", "false_negatives"


class _AllCounts(Metric):
    """All four counts at evenly spaced thresholds."""

    _class_id = None

    def __init__(self, thresholds, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.thresholds = thresholds
        size = [len(thresholds)]
        self.true_positives = self.add_weight("true_positives", size)
        self.true_negatives = self.add_weight("true_negatives", size)
        self.false_positives = self.add_weight("false_positives", size)
        self.false_negatives = self.add_weight("false_negatives", size)
        self._counts = {
            "tp": self.true_positives,
            "tn": self.true_negatives,
            "fp": self.false_positives,
            "fn": self.false_negatives,
        }

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch.

        Args:
          y_true: targets, used as booleans.
          y_pred: predictions in [0, 1].
          sample_weight: weights, or None.

        Returns:
          An operation.
        """
        counts = _counted(
            list(self._counts),
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            class_id=self._class_id,
        )
        return _added(self._counts, counts)

    def _values(self):
        return {key: convert_to_tensor(v) for key, v in self._counts.items()}


class _AtBest(_AllCounts):
    """One share where another is at least as great as wanted."""

    _wanted = None

    def __init__(self, value, num_thresholds=200, class_id=None, name=None, dtype=None):
        if value < 0 or value > 1:
            raise ValueError(
                f"Argument `{self._wanted}` must be in the range [0, 1]. Received: "
                f"{self._wanted}={value}"
            )
        if num_thresholds <= 0:
            raise ValueError(
                f"Argument `num_thresholds` must be an integer > 0. Received: {num_thresholds}"
            )
        limits = (
            [0.5]
            if num_thresholds == 1
            else [
                0.0,
                *evenly_spaced(num_thresholds)[1:-1],
                1.0,
            ]
        )
        super().__init__(limits, name, dtype)
        self.num_thresholds, self._class_id = num_thresholds, class_id
        setattr(self, self._wanted, value)

    def _best(self, bounded, sought):
        """The greatest `sought` among thresholds where `bounded` is at least as wanted, else 0."""
        allowed = bounded >= getattr(self, self._wanted)
        return fn.reduce_max(fn.where(allowed, sought, fn.zeros_like(sought)))

    def _shares(self):
        """Sensitivity and specificity at each threshold."""
        v = self._values()
        return (
            fn.div_no_nan(v["tp"], v["tp"] + v["fn"]),
            fn.div_no_nan(v["tn"], v["tn"] + v["fp"]),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            self._wanted: getattr(self, self._wanted),
        }


class SensitivityAtSpecificity(_AtBest):
    """The greatest share of true examples found, where enough false ones are recognised.

    Args:
      specificity: the share of false examples to be recognised at least.
      num_thresholds: number of thresholds that are tried.
      class_id: only this class counts.
      name: the metric's name.
      dtype: type of the result.
    """

    _wanted = "specificity"

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)

    def result(self):
        """The sensitivity."""
        sensitivity, specificity = self._shares()
        return self._best(specificity, sensitivity)


class SpecificityAtSensitivity(_AtBest):
    """The greatest share of false examples recognised, where enough true ones are found.

    Args:
      sensitivity: the share of true examples to be found at least.
      num_thresholds: number of thresholds that are tried.
      class_id: only this class counts.
      name: the metric's name.
      dtype: type of the result.
    """

    _wanted = "sensitivity"

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)

    def result(self):
        """The specificity."""
        sensitivity, specificity = self._shares()
        return self._best(sensitivity, specificity)


class AUC(_AllCounts):
    """The area under a curve of two shares, approximated at thresholds.

    Args:
      num_thresholds: number of thresholds.
      curve: `"ROC"` or `"PR"`.
      summation_method: `"interpolation"`, `"minoring"` or `"majoring"`.
      name: the metric's name.
      dtype: type of the result.
      thresholds: list of thresholds in place of evenly spaced ones.

    Raises:
      ValueError: an argument is not one of these.
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
    ):
        if str(curve).upper() not in ("ROC", "PR"):
            raise ValueError(f'Invalid AUC curve value: "{curve}".')
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(f'Invalid AUC summation method value: "{summation_method}".')
        self._given = thresholds is not None
        if self._given:
            inner = sorted(_checked(thresholds, 0.5))
            ends = evenly_spaced(2)
            limits = [ends[0], *inner, ends[1]]
        elif num_thresholds <= 1:
            raise ValueError(
                f"Argument `num_thresholds` must be an integer > 1. Received: {num_thresholds}"
            )
        else:
            limits = evenly_spaced(num_thresholds)
        super().__init__(limits, name, dtype)
        self.num_thresholds = len(limits)
        self.curve, self.summation_method = str(curve).upper(), summation_method

    def result(self):
        """The area."""
        v = self._values()
        if self.curve == "PR" and self.summation_method == "interpolation":
            return area_of_linear_counts(v)
        recall = fn.div_no_nan(v["tp"], v["tp"] + v["fn"])
        if self.curve == "ROC":
            x, y = fn.div_no_nan(v["fp"], v["fp"] + v["tn"]), recall
        else:
            x, y = recall, fn.div_no_nan(v["tp"], v["tp"] + v["fp"])
        left, right = y[:-1], y[1:]
        heights = {
            "interpolation": lambda: (left + right) / 2.0,
            "minoring": lambda: fn.minimum(left, right),
            "majoring": lambda: fn.maximum(left, right),
        }[self.summation_method]()
        return fn.reduce_sum((x[:-1] - x[1:]) * heights)

    def get_config(self):
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
        }
        if self._given:
            config["thresholds"] = self.thresholds[1:-1]
        return config
