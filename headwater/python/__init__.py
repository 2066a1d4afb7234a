"""The few modules of `tensorflow.python` that programs import although they are not public."""
