"""`tf.version`: version numbers."""

from headwater._src.core.versions import COMPILER_VERSION as COMPILER_VERSION
from headwater._src.core.versions import GIT_VERSION as GIT_VERSION
from headwater._src.core.versions import GRAPH_DEF_VERSION as GRAPH_DEF_VERSION
from headwater._src.core.versions import (
    GRAPH_DEF_VERSION_MIN_CONSUMER as GRAPH_DEF_VERSION_MIN_CONSUMER,
)
from headwater._src.core.versions import (
    GRAPH_DEF_VERSION_MIN_PRODUCER as GRAPH_DEF_VERSION_MIN_PRODUCER,
)
from headwater._src.core.versions import VERSION as VERSION
