"""Matrix products, activations, softmax and cross-entropies, normalisation."""

from .case import A, Case

X = A((2, 3))
BATCH = A((2, 3, 4))
IMAGE = A((2, 3, 4, 5))
LABELS = A(dtype="int32", values=(0, 2))

DISTRIBUTION = A(values=[[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]])

ACTIVATIONS = ["relu", "relu6", "elu", "selu", "softplus", "softsign", "leaky_relu"]

CASES = [
    *[Case(f"nn.{name}", (A((3, 4), low=0.1, high=7.0),), gradient=True) for name in ACTIVATIONS],
    *[Case(f"nn.{name}", (A((3, 4), low=-7.0, high=-0.1),), gradient=True) for name in ACTIVATIONS],
    Case("nn.leaky_relu", (X, 0.3), gradient=True),
    *[Case(f"nn.{name}", (A((4,), "int32", -9, 9),)) for name in ("relu", "relu6")],
    # Products.
    Case("matmul", (A((2, 3)), A((3, 4))), gradient=True),
    Case("matmul", (A((3, 2)), A((3, 4))), {"transpose_a": True}, gradient=True),
    Case("matmul", (A((2, 3)), A((4, 3))), {"transpose_b": True}, gradient=True),
    Case(
        "matmul", (A((3, 2)), A((4, 3))), {"transpose_a": True, "transpose_b": True}, gradient=True
    ),
    Case("matmul", (A((0, 3)), A((3, 4)))),
    Case("matmul", (A((2, 0)), A((0, 4)))),
    Case("matmul", (A((2, 3), "int32", -9, 9), A((3, 2), "int32", -9, 9))),
    Case("matmul", (A((2, 3), "complex64"), A((2, 4), "complex64")), {"adjoint_a": True}),
    Case("matmul", (A((2, 3), "complex64"), A((4, 3), "complex64")), {"adjoint_b": True}),
    Case("matmul", (BATCH, A((2, 4, 5))), gradient=True),
    Case("matmul", (A((2, 4, 3)), A((2, 4, 5))), {"transpose_a": True}, gradient=True),
    Case("matmul", (BATCH, A((2, 5, 4))), {"adjoint_b": True}, gradient=True),
    Case(
        "matmul",
        (A((2, 4, 3)), A((2, 5, 4))),
        {"adjoint_a": True, "adjoint_b": True},
        gradient=True,
    ),
    Case("matmul", (BATCH, A((1, 4, 5))), gradient=True),
    Case("matmul", (BATCH, A((4, 5))), gradient=True),
    Case("matmul", (A((2, 1, 3, 4)), A((3, 4, 2))), gradient=True),
    # Biases and layers.
    Case("nn.bias_add", (X, A((3,))), gradient=True),
    Case("nn.bias_add", (IMAGE, A((5,))), gradient=True),
    Case("nn.bias_add", (IMAGE, A((3,)), "NCHW"), gradient=True),
    Case("nn.xw_plus_b", (A((2, 3)), A((3, 4)), A((4,))), gradient=True),
    Case("nn.relu_layer", (A((2, 3)), A((3, 4)), A((4,)))),
    # Softmax.
    Case("nn.softmax", (X,), gradient=True),
    Case("nn.softmax", (BATCH,), gradient=True),
    Case("nn.softmax", (A((3,), low=-500, high=500),)),
    Case("nn.log_softmax", (X,), gradient=True),
    Case("nn.log_softmax", (A((3,), low=-500, high=500),)),
    # Losses.
    # The gradient holds for distributions: labels that add up to one.
    Case("nn.softmax_cross_entropy_with_logits_v2", (DISTRIBUTION, X), gradient=True),
    Case(
        "nn.softmax_cross_entropy_with_logits_v2", (A((2, 4, 3), low=0.0, high=1.0), A((2, 4, 3)))
    ),
    Case("nn.sigmoid_cross_entropy_with_logits", (A((2, 3), low=0.0, high=1.0), X), gradient=True),
    Case(
        "nn.weighted_cross_entropy_with_logits",
        (A((2, 3), low=0.0, high=1.0), X, 3.0),
        gradient=True,
    ),
    Case("nn.l2_loss", (BATCH,), gradient=True),
    # Normalisation and statistics.
    Case("nn.l2_normalize", (X, 1), gradient=True),
    Case("nn.l2_normalize", (BATCH, [0, 2]), gradient=True),
    Case("nn.in_top_k", (A((2, 5)), A(dtype="int32", values=(1, 4)), 2)),
    Case("nn.in_top_k", (A(values=[[1.0, 1.0, 0.0]]), A(dtype="int32", values=(1,)), 1)),
    Case("nn.in_top_k", (A((2, 5)), A(dtype="int32", values=(-1, 9)), 5)),
    Case("nn.embedding_lookup", (A((4, 3)), LABELS)),
    # Bad data.
    Case(
        "nn.embedding_lookup",
        (A((4, 3)), A(dtype="int32", values=(0, 4))),
        error=r"indices\[1\] = 4 is not in \[0, 4\)",
    ),
]
