"""`tf.errors`: the errors that running a graph can raise."""

from headwater._src.core.errors import *  # noqa: F403  one class for each error code, and the codes
