"""`tf.contrib.quantize`: graphs that train as if numbers had few bits."""

from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.contrib.quantize import (
    create_eval_graph as create_eval_graph,
    create_training_graph as create_training_graph,
    experimental_create_eval_graph as experimental_create_eval_graph,
    experimental_create_training_graph as experimental_create_training_graph,
)

python = _PrivatePath(__name__)
