"""The functions of `local` under the names and parameters that `tf.gfile` has in 1.x."""

from headwater._src.io import local


def Copy(oldpath, newpath, overwrite=False):
    """Copies a file; see `tf.io.gfile.copy`.

    Args:
      oldpath: the file to copy.
      newpath: where the copy goes.
      overwrite: whether a file that is there already is replaced.
    """
    local.copy(oldpath, newpath, overwrite)


def DeleteRecursively(dirname):
    """Deletes a folder with all that is in it; see `tf.io.gfile.rmtree`.

    Args:
      dirname: the path of a folder.
    """
    local.rmtree(dirname)


def Exists(filename):
    """Whether there is a file or folder.

    Args:
      filename: a path.
    """
    return local.exists(filename)


def Glob(filename):
    """The files that match a pattern or a list of patterns.

    Args:
      filename: a pattern, or a list of them.
    """
    return local.glob(filename)


def IsDirectory(dirname):
    """Whether there is a folder.

    Args:
      dirname: the path of a folder.
    """
    return local.isdir(dirname)


def ListDirectory(dirname):
    """The names in a folder; NotFoundError when there is none.

    Args:
      dirname: the path of a folder.
    """
    return local.listdir(dirname)


def MakeDirs(dirname):
    """Makes a folder and those above it.

    Args:
      dirname: the path of a folder.
    """
    local.makedirs(dirname)


def MkDir(dirname):
    """Makes a folder; NotFoundError when the one above it is missing.

    Args:
      dirname: the path of a folder.
    """
    local.mkdir(dirname)


def Remove(filename):
    """Deletes a file; NotFoundError when there is none.

    Args:
      filename: a path.
    """
    local.remove(filename)


def Rename(oldname, newname, overwrite=False):
    """Gives a file another name; AlreadyExistsError when that is taken.

    Args:
      oldname: the path it has.
      newname: the path it gets.
      overwrite: whether a file that is there already is replaced.
    """
    local.rename(oldname, newname, overwrite)


def Stat(filename):
    """`length`, `mtime_nsec` and `is_directory` of a file.

    Args:
      filename: a path.
    """
    return local.stat(filename)


def Walk(top, in_order=True):
    """Goes through a folder and those below it; see `tf.io.gfile.walk`.

    Args:
      top: the folder to start in.
      in_order: whether a folder comes before those in it.
    """
    return local.walk(top, in_order)
