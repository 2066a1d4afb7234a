"""`tf.saved_model.loader`: loading SavedModels."""

from headwater._src.train.saved_model import (
    load as load,
    maybe_saved_model_directory as maybe_saved_model_directory,
)
