"""Normalisation and statistics."""

from .case import A, Case

X, IMAGE, FIRST = A((4, 3)), A((2, 3, 4, 5)), A((2, 5, 3, 4))
CHANNELS, POSITIVE = A((5,)), A((5,), low=0.5, high=2.0)
WEIGHTS = A((2, 3, 4, 1), low=0.1, high=2.0)
HALF = A((4, 3), "float16")


def _fused(x, data_format="NHWC", training=True, **kwargs):
    kwargs |= {"data_format": data_format, "is_training": training}
    args = (x, CHANNELS, CHANNELS) if training else (x, CHANNELS, CHANNELS, CHANNELS, POSITIVE)
    return Case("nn.fused_batch_norm", args, kwargs, tolerance=1e-4)


CASES = [
    Case(
        "nn.batch_normalization",
        (IMAGE, CHANNELS, POSITIVE, CHANNELS, CHANNELS, 1e-3),
        gradient=True,
    ),
    Case(
        "nn.batch_normalization", (IMAGE, CHANNELS, POSITIVE, None, CHANNELS, 1e-3), gradient=True
    ),
    Case("nn.batch_normalization", (IMAGE, CHANNELS, POSITIVE, CHANNELS, None, 1e-3)),
    Case("nn.batch_normalization", (IMAGE, CHANNELS, POSITIVE, None, None, 1e-3)),
    Case(
        "nn.batch_norm_with_global_normalization",
        (IMAGE, CHANNELS, POSITIVE, CHANNELS, CHANNELS, 1e-3, True),
    ),
    *[Case("nn.local_response_normalization", (IMAGE, r, 1.0, 0.5, 0.75)) for r in (0, 1, 2, 7)],
    Case("nn.lrn", (A((1, 1, 1, 3)),), {"depth_radius": 1, "bias": 2.0, "alpha": 0.1, "beta": 1.0}),
    Case("nn.crelu", (X,)),
    Case("nn.crelu", (X,), {"axis": 0}),
    Case("nn.log_poisson_loss", (A((4, 3), low=0.1, high=4.0), X), gradient=True),
    Case("nn.log_poisson_loss", (A((4, 3), low=1.1, high=4.0), X, True), gradient=True),
]
