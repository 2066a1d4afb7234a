"""`tf.contrib.boosted_trees.proto`: the messages of its settings."""

import sys

from headwater._src.core.proto import boosted_trees_learner_pb2 as learner_pb2

# `import …proto.learner_pb2` looks here.
sys.modules[f"{__name__}.learner_pb2"] = learner_pb2
