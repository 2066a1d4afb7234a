"""`tf.math`: arithmetic, functions of numbers, reductions."""

from headwater import _math_special as special  # noqa: F401
from headwater._src.ops.arithmetic import (
    add as add,
    atan2 as atan2,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    multiply_no_nan as multiply_no_nan,
    pow as pow,
    scalar_mul as scalar_mul,
    squared_difference as squared_difference,
    subtract as subtract,
)
from headwater._src.ops.bessel import bessel_i0 as bessel_i0, bessel_i1 as bessel_i1
from headwater._src.ops.checks import (
    is_non_decreasing as is_non_decreasing,
    is_strictly_increasing as is_strictly_increasing,
)
from headwater._src.ops.combining import accumulate_n as accumulate_n, add_n as add_n
from headwater._src.ops.comparison import (
    equal as equal,
    greater as greater,
    greater_equal as greater_equal,
    less as less,
    less_equal as less_equal,
    logical_and as logical_and,
    logical_or as logical_or,
    logical_xor as logical_xor,
    not_equal as not_equal,
)
from headwater._src.ops.complex_numbers import (
    abs as abs,
    angle as angle,
    conj as conj,
    imag as imag,
    real as real,
)
from headwater._src.ops.counting import bincount as bincount
from headwater._src.ops.cumulative import cumprod as cumprod, cumsum as cumsum
from headwater._src.ops.division import (  # noqa: F401
    div_no_nan as divide_no_nan,
    divide as divide,
    floordiv as floordiv,
    floormod as floormod,
    mod as mod,
    reciprocal_no_nan as reciprocal_no_nan,
    truediv as truediv,
)
from headwater._src.ops.elementwise import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atanh as atanh,
    ceil as ceil,
    cos as cos,
    cosh as cosh,
    exp as exp,
    expm1 as expm1,
    floor as floor,
    is_finite as is_finite,
    is_inf as is_inf,
    is_nan as is_nan,
    log as log,
    log1p as log1p,
    logical_not as logical_not,
    negative as negative,
    reciprocal as reciprocal,
    rint as rint,
    round as round,
    rsqrt as rsqrt,
    sigmoid as sigmoid,
    sign as sign,
    sin as sin,
    sinh as sinh,
    sqrt as sqrt,
    square as square,
    tan as tan,
    tanh as tanh,
)
from headwater._src.ops.embedding import zero_fraction as zero_fraction
from headwater._src.ops.histograms import (
    confusion_matrix as confusion_matrix,
    cumulative_logsumexp as cumulative_logsumexp,
    nextafter as nextafter,
    polyval as polyval,
)
from headwater._src.ops.indices_of_extremes import argmax as argmax, argmin as argmin
from headwater._src.ops.nn import in_top_k as in_top_k, softplus as softplus, softsign as softsign
from headwater._src.ops.nn_composite import l2_normalize as l2_normalize, log_sigmoid as log_sigmoid
from headwater._src.ops.rearranging import invert_permutation as invert_permutation
from headwater._src.ops.reductions import (
    count_nonzero as count_nonzero,
    reduce_all as reduce_all,
    reduce_any as reduce_any,
    reduce_euclidean_norm as reduce_euclidean_norm,
    reduce_logsumexp as reduce_logsumexp,
    reduce_max as reduce_max,
    reduce_mean as reduce_mean,
    reduce_min as reduce_min,
    reduce_prod as reduce_prod,
    reduce_std as reduce_std,
    reduce_sum as reduce_sum,
    reduce_variance as reduce_variance,
)
from headwater._src.ops.searching import top_k as top_k
from headwater._src.ops.segment_reductions import (
    segment_max as segment_max,
    segment_mean as segment_mean,
    segment_min as segment_min,
    segment_prod as segment_prod,
    unsorted_segment_max as unsorted_segment_max,
    unsorted_segment_mean as unsorted_segment_mean,
    unsorted_segment_min as unsorted_segment_min,
    unsorted_segment_prod as unsorted_segment_prod,
    unsorted_segment_sqrt_n as unsorted_segment_sqrt_n,
)
from headwater._src.ops.segments import (
    segment_sum as segment_sum,
    unsorted_segment_sum as unsorted_segment_sum,
)
from headwater._src.ops.softmax import log_softmax as log_softmax, softmax as softmax
from headwater._src.ops.special import (
    bessel_i0e as bessel_i0e,
    bessel_i1e as bessel_i1e,
    betainc as betainc,
    digamma as digamma,
    erf as erf,
    erfc as erfc,
    erfinv as erfinv,
    igamma as igamma,
    igammac as igammac,
    lbeta as lbeta,
    lgamma as lgamma,
    ndtri as ndtri,
    polygamma as polygamma,
    xdivy as xdivy,
    xlog1py as xlog1py,
    xlogy as xlogy,
    zeta as zeta,
)
