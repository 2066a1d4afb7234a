"""`tf.keras.preprocessing.sequence`: sequences of numbers."""

from headwater._src.keras.text_sequences import (
    TimeseriesGenerator as TimeseriesGenerator,
    make_sampling_table as make_sampling_table,
    pad_sequences as pad_sequences,
    skipgrams as skipgrams,
)
