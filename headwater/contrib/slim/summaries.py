"""`tf.contrib.slim.summaries`: summaries of values, in short."""

from headwater._src.contrib.slim_summaries import (
    add_histogram_summaries as add_histogram_summaries,
    add_histogram_summary as add_histogram_summary,
    add_scalar_summaries as add_scalar_summaries,
    add_scalar_summary as add_scalar_summary,
    add_zero_fraction_summaries as add_zero_fraction_summaries,
    add_zero_fraction_summary as add_zero_fraction_summary,
)
