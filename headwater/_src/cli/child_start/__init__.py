"""The folder that `PYTHONPATH` begins with in children of `headwater run`; see `sitecustomize`."""
