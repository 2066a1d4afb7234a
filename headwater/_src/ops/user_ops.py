"""The op that stands where users add their own: `tf.user_ops.my_fact`."""

import numpy as np

from headwater._src.graph import define_op, raw

Fact = define_op("Fact", inputs="", outputs="fact: string", attrs=[])
Fact.shape(lambda: None)  # TensorFlow states none either
Fact.no_gradient()


@Fact.kernel
def fact_kernel(xp):
    return np.array(b"0! == 1", object)


def my_fact():
    """A fact about factorials, as TensorFlow's example of an op of one's own states it.

    Returns:
      A `string` tensor with one element and, as in TensorFlow, no static shape.
    """
    return raw.Fact()
