"""Small programs built and run in headwater and in TensorFlow, and compared."""
