"""Modules of `tensorflow.python.training` that programs import."""
