"""`tf.profiler`: parameters, arithmetic, time and memory of a graph's nodes."""
