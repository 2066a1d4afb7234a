"""The functions of `local` under the names and parameters that `tf.gfile` has in 1.x."""

from headwater._src.io import local


def Copy(oldpath, newpath, overwrite=False):
    """Copies a file; see `tf.io.gfile.copy`."""
    local.copy(oldpath, newpath, overwrite)


def DeleteRecursively(dirname):
    """Deletes a folder with all that is in it; see `tf.io.gfile.rmtree`."""
    local.rmtree(dirname)


def Exists(filename):
    """Whether there is a file or folder."""
    return local.exists(filename)


def Glob(filename):
    """The files that match a pattern or a list of patterns."""
    return local.glob(filename)


def IsDirectory(dirname):
    """Whether there is a folder."""
    return local.isdir(dirname)


def ListDirectory(dirname):
    """The names in a folder; NotFoundError when there is none."""
    return local.listdir(dirname)


def MakeDirs(dirname):
    """Makes a folder and those above it."""
    local.makedirs(dirname)


def MkDir(dirname):
    """Makes a folder; NotFoundError when the one above it is missing."""
    local.mkdir(dirname)


def Remove(filename):
    """Deletes a file; NotFoundError when there is none."""
    local.remove(filename)


def Rename(oldname, newname, overwrite=False):
    """Gives a file another name; AlreadyExistsError when that is taken."""
    local.rename(oldname, newname, overwrite)


def Stat(filename):
    """`length`, `mtime_nsec` and `is_directory` of a file."""
    return local.stat(filename)


def Walk(top, in_order=True):
    """Goes through a folder and those below it; see `tf.io.gfile.walk`."""
    return local.walk(top, in_order)
