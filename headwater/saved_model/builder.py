"""`tf.saved_model.builder`: writing SavedModels."""

from headwater._src.train.saved_model import (
    SavedModelBuilder as SavedModelBuilder,
)
