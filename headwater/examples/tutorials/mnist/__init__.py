"""The MNIST digits: `input_data.read_data_sets`."""

from headwater.examples.tutorials.mnist import input_data as input_data
