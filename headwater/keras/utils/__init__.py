"""`tf.keras.utils`: arrays of labels, files, sources of batches, names of objects, pictures."""

from headwater._src.keras.batch_sources import (
    GeneratorEnqueuer as GeneratorEnqueuer,
    OrderedEnqueuer as OrderedEnqueuer,
    Sequence as Sequence,
    SequenceEnqueuer as SequenceEnqueuer,
)
from headwater._src.keras.cached_files import get_file as get_file
from headwater._src.keras.label_arrays import (
    HDF5Matrix as HDF5Matrix,
    normalize as normalize,
    to_categorical as to_categorical,
)
from headwater._src.keras.model_pictures import (
    model_to_dot as model_to_dot,
    plot_model as plot_model,
)
from headwater._src.keras.multi_gpu import multi_gpu_model as multi_gpu_model
from headwater._src.keras.progress import Progbar as Progbar
from headwater._src.keras.serialization import (
    CustomObjectScope as CustomObjectScope,
    custom_object_scope as custom_object_scope,
    deserialize_keras_object as deserialize_keras_object,
    get_custom_objects as get_custom_objects,
    get_registered_name as get_registered_name,
    get_registered_object as get_registered_object,
    register_keras_serializable as register_keras_serializable,
    serialize_keras_object as serialize_keras_object,
)
