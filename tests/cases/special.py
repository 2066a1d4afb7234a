"""Bessel functions, incomplete gamma functions, neighbouring numbers, gamma and Poisson draws."""

from .case import A, Case

POSITIVE = A((2, 3), low=0.2, high=4.0)
ANY = A((2, 3), low=-3.0, high=3.0)

CASES = [
    *[
        Case(f"math.special.{name}", (ANY,), gradient=True)
        for name in (
            "bessel_i0",
            "bessel_i0e",
            "bessel_i1",
            "bessel_i1e",
            "bessel_j0",
            "bessel_j1",
            "dawsn",
            "fresnel_cos",
            "fresnel_sin",
        )
    ],
    *[
        Case(f"math.special.{name}", (POSITIVE,), gradient=True)
        for name in (
            "bessel_k0",
            "bessel_k0e",
            "bessel_k1",
            "bessel_k1e",
            "bessel_y0",
            "bessel_y1",
            "expint",
            "spence",
        )
    ],
    Case("math.special.bessel_i0", (A((2,), "float64"),), tolerance=1e-12),
    Case("igamma", (POSITIVE, POSITIVE), gradient=True),
    Case("igammac", (POSITIVE, POSITIVE), gradient=True),
    Case("igamma", (A((3,), low=0.2, high=4.0), POSITIVE), gradient=True),
    Case("math.nextafter", (A((3,)), A((2, 3)))),
    Case("random_gamma", ([3], [0.5, 2.0]), {"seed": 3}, tolerance=1e-6),
    Case("random_gamma", ([2, 3], A((2, 1), low=0.3, high=3.0), [1.0, 2.0]), {"seed": 3}),
    Case("random_gamma", ([], 1.0), {"seed": 3}),
    Case("random_gamma", ([0], 1.0), {"seed": 3}),
    Case("random.gamma", ([40], [[0.1], [1.0], [30.0]]), {"seed": 1, "dtype": "float64"}),
    Case("random.gamma", ([9], [0.0, 3.0]), {"seed": 1, "dtype": "float16"}, tolerance=2e-3),
    Case("random_poisson", ([0.5, 3.0, 20.0], [4]), {"seed": 3}, tolerance=0),
    Case("random.poisson", (A((2, 3), low=0.0, high=90.0), [50]), {"seed": 1, "dtype": "int32"}),
    Case("random_poisson", (5.0, []), {"seed": 3, "dtype": "int64"}),
    Case("random.stateless_gamma", ([3, 2], [1, 2], [0.5, 3.0], 2.0)),
    Case("random.stateless_gamma", ([4, 2, 3], [7, 2], A((2, 1), low=0.3, high=2.0), [1.0, 2, 3])),
    Case("random.stateless_poisson", ([3, 2], [1, 2], [0.5, 30.0])),
    Case(
        "random.stateless_gamma",
        ([3, 2], [1, 2], A((3,), low=1.0)),
        error="Shape passed in must end with broadcasted shape.",
    ),
]
CASES += [
    Case("math.cumulative_logsumexp", (A((4, 3)),), gradient=True),
    Case("math.cumulative_logsumexp", (A((4, 3)), 1, True), gradient=False),
    Case("math.cumulative_logsumexp", (A((4, 3)), 1), {"reverse": True}, gradient=True),
    *[
        Case(
            "image.extract_glimpse",
            (A((2, 7, 6, 3)), [3, 2], A(values=offsets), centered, normalized),
        )
        for offsets, centered, normalized in (
            ([[0.1, 0.0], [-0.2, 0.3]], True, True),
            ([[0.0, 1.0], [1.3, -0.6]], True, False),
            ([[0.5, 0.4], [0.4, 0.5]], False, True),
            ([[3.0, 2.0], [4.0, 3.5]], False, False),
        )
    ],
    *[
        Case(f"math.{name}", (A((2, 3)),), gradient=True)
        for name in ("log_softmax", "softmax", "softplus", "softsign")
    ],
    Case("math.invert_permutation", (A(values=[2, 0, 1], dtype="int32"),)),
]
