"""`tf.app`: starting a program."""

from headwater import flags as flags
from headwater._src.core.flags import run as run
