"""`tf.logging`: messages of the library and of programs."""

from headwater._src.core.logging import *  # noqa: F403
