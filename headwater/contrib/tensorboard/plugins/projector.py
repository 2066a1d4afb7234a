"""`tf.contrib.tensorboard.plugins.projector`: what TensorBoard shows of embeddings."""

from headwater._src.contrib.projector import visualize_embeddings as visualize_embeddings
from headwater._src.core import lazy as _lazy

_PROTOS = ("EmbeddingInfo", "ProjectorConfig", "SpriteMetadata")

__getattr__, __dir__ = _lazy.lazy_getattr(
    __name__, (), dict.fromkeys(_PROTOS, "headwater._src.core.proto.projector_config_pb2")
)
