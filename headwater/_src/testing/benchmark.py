"""`tf.test.Benchmark`: methods `benchmark*` that time sessions' steps."""

import time

import numpy as np
from absl import logging

from headwater._src.core.proto import config_pb2
from headwater._src.runtime.session import get_default_session


def benchmark_config():
    """A ConfigProto for steps that are timed."""
    return config_pb2.ConfigProto(allow_soft_placement=True)


class Benchmark:
    """Base class of benchmarks: methods whose names start with `benchmark`."""

    @classmethod
    def is_abstract(cls):
        """Whether the class has no benchmark of its own."""
        return not any(name.startswith("benchmark") for name in dir(cls))

    def evaluate(self, tensors):
        """The values of a structure of tensors in the default session."""
        return get_default_session().run(tensors)

    def report_benchmark(
        self,
        iters=None,
        cpu_time=None,
        wall_time=None,
        throughput=None,
        extras=None,
        name=None,
        metrics=None,
    ):
        """Logs a result.

        Args:
          iters: number of runs.
          cpu_time: processor seconds of a run.
          wall_time: seconds of a run.
          throughput: megabytes a second.
          extras: dict of further figures.
          name: the benchmark's name; None for the class's.
          metrics: list of dicts of further measures.
        """
        found = {
            "iters": iters,
            "cpu_time": cpu_time,
            "wall_time": wall_time,
            "throughput": throughput,
            "extras": extras,
            "metrics": metrics,
        }
        shown = ", ".join(f"{key}: {value}" for key, value in found.items() if value is not None)
        logging.info("Benchmark [%s] %s", name or type(self).__name__, shown)

    def run_op_benchmark(
        self,
        sess,
        op_or_tensor,
        feed_dict=None,
        burn_iters=2,
        min_iters=10,
        store_trace=False,
        store_memory_usage=True,
        name=None,
        extras=None,
        mbs=0,
    ):
        """Times steps that run a node, and reports the median.

        Args:
          sess: the session.
          op_or_tensor: what to run.
          feed_dict: values of placeholders.
          burn_iters: runs that are not timed.
          min_iters: runs that are.
          store_trace: not used: a trace is had from `RunOptions`.
          store_memory_usage: not used.
          name: the benchmark's name.
          extras: dict of further figures.
          mbs: megabytes that a run processes, for the throughput.

        Returns:
          Dict with `iters`, `wall_time` (seconds), `throughput`, `extras` and `name`.
        """
        del store_trace, store_memory_usage
        target = getattr(op_or_tensor, "op", op_or_tensor)
        times = []
        for k in range(burn_iters + min_iters):
            start = time.perf_counter()
            sess.run(target, feed_dict)
            if k >= burn_iters:
                times.append(time.perf_counter() - start)
        median = float(np.median(times)) if times else -1.0
        result = {
            "iters": min_iters,
            "wall_time": median,
            "throughput": mbs / median if times else 0.0,
            "extras": dict(extras or {}, wall_time_mean=float(np.mean(times)) if times else -1.0),
            "name": name or type(self).__name__,
        }
        self.report_benchmark(**result)
        return result
