"""TensorFlow's module paths, public and private, answered from headwater's modules."""
