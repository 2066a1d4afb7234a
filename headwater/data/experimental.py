"""`tf.data.experimental`."""

from headwater._src.data.experimental import (
    Reducer as Reducer,
    assert_cardinality as assert_cardinality,
    bucket_by_sequence_length as bucket_by_sequence_length,
    cardinality as cardinality,
    copy_to_device as copy_to_device,
    dense_to_sparse_batch as dense_to_sparse_batch,
    enumerate_dataset as enumerate_dataset,
    get_single_element as get_single_element,
    group_by_reducer as group_by_reducer,
    group_by_window as group_by_window,
    ignore_errors as ignore_errors,
    map_and_batch as map_and_batch,
    map_and_batch_with_legacy_function as map_and_batch_with_legacy_function,
    parallel_interleave as parallel_interleave,
    prefetch_to_device as prefetch_to_device,
    scan as scan,
    shuffle_and_repeat as shuffle_and_repeat,
    take_while as take_while,
    unbatch as unbatch,
    unique as unique,
)
from headwater._src.data.from_files import (
    TFRecordWriter as TFRecordWriter,
    make_batched_features_dataset as make_batched_features_dataset,
    make_csv_dataset as make_csv_dataset,
    parse_example_dataset as parse_example_dataset,
)
from headwater._src.data.optional import (
    Optional as Optional,
    get_next_as_optional as get_next_as_optional,
)
from headwater._src.data.options import (
    AutoShardPolicy as AutoShardPolicy,
    DistributeOptions as DistributeOptions,
    ExternalStatePolicy as ExternalStatePolicy,
    OptimizationOptions as OptimizationOptions,
    ThreadingOptions as ThreadingOptions,
)
from headwater._src.data.readers import CsvDataset as CsvDataset
from headwater._src.data.sampling import (
    Counter as Counter,
    RandomDataset as RandomDataset,
    choose_from_datasets as choose_from_datasets,
    rejection_resample as rejection_resample,
    sample_from_datasets as sample_from_datasets,
)
from headwater._src.data.structure import (
    DatasetSpec as DatasetStructure,  # noqa: F401
    OptionalSpec as OptionalStructure,  # noqa: F401
)
from headwater._src.graph.type_spec import (
    SparseTensorSpec as SparseTensorStructure,  # noqa: F401
    TensorSpec as TensorStructure,  # noqa: F401
    TypeSpec as Structure,  # noqa: F401
)

AUTOTUNE = -1
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2
