"""The MNIST digits: `input_data.read_data_sets`, and the tutorial's network, `mnist`."""

from headwater.examples.tutorials.mnist import input_data as input_data, mnist as mnist
