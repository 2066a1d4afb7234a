"""Numbers rounded to a few bits; aliases of functions under other names."""

from .case import A, Case

X = A((3, 4), low=-1.5, high=1.5)
CALL = "quantization.quantize_and_dequantize"

CASES = [
    Case(CALL, (X, -1.0, 1.0)),
    Case(CALL, (X, -1.0, 1.0), {"range_given": True}),
    Case(CALL, (X, -0.3, 1.0), {"range_given": True, "num_bits": 4}),
    Case(CALL, (X, -2.0, 0.5), {"range_given": True, "num_bits": 5}),
    Case(CALL, (X, -1.0, 1.0), {"signed_input": False, "range_given": True}),
    Case(CALL, (X, -1.0, 1.0), {"narrow_range": True, "range_given": True}),
    Case(CALL, (X, -1.0, 1.0), {"round_mode": "HALF_UP", "num_bits": 3}),
    Case(CALL, (X, [0.0] * 4, [0.0] * 4), {"axis": 1, "num_bits": 6}),
    Case(CALL, (X, -1.0, 1.0), {"num_bits": 0}, error="num_bits is out of range: 0"),
    Case("dtypes.cast", (X, "int32")),
    Case("dtypes.saturate_cast", (A((3,), low=-300.0, high=300.0), "int8")),
    Case("dtypes.complex", (A((3,)), A((3,)))),
    Case("linalg.global_norm", ([A((3,)), A((2, 2))],), gradient=True),
]
