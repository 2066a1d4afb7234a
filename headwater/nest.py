"""`tf.nest`: nested structures of lists, tuples and dicts."""

from headwater._src.core.nest import *  # noqa: F403
