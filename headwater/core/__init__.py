"""`tensorflow.core`: the protocol buffers, by the names of the files that TensorFlow has them in."""
