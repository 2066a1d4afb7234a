"""`tf.autograph.experimental`."""

from headwater._src.compatibility.autograph import (
    Feature as Feature,
    do_not_convert as do_not_convert,
    set_loop_options as set_loop_options,
)
