"""`tf.contrib.staging`: tensors that one step leaves for a later one."""

from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.ops.staging import StagingArea as StagingArea

python = _PrivatePath(__name__)
