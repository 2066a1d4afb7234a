"""The network of the MNIST tutorial, in four functions."""

from headwater._src.compatibility.mnist_model import (
    IMAGE_PIXELS as IMAGE_PIXELS,
    IMAGE_SIZE as IMAGE_SIZE,
    NUM_CLASSES as NUM_CLASSES,
    evaluation as evaluation,
    inference as inference,
    loss as loss,
    training as training,
)
