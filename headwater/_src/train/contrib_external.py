"""Optimizers outside of the graph: SciPy's, which ask the session for values and gradients."""

import numpy as np

from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph, get_default_session
from headwater._src.graph.gradients import gradients
from headwater._src.graph.optable import PUBLIC, raw


class ExternalOptimizerInterface:
    """Base of optimizers that work on one NumPy vector of all variables.

    Args:
      loss: scalar `Tensor` to minimise.
      var_list: list of variables (default: the trainable ones).
      equalities: list of scalar `Tensor`s that shall be zero.
      inequalities: list of scalar `Tensor`s that shall not be negative.
      var_to_bounds: dict from variable to `(lowest, highest)`, each a number or an array of the
        variable's shape.
      **optimizer_kwargs: options of the optimizer.
    """

    def __init__(
        self,
        loss,
        var_list=None,
        equalities=None,
        inequalities=None,
        var_to_bounds=None,
        **optimizer_kwargs,
    ):
        self._loss = loss
        self._equalities = equalities or []
        self._inequalities = inequalities or []
        self._vars = (
            get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES)
            if var_list is None
            else list(var_list)
        )
        self._packed_bounds = None
        if var_to_bounds is not None:
            self._packed_bounds = [pair for v in self._vars for pair in _bounds(v, var_to_bounds)]
        self._shapes = [tuple(v.get_shape().as_list()) for v in self._vars]
        self._ends = np.cumsum([0, *(int(np.prod(s)) for s in self._shapes)])
        self._update_placeholders = [
            raw.Placeholder(dtype=v.dtype.base_dtype, shape=None) for v in self._vars
        ]
        self._var_updates = [
            v.assign(PUBLIC["reshape"](p, s))
            for v, p, s in zip(self._vars, self._update_placeholders, self._shapes)
        ]
        self._packed_var = self._pack(self._vars)
        self._packed_loss_grad = self._pack(_gradients(loss, self._vars))
        self._packed_equality_grads = [
            self._pack(_gradients(t, self._vars)) for t in self._equalities
        ]
        self._packed_inequality_grads = [
            self._pack(_gradients(t, self._vars)) for t in self._inequalities
        ]
        self.optimizer_kwargs = optimizer_kwargs

    def minimize(
        self,
        session=None,
        feed_dict=None,
        fetches=None,
        step_callback=None,
        loss_callback=None,
        **run_kwargs,
    ):
        """Minimises the loss, and leaves the result in the variables.

        Args:
          session: the session (default: the default session).
          feed_dict: feeds of every evaluation.
          fetches: list of tensors to evaluate with the loss, for `loss_callback`.
          step_callback: called after each step with the vector of all variables.
          loss_callback: called after each evaluation with the values of `fetches`.
          **run_kwargs: further arguments of `session.run`.
        """
        session = session or get_default_session()
        feed_dict = feed_dict or {}
        fetches = fetches or []
        loss_callback = loss_callback or (lambda *values: None)
        step_callback = step_callback or (lambda vector: None)

        def evaluator(tensors, watched=(), callback=lambda *values: None):
            def evaluate(x):
                feeds = dict(zip(self._vars, self._split(x)))
                feeds.update(feed_dict)
                values = session.run([*tensors, *watched], feed_dict=feeds, **run_kwargs)
                callback(*values[len(tensors) :])
                return [np.asarray(v).astype(np.float64) for v in values[: len(tensors)]]

            return evaluate

        loss_grad = evaluator([self._loss, self._packed_loss_grad], fetches, loss_callback)
        equality = [evaluator([t]) for t in self._equalities]
        equality_grads = [evaluator([t]) for t in self._packed_equality_grads]
        inequality = [evaluator([t]) for t in self._inequalities]
        inequality_grads = [evaluator([t]) for t in self._packed_inequality_grads]
        start = session.run(self._packed_var, **run_kwargs).astype(np.float64)
        found = self._minimize(
            initial_val=start,
            loss_grad_func=loss_grad,
            equality_funcs=[_first(f) for f in equality],
            equality_grad_funcs=[_first(f) for f in equality_grads],
            inequality_funcs=[_first(f) for f in inequality],
            inequality_grad_funcs=[_first(f) for f in inequality_grads],
            packed_bounds=self._packed_bounds,
            step_callback=step_callback,
            optimizer_kwargs=self.optimizer_kwargs,
        )
        session.run(
            self._var_updates,
            feed_dict=dict(zip(self._update_placeholders, self._split(found))),
            **run_kwargs,
        )

    def _minimize(
        self,
        initial_val,
        loss_grad_func,
        equality_funcs,
        equality_grad_funcs,
        inequality_funcs,
        inequality_grad_funcs,
        packed_bounds,
        step_callback,
        optimizer_kwargs,
    ):
        """The vector that minimises the loss; for subclasses."""
        raise NotImplementedError(
            "To use ExternalOptimizerInterface, subclass from it and "
            "implement the _minimize() method."
        )

    def _split(self, vector):
        return [
            np.asarray(vector[a:b]).reshape(shape).astype(v.dtype.base_dtype.as_numpy_dtype)
            for a, b, shape, v in zip(self._ends, self._ends[1:], self._shapes, self._vars)
        ]

    @staticmethod
    def _pack(tensors):
        if not tensors:
            return None
        flat = [PUBLIC["reshape"](t, [-1]) for t in tensors]
        return flat[0] if len(flat) == 1 else PUBLIC["concat"](flat, 0)


