"""`tf.gfile`: files and folders, under their names of 1.x."""

from headwater._src.io.gfile_names import (
    Copy as Copy,
    DeleteRecursively as DeleteRecursively,
    Exists as Exists,
    Glob as Glob,
    IsDirectory as IsDirectory,
    ListDirectory as ListDirectory,
    MakeDirs as MakeDirs,
    MkDir as MkDir,
    Remove as Remove,
    Rename as Rename,
    Stat as Stat,
    Walk as Walk,
)
from headwater._src.io.local import (
    FastGFile as FastGFile,
    GFile as GFile,
    GFile as Open,  # noqa: F401
)
