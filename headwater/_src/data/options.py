"""`tf.data.Options` and the groups of options in it: accepted, kept and merged."""

import enum


class _Fields:
    """An object with a fixed set of attributes, which are None until they are set."""

    _names: tuple = ()

    def __init__(self):
        for name in self._names:
            object.__setattr__(self, name, self._default(name))

    @staticmethod
    def _default(name):
        return None

    def __setattr__(self, name, value):
        if name not in self._names:
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None

    def merge(self, other):
        """These options with those that `other` sets.

        Args:
          other: options of the same class.

        Raises:
          ValueError: `other` sets one to another value.
        """
        result = type(self)()
        for name in self._names:
            mine, its = getattr(self, name), getattr(other, name)
            if isinstance(mine, _Fields) and isinstance(its, _Fields):
                value = mine.merge(its)
            else:
                if mine is not None and its is not None and mine != its:
                    raise ValueError(f"Cannot merge incompatible values of option: {name}")
                value = mine if its is None else its
            object.__setattr__(result, name, value)
        return result


class AutoShardPolicy(enum.IntEnum):
    """How a dataset is shared among workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2


class ExternalStatePolicy(enum.Enum):
    """What is done about state outside of a dataset that is to be saved."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class DistributeOptions(_Fields):
    """Options for several workers."""

    _names = ("auto_shard", "auto_shard_policy", "num_devices")


class OptimizationOptions(_Fields):
    """Options for the rewriting of datasets, which headwater decides by itself."""

    _names = (
        "apply_default_optimizations",
        "autotune",
        "autotune_algorithm",
        "autotune_buffers",
        "autotune_cpu_budget",
        "filter_fusion",
        "filter_parallelization",
        "filter_with_random_uniform_fusion",
        "hoist_random_uniform",
        "inject_prefetch",
        "map_and_batch_fusion",
        "map_and_filter_fusion",
        "map_fusion",
        "map_parallelization",
        "map_vectorization",
        "noop_elimination",
        "parallel_batch",
        "seq_interleave_prefetch",
        "shuffle_and_repeat_fusion",
    )


class ThreadingOptions(_Fields):
    """Options for the threads of datasets."""

    _names = ("max_intra_op_parallelism", "private_threadpool_size")


_GROUPS = {
    "experimental_distribute": DistributeOptions,
    "experimental_optimization": OptimizationOptions,
    "experimental_threading": ThreadingOptions,
    "threading": ThreadingOptions,
}


class Options(_Fields):
    """How the elements of a dataset may be made.

    >>> options = tf.data.Options()
    >>> options.experimental_deterministic = False
    """

    _names = (
        "deterministic",
        "experimental_deterministic",
        "experimental_distribute",
        "experimental_external_state_policy",
        "experimental_numa_aware",
        "experimental_optimization",
        "experimental_slack",
        "experimental_stats",
        "experimental_threading",
        "threading",
    )

    @staticmethod
    def _default(name):
        return _GROUPS[name]() if name in _GROUPS else None
