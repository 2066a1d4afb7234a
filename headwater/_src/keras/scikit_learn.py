"""`tf.keras.wrappers.scikit_learn`: Keras models as estimators of scikit-learn."""

import inspect

import numpy as np

from headwater._src.keras.label_arrays import to_categorical
from headwater._src.keras.sequential import Sequential

_METHODS = ("fit", "predict", "predict_classes", "evaluate")


class BaseWrapper:
    """What both kinds of estimators share.

    Args:
      build_fn: function that gives a compiled model; None where the class has `__call__`.
      **sk_params: arguments of `build_fn` and of the model's `fit`, `predict` and `evaluate`.

    Raises:
      ValueError: none of them has such an argument.
    """

    def __init__(self, build_fn=None, **sk_params):
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def _builder(self):
        """The function whose arguments count, and that makes the model."""
        if self.build_fn is None:
            return self.__call__
        if inspect.isroutine(self.build_fn) or inspect.isclass(self.build_fn):
            return self.build_fn
        return self.build_fn.__call__

    def check_params(self, params):
        """Refuses arguments that nothing takes.

        Args:
          params: dict of arguments.

        Raises:
          ValueError: one is unknown.
        """
        functions = [getattr(Sequential, name) for name in _METHODS] + [self._builder()]
        signatures = [inspect.signature(f).parameters for f in functions]
        if any(p.kind == p.VAR_KEYWORD for p in signatures[-1].values()):
            return
        known = {"nb_epoch"}.union(*signatures)
        for name in params:
            if name not in known:
                raise ValueError(f"{name} is not a legal parameter")

    def get_params(self, deep=True):
        """The arguments, with `build_fn`.

        Args:
          deep: accepted.
        """
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params):
        """Changes arguments.

        Args:
          **params: the arguments.

        Returns:
          The estimator.
        """
        self.check_params({k: v for k, v in params.items() if k != "build_fn"})
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn, override=None):
        """The arguments that a function takes.

        Args:
          fn: the function.
          override: dict of arguments that come first.
        """
        names = inspect.signature(fn).parameters
        found = {k: v for k, v in self.sk_params.items() if k in names}
        return {**found, **(override or {})}

    def fit(self, x, y, **kwargs):
        """Makes a model and trains it.

        Args:
          x: the examples.
          y: their targets.
          **kwargs: arguments of the model's `fit`.

        Returns:
          The `History`.
        """
        build = self._builder()
        self.model = build(**self.filter_sk_params(build))
        y = np.asarray(y)
        if _loss_name(self.model) == "categorical_crossentropy" and y.ndim != 2:
            y = to_categorical(y)
        return self.model.fit(x, y, **self.filter_sk_params(Sequential.fit, kwargs))

    def __sklearn_tags__(self):
        from sklearn.utils import ClassifierTags, RegressorTags, Tags, TargetTags

        kind = self._estimator_type
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
        )


def _loss_name(model):
    loss = model.loss
    return loss if isinstance(loss, str) else getattr(loss, "__name__", getattr(loss, "name", None))


class KerasClassifier(BaseWrapper):
    """A Keras model as a classifier of scikit-learn.

    >>> search = GridSearchCV(KerasClassifier(build_fn, epochs=5), {"units": [8, 16]})

    Args:
      build_fn: function that gives a compiled model.
      **sk_params: arguments of `build_fn` and of the model's `fit`, `predict` and `evaluate`.
    """

    _estimator_type = "classifier"

    def fit(self, x, y, **kwargs):
        """Makes a model and trains it.

        Args:
          x: the examples.
          y: their classes: names or numbers `[n]`, or rows of probabilities `[n, classes]`.
          **kwargs: arguments of the model's `fit`.

        Returns:
          The `History`.

        Raises:
          ValueError: `y` has another shape.
        """
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """The most probable classes.

        Args:
          x: the examples.
          **kwargs: arguments of the model's `predict_classes`.

        Returns:
          Array `[n]`.
        """
        kwargs = self.filter_sk_params(Sequential.predict_classes, kwargs)
        return self.classes_[self.model.predict_classes(x, **kwargs)]

    def predict_proba(self, x, **kwargs):
        """The probabilities of the classes.

        Args:
          x: the examples.
          **kwargs: arguments of the model's `predict_proba`.

        Returns:
          Array `[n, classes]`, two columns where the model has one output.
        """
        kwargs = self.filter_sk_params(Sequential.predict_classes, kwargs)
        found = self.model.predict_proba(x, **kwargs)
        return np.hstack([1 - found, found]) if found.shape[1] == 1 else found

    def score(self, x, y, **kwargs):
        """The share of examples whose class is found.

        Args:
          x: the examples.
          y: their classes.
          **kwargs: arguments of the model's `evaluate`.

        Raises:
          ValueError: the model was compiled without `metrics=["accuracy"]`.
        """
        y = np.asarray(y)
        if y.ndim == 1 or y.shape[1] == 1:
            y = np.searchsorted(self.classes_, y)
        if _loss_name(self.model) == "categorical_crossentropy" and y.ndim != 2:
            y = to_categorical(y, len(self.classes_))
        values = self.model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        values = values if isinstance(values, list) else [values]
        for name, value in zip(self.model.metrics_names, values):
            if name in ("accuracy", "acc"):
                return value
        raise ValueError(
            "The model is not configured to compute accuracy. You should pass "
            '`metrics=["accuracy"]` to the `model.compile()` method.'
        )


class KerasRegressor(BaseWrapper):
    """A Keras model as a regressor of scikit-learn.

    Args:
      build_fn: function that gives a compiled model.
      **sk_params: arguments of `build_fn` and of the model's `fit`, `predict` and `evaluate`.
    """

    _estimator_type = "regressor"

    def predict(self, x, **kwargs):
        """The predictions.

        Args:
          x: the examples.
          **kwargs: arguments of the model's `predict`.

        Returns:
          Array `[n]`, or `[n, outputs]`.
        """
        found = self.model.predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return np.squeeze(found, axis=-1) if found.shape[-1] == 1 else found

    def score(self, x, y, **kwargs):
        """The loss with a minus, so that more is better.

        Args:
          x: the examples.
          y: their targets.
          **kwargs: arguments of the model's `evaluate`.
        """
        loss = self.model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        return -(loss[0] if isinstance(loss, list) else loss)
