"""Models, and what makes them from configurations and files."""

from headwater._src.keras.model import Model as Model
from headwater._src.keras.model_config import clone_model as clone_model
from headwater._src.keras.saving import (
    load_model as load_model,
    model_from_config as model_from_config,
    model_from_json as model_from_json,
    model_from_yaml as model_from_yaml,
    save_model as save_model,
)
from headwater._src.keras.sequential import Sequential as Sequential
