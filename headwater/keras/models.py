"""`tf.keras.models`: models, and what makes them from configurations and files."""

from headwater._src.keras.models import (
    Model as Model,
    Sequential as Sequential,
    clone_model as clone_model,
    load_model as load_model,
    model_from_config as model_from_config,
    model_from_json as model_from_json,
    model_from_yaml as model_from_yaml,
    save_model as save_model,
)
