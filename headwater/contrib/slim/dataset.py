"""`tf.contrib.slim.dataset`: what a program knows of a data set."""

from headwater._src.contrib.slim_data import Dataset as Dataset
