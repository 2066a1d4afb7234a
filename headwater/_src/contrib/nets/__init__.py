"""`tf.contrib.slim.nets`: well-known networks, with the names of their published checkpoints."""
