"""`SecondOrStepTimer`: when something that happens only now and then is due again."""

import time


class SecondOrStepTimer:
    """Tells after how many steps or seconds something is due again.

    Args:
      every_secs: seconds between two times.
      every_steps: steps between two times; exactly one of both is given.

    Raises:
      ValueError: both are given, or neither.
    """

    def __init__(self, every_secs=None, every_steps=None):
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")
        self._every_secs, self._every_steps = every_secs, every_steps
        self.reset()

    def reset(self):
        """Forgets when it was due last."""
        self._last_step = self._last_time = None

    def should_trigger_for_step(self, step):
        """Whether it is due at a step: always at first, never twice at one step.

        Args:
          step: number of the step.
        """
        if self._last_step is None:
            return True
        if step == self._last_step:
            return False
        if self._every_secs is not None:
            return time.time() >= self._last_time + self._every_secs
        return step >= self._last_step + self._every_steps

    def update_last_triggered_step(self, step):
        """Notes that it was done at a step.

        Args:
          step: number of the step.

        Returns:
          `(seconds, steps)` since the last time; `(None, None)` the first time.
        """
        now = time.time()
        since = (None, None)
        if self._last_time is not None:
            since = now - self._last_time, step - self._last_step
        self._last_time, self._last_step = now, step
        return since

    def last_triggered_step(self):
        """The step of the last time, or None."""
        return self._last_step
