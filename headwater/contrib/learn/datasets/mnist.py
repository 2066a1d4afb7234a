"""`tf.contrib.learn.datasets.mnist`: the MNIST digits."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.delegate(__name__, "headwater.examples.tutorials.mnist.input_data")
