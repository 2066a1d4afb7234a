"""`tf.contrib.tfprof`: the older name of `tf.profiler`."""

from headwater.profiler import (
    ProfileOptionBuilder as ProfileOptionBuilder,
    Profiler as Profiler,
    profile as profile,
)
