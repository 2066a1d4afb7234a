"""`tf.contrib.summary`: summaries that are written where they are made."""

from headwater._src.contrib.contrib_summary import (
    SummaryWriter as SummaryWriter,
    all_summary_ops as all_summary_ops,
    always_record_summaries as always_record_summaries,
    audio as audio,
    create_file_writer as create_file_writer,
    create_summary_file_writer as create_summary_file_writer,
    flush as flush,
    histogram as histogram,
    image as image,
    initialize as initialize,
    never_record_summaries as never_record_summaries,
    record_summaries_every_n_global_steps as record_summaries_every_n_global_steps,
    scalar as scalar,
    should_record_summaries as should_record_summaries,
    summary_writer_initializer_op as summary_writer_initializer_op,
)
