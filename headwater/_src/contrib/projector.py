"""`tf.contrib.tensorboard.plugins.projector`: what TensorBoard shows of embeddings."""

import os

import headwater as tf

FILE_NAME = "projector_config.pbtxt"


def visualize_embeddings(summary_writer, config):
    """Writes which embeddings TensorBoard shows, into the folder of the summaries.

    Args:
      summary_writer: a `FileWriter`; its folder is where checkpoints are, too.
      config: a `ProjectorConfig`.

    Raises:
      ValueError: the writer has no folder.
    """
    from google.protobuf import text_format

    folder = summary_writer.get_logdir()
    if folder is None:
        raise ValueError("Summary writer must have a logdir")
    with tf.gfile.GFile(os.path.join(folder, FILE_NAME), "w") as file:
        file.write(text_format.MessageToString(config))
