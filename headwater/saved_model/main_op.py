"""`tf.saved_model.main_op`: what runs after loading."""

from headwater._src.train.saved_model import (
    main_op as main_op,
    main_op_with_restore as main_op_with_restore,
)
