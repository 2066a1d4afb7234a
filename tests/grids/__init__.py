"""Tables of ops by types, shapes and attributes, run by `tests/ops/test_grids.py`."""
