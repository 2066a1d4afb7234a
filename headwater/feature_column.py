"""`tf.feature_column`: descriptions of features, and the tensors they become."""

from headwater._src.estimator.categorical_columns import (
    categorical_column_with_hash_bucket as categorical_column_with_hash_bucket,
    categorical_column_with_identity as categorical_column_with_identity,
    categorical_column_with_vocabulary_file as categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list as categorical_column_with_vocabulary_list,
    crossed_column as crossed_column,
    weighted_categorical_column as weighted_categorical_column,
)
from headwater._src.estimator.column_layers import (
    input_layer as input_layer,
    linear_model as linear_model,
)
from headwater._src.estimator.columns import make_parse_example_spec as make_parse_example_spec
from headwater._src.estimator.embedded_columns import (
    embedding_column as embedding_column,
    indicator_column as indicator_column,
    shared_embedding_columns as shared_embedding_columns,
)
from headwater._src.estimator.numeric_columns import (
    bucketized_column as bucketized_column,
    numeric_column as numeric_column,
)
from headwater._src.estimator.sequence_columns import (
    sequence_categorical_column_with_hash_bucket as sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity as sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file as sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list as sequence_categorical_column_with_vocabulary_list,
    sequence_numeric_column as sequence_numeric_column,
)
