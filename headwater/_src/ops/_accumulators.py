"""Accumulators as objects of a session: sums of gradients, handed out when enough have come.

A gradient carries the step its worker was at; one that is older than the accumulator's own step is
dropped. Taking the average waits for enough gradients, starts anew and moves the step on.
"""

import threading
from collections import deque

import numpy as np

from headwater._src.core import logging
from headwater._src.ops._strings import invalid


class Accumulator:
    """Sums of gradients of one kind.

    Args:
      name: what errors call it.
      dtype: the gradients' type.
      shape: their shape, with None for unknown dimensions; None when it is not known at all.
      reduction: `"MEAN"` or `"SUM"`: what is handed out.
    """

    kind = "ConditionalAccumulator"

    def __init__(self, name, dtype, shape, reduction):
        self.name, self.dtype, self.shape, self.reduction = name, dtype, shape, reduction
        self.step = 0
        self.count = 0
        self.condition = threading.Condition()
        self._waiting = deque()
        self._reset()

    def set_step(self, step):
        """Moves the step; gradients of earlier steps are dropped from now on."""
        with self.condition:
            if step < self.step:
                logging.warning(
                    "Attempt to set current_global_step_ to smaller value: current_global_step_ = "
                    "%s >= %s = new_global_step.",
                    self.step,
                    step,
                )
            self.step = int(step)

    def size(self):
        """How many gradients have come since the last was taken."""
        with self.condition:
            return self.count

    def apply(self, step, gradient):
        """Adds a gradient, unless it is too old."""
        gradient = self._checked(gradient)
        with self.condition:
            if step < self.step:
                return
            self._add(gradient)
            self.count += 1
            self.condition.notify_all()

    def take(self, ctx, required):
        """The mean or sum of the gradients, once there are enough; those who wait are served in
        order.
        """
        if required <= 0:
            raise invalid(f"Argument num_required must be positive, but was {required}")
        ticket = object()
        with self.condition:
            self._waiting.append(ticket)
            try:
                ready = lambda: self._waiting[0] is ticket and self.count >= required
                ctx.wait(self.condition, ready, "TakeGrad operation")
                result = self._result(self.count if self.reduction == "MEAN" else None)
                self.count = 0
                self.step += 1
                self._reset()
            finally:
                self._waiting.remove(ticket)
                self.condition.notify_all()
        return result

    # -- what the kinds differ in ----------------------------------------------------------------

    def _reset(self):
        self._sum = None

    def _checked(self, gradient):
        _check_shape(self.shape, gradient.shape)
        if self._sum is not None and self._sum.shape != gradient.shape:
            raise invalid(
                f"Shape mismatch: expected {_text(self._sum.shape)}, got {_text(gradient.shape)}"
            )
        return gradient

    def _add(self, gradient):
        self._sum = np.array(gradient) if self._sum is None else self._sum + gradient

    def _result(self, divisor):
        return self._sum if divisor is None else _divided(self._sum, divisor)


def _divided(total, count):
    return (total / np.asarray(count, total.dtype)).astype(total.dtype, copy=False)


def _text(shape):
    return "[" + ",".join("?" if d is None else str(d) for d in shape) + "]"


def _check_shape(wanted, shape):
    if wanted is None:
        return
    if len(wanted) != len(shape) or any(
        w is not None and w != s for w, s in zip(wanted, shape, strict=True)
    ):
        raise invalid(f"Shape mismatch: expected {_text(wanted)}, got {_text(shape)}")


class SparseAccumulator(Accumulator):
    """Sums of sparse gradients: rows, their positions, and maybe the shape of the whole."""

    kind = "SparseConditionalAccumulator"

    def _reset(self):
        self._rows = {}
        self._shape = None
        self._seen = None

    def _checked(self, gradient):
        where, values, shape, known = gradient
        if where.ndim != 1:
            raise invalid(
                f"Input indices should be vector but received shape: {_text(where.shape)}"
            )
        if values.ndim < 1:
            raise invalid("Values cannot be 0-dimensional.")
        if len(values) != len(where) or not len(where):
            raise invalid(f"Expected {len(where)} non-empty input values, got {len(values)}")
        if known:
            if shape.size < values.ndim:
                raise invalid(
                    f"Shape mismatch: expected shape rank at least {values.ndim}, got {shape.size}"
                )
            outer = np.nonzero(where >= shape[0])[0]
            if len(outer):
                raise invalid(
                    f"Shape mismatch: index of slice {int(outer[0])} exceeded limits of shape; "
                    f"index is {int(where[outer[0]])} exceeded {int(shape[0])}"
                )
            self._check_dims([int(d) for d in shape])
        self._check_dims([None, *values.shape[1:]])
        return where, values, shape if known else None

    def _check_dims(self, dims):
        for wanted in (self.shape, self._seen):
            for i, (w, d) in enumerate(zip(wanted or (), dims)):
                if w is not None and d is not None and w >= 0 and w != d:
                    raise invalid(f"Shape mismatch: expected shape dim {i} to be {w}, got {d}")

    def _add(self, gradient):
        where, values, shape = gradient
        for i, value in zip(where.tolist(), values):
            self._rows[i] = value if i not in self._rows else self._rows[i] + value
        self._seen = [None, *values.shape[1:]]
        if shape is not None:
            self._shape = np.asarray(shape, np.int64)

    def _result(self, divisor):
        where = sorted(self._rows)
        rows = np.stack([self._rows[i] for i in where]).astype(self.dtype, copy=False)
        if divisor is not None:
            rows = _divided(rows, divisor)
        shape = self._shape
        if shape is None:
            whole = self.shape if self.shape is not None else (None, *rows.shape[1:])
            shape = np.array([-1 if d is None else d for d in whole], np.int64)
        return np.array(where, np.int64), rows, shape
