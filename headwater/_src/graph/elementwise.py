"""Which ops work element by element."""

# Ops whose result at a place depends on the operands at that place only, and that raise nothing.
ELEMENTWISE = frozenset(
    """Abs Add AddV2 Cast Ceil Cos Equal Exp Floor Greater GreaterEqual Identity IsFinite
    IsNan Less LessEqual Log Log1p LogicalAnd LogicalNot LogicalOr Maximum Minimum Mul Neg NotEqual
    RealDiv Reciprocal Relu Relu6 Round Rsqrt Sigmoid Sign Sin Sqrt Square SquaredDifference
    StopGradient Sub Tanh ZerosLike OnesLike""".split()
)
