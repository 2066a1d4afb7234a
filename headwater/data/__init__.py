"""`tf.data`: input pipelines."""

from headwater._src.core import lazy as _lazy
from headwater._src.data.dataset import Dataset as Dataset
from headwater._src.data.iterator import (
    Iterator as Iterator,
    get_output_classes as get_output_classes,
    get_output_shapes as get_output_shapes,
    get_output_types as get_output_types,
    make_initializable_iterator as make_initializable_iterator,
    make_one_shot_iterator as make_one_shot_iterator,
)
from headwater._src.data.options import Options as Options, ThreadingOptions as ThreadingOptions
from headwater._src.data.readers import (
    FixedLengthRecordDataset as FixedLengthRecordDataset,
    TextLineDataset as TextLineDataset,
    TFRecordDataset as TFRecordDataset,
)
from headwater._src.data.structure import DatasetSpec as DatasetSpec

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("experimental",))
