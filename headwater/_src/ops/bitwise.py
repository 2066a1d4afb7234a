"""Operations on the bits of integers."""

from headwater._src.ops._binary import INTEGERS, binary, function_of


def left_shift_kernel(xp, x, y):
    """Shifts as the processor does: the distance is taken within the width of the type."""
    return xp.left_shift(x, _distance(xp, x, y))


def right_shift_kernel(xp, x, y):
    """Signed numbers keep their sign."""
    return xp.right_shift(x, _distance(xp, x, y))


def _distance(xp, x, y):
    return xp.clip(y, 0, x.dtype.itemsize * 8 - 1)


BitwiseAnd = binary("BitwiseAnd", INTEGERS, lambda xp, x, y: xp.bitwise_and(x, y))
BitwiseOr = binary("BitwiseOr", INTEGERS, lambda xp, x, y: xp.bitwise_or(x, y))
BitwiseXor = binary("BitwiseXor", INTEGERS, lambda xp, x, y: xp.bitwise_xor(x, y))
LeftShift = binary("LeftShift", INTEGERS, left_shift_kernel)
RightShift = binary("RightShift", INTEGERS, right_shift_kernel)

for _op in (BitwiseAnd, BitwiseOr, BitwiseXor, LeftShift, RightShift):
    _op.no_gradient()

bitwise_and = function_of(
    BitwiseAnd,
    "bitwise_and",
    "The bits set in both `x` and `y`.",
    ("integers", "of the type of `x`"),
)
bitwise_or = function_of(
    BitwiseOr, "bitwise_or", "The bits set in `x` or `y`.", ("integers", "of the type of `x`")
)
bitwise_xor = function_of(
    BitwiseXor,
    "bitwise_xor",
    "The bits set in exactly one of `x` and `y`.",
    ("integers", "of the type of `x`"),
)
left_shift = function_of(
    LeftShift,
    "left_shift",
    "The bits of `x`, moved up by `y` places.",
    ("integers", "of the type of `x`"),
)
right_shift = function_of(
    RightShift,
    "right_shift",
    "The bits of `x`, moved down by `y` places; signed numbers keep their sign.",
    ("integers", "of the type of `x`"),
)
