"""`tf.contrib.tensorboard.plugins.projector`: what TensorBoard shows of embeddings."""

from headwater._src.contrib.projector import (
    EmbeddingInfo as EmbeddingInfo,
    ProjectorConfig as ProjectorConfig,
    SpriteMetadata as SpriteMetadata,
    visualize_embeddings as visualize_embeddings,
)
