"""`tf.dtypes`: element types."""

from headwater._src.core.dtypes import *  # noqa: F403  the types themselves
from headwater._src.core.dtypes import DType as DType
from headwater._src.core.dtypes import as_dtype as as_dtype
