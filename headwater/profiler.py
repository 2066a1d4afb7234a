"""`tf.profiler`: parameters, arithmetic, time and memory of a graph's nodes."""

from headwater._src.contrib.profiler.options import ProfileOptionBuilder as ProfileOptionBuilder
from headwater._src.contrib.profiler.profile import Profiler as Profiler, profile as profile
