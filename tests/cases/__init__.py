"""Tables of op cases, one module a family; `tests/ops/test_cases.py` runs them all."""
