"""`tf.contrib.tensor_forest`: random forests."""

from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.contrib.trees.forest import RandomForestGraphs as RandomForestGraphs
from headwater._src.contrib.trees.forest_params import ForestHParams as ForestHParams

python = _PrivatePath(__name__)