def _first(evaluate):
    return lambda x: evaluate(x)[0]


def _gradients(target, variables):
    found = gradients(target, variables)
    return [
        PUBLIC["zeros_like"](v) if g is None else convert_to_tensor(g)
        for g, v in zip(found, variables)
    ]


def _bounds(variable, var_to_bounds):
    shape = tuple(variable.get_shape().as_list())
    low, high = var_to_bounds.get(variable, (-np.inf, np.inf))
    return list(zip(np.broadcast_to(low, shape).flat, np.broadcast_to(high, shape).flat))


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """Minimises with `scipy.optimize.minimize`, by default with L-BFGS-B (SLSQP if constrained).

    Args:
      loss: scalar `Tensor` to minimise.
      var_list: list of variables (default: the trainable ones).
      equalities: list of scalar `Tensor`s that shall be zero.
      inequalities: list of scalar `Tensor`s that shall not be negative.
      var_to_bounds: dict from variable to `(lowest, highest)`.
      **optimizer_kwargs: `method`, `options` and other arguments of `scipy.optimize.minimize`.
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(
        self,
        initial_val,
        loss_grad_func,
        equality_funcs,
        equality_grad_funcs,
        inequality_funcs,
        inequality_grad_funcs,
        packed_bounds,
        step_callback,
        optimizer_kwargs,
    ):
        import scipy.optimize

        from headwater._src.core import logging

        options = dict(optimizer_kwargs)
        constraints = [
            {"type": kind, "fun": fun, "jac": jac}
            for kind, funs, jacs in (
                ("eq", equality_funcs, equality_grad_funcs),
                ("ineq", inequality_funcs, inequality_grad_funcs),
            )
            for fun, jac in zip(funs, jacs)
        ]
        method = options.pop("method", "SLSQP" if constraints else self._DEFAULT_METHOD)
        for given in ("fun", "jac", "bounds", "constraints", "callback"):
            if given in options:
                raise ValueError(
                    f"Optimizer keyword arg '{given}' is set automatically and cannot be injected "
                    "manually"
                )
        settings = {
            "jac": True,
            "callback": step_callback,
            "method": method,
            "bounds": packed_bounds,
            **options,
        }
        if constraints:
            settings["constraints"] = constraints
        result = scipy.optimize.minimize(
            lambda x: tuple(
                np.asarray(v) if i else float(v) for i, v in enumerate(loss_grad_func(x))
            ),
            initial_val,
            **settings,
        )
        logging.info("Optimization terminated with: %s, objective %s", result.message, result.fun)
        return result.x
