"""What TensorFlow 1.x programs import from `tensorflow.examples`."""

from headwater.examples import tutorials as tutorials
