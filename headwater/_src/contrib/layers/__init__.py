"""`tf.contrib.layers`: the layers, in files by subject."""
