"""`tf.contrib.feature_column`: columns of sequences."""

from headwater._src.estimator.sequence_columns import (
    sequence_categorical_column_with_hash_bucket as sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity as sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file as sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list as sequence_categorical_column_with_vocabulary_list,
    sequence_input_layer as sequence_input_layer,
    sequence_numeric_column as sequence_numeric_column,
)
