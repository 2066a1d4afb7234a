"""How far training is: `Progbar`, and the callback `ProgbarLogger`."""

import sys
import time

import numpy as np

from headwater._src.keras.callback_base import Callback


class Progbar:
    """A progress bar with values beside it.

    On a terminal the line is drawn again and again; elsewhere it is written once, at the end.

    Args:
      target: the number of steps that are the whole, or None.
      width: the number of columns of the bar.
      verbose: 0: nothing, 1: a bar, 2: a line at the end.
      interval: seconds between two drawings.
      stateful_metrics: names of values that are shown as they are; others are averaged.
      unit_name: what is counted.
    """

    def __init__(
        self,
        target,
        width=30,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        unit_name="step",
    ):
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.stateful_metrics, self.unit_name = set(stateful_metrics or ()), unit_name
        self._terminal = hasattr(sys.stdout, "isatty") and sys.stdout.isatty()
        self._sums, self._seen, self._drawn = {}, 0, 0
        self._start, self._last = time.time(), 0.0
        self._finished = False

    def update(self, current, values=None):
        """Says how far it is.

        Args:
          current: the number of steps done.
          values: pairs (name, value) to show.
        """
        for name, value in values or ():
            if name in self.stateful_metrics:
                self._sums[name] = value, None
            else:
                total, weight = self._sums.get(name, (0.0, 0))
                more = max(current - self._seen, 1)
                self._sums[name] = total + value * more, weight + more
        self._seen = current
        done = self.target is not None and current >= self.target
        now = time.time()
        if self._finished or not (done or self._is_time(now)):
            return
        self._last = now
        self._draw(current, now - self._start, done)
        self._finished = done

    def finish(self, values):
        """Draws the bar for the last time.

        Args:
          values: pairs (name, value) that are final.
        """
        self._sums = {name: (value, None) for name, value in values}
        if not self._finished:
            self._draw(self._seen, time.time() - self._start, True)
            self._finished = True

    def add(self, n, values=None):
        """Says that more steps are done.

        Args:
          n: how many.
          values: pairs (name, value) to show.
        """
        self.update(self._seen + n, values)

    def _is_time(self, now):
        return self.verbose == 1 and self._terminal and now - self._last >= self.interval

    def _draw(self, current, seconds, done):
        if not self.verbose:
            return
        line = self._bar(current) if self.verbose == 1 else f"{current}/{self.target or current} -"
        per_unit = seconds / current if current else 0.0
        if self.verbose == 2:
            line += f" {seconds:.0f}s"
        elif done or self.target is None:
            line += f" {seconds:.0f}s {_duration(per_unit)}/{self.unit_name}"
        else:
            line += f" - ETA: {_clock(per_unit * (self.target - current))}"
        for name, (value, weight) in self._sums.items():
            shown = value if weight is None else value / max(weight, 1)
            line += f" - {name}: {_number(shown)}"
        if self.verbose == 1 and self._terminal:
            sys.stdout.write("\r" + line.ljust(self._drawn) + ("\n" if done else ""))
            self._drawn = len(line)
        else:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def _bar(self, current):
        if self.target is None:
            return f"{current:7d}/Unknown -"
        share = min(current / self.target, 1.0) if self.target else 1.0
        full = int(self.width * share)
        head = ("=" * (full - 1) + (">" if current < self.target else "=")) if full else ""
        digits = len(str(self.target))
        return f"{current:{digits}d}/{self.target} [{head}{'.' * (self.width - full)}] -"


def _number(value):
    value = float(np.mean(value))
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _clock(seconds):
    seconds = int(seconds)
    if seconds > 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds > 60 else f"{seconds}s"


def _duration(seconds):
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.0f}{unit}"
    return f"{seconds * 1e6:.0f}us"


class ProgbarLogger(Callback):
    """Prints how far the epoch is, and its results.

    Args:
      count_mode: `"samples"` or `"steps"`.
      stateful_metrics: accepted for compatibility.

    Raises:
      ValueError: `count_mode` is something else.
    """

    def __init__(self, count_mode="samples", stateful_metrics=None):
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(f"Unknown `count_mode`: {count_mode}")
        self._by_steps = count_mode == "steps"
        self._bar = None
        self._seen = 0

    def on_train_begin(self, logs=None):
        self.verbose, self.epochs = self.params["verbose"], self.params["epochs"]

    def on_epoch_begin(self, epoch, logs=None):
        self._seen = 0
        if not self.verbose:
            return
        if self.epochs > 1:
            print(f"Epoch {epoch + 1}/{self.epochs}")
        self._bar = Progbar(
            self.params["steps" if self._by_steps else "samples"],
            verbose=self.verbose,
            stateful_metrics=[n for n in self.params["metrics"] if n != "loss"],
            unit_name="step" if self._by_steps else "sample",
        )

    def on_batch_end(self, batch, logs=None):
        logs = logs or {}
        self._seen += 1 if self._by_steps else logs.get("size", 0)
        if not self.verbose:
            return
        values = [(name, logs[name]) for name in self.params["metrics"] if name in logs]
        if self._bar.target is None or self._seen < self._bar.target:
            self._bar.update(self._seen, values)
        else:
            self._bar._seen = self._seen  # the last drawing waits for the validation

    def on_epoch_end(self, epoch, logs=None):
        if self.verbose:
            logs = logs or {}
            self._bar.finish([(n, logs[n]) for n in self.params["metrics"] if n in logs])
