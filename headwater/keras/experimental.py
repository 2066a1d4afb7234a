"""`tf.keras.experimental`: models as SavedModels."""

from headwater._src.keras.saved_models import (
    export_saved_model as export_saved_model,
    load_from_saved_model as load_from_saved_model,
)
