"""`tf.resource_loader`: files that lie beside the program's own modules."""

import os
import sys


def get_data_files_path():
    """The folder of the file that calls this."""
    return os.path.dirname(sys._getframe(1).f_globals["__file__"])


def get_root_dir_with_all_resources():
    """The folder from which relative paths of resources count: that of the caller's file."""
    return os.path.dirname(sys._getframe(1).f_globals["__file__"])


def get_path_to_datafile(path):
    """The path of a file that is given relative to the caller's file.

    Args:
      path: a relative path.

    Returns:
      The joined path.
    """
    return os.path.join(os.path.dirname(sys._getframe(1).f_globals["__file__"]), path)


def load_resource(path):
    """The content of a file that is given relative to the folder above this package.

    Args:
      path: such as `"headwater/py.typed"`.

    Returns:
      `bytes`.

    Raises:
      IOError: there is no such file.
    """
    import headwater

    root = os.path.dirname(os.path.dirname(headwater.__file__))
    with open(os.path.join(root, path), "rb") as file:
        return file.read()


def readahead_file_path(path, readahead="128M"):
    """The path itself: nothing is read ahead.

    Args:
      path: a path.
      readahead: not looked at.

    Returns:
      `path`.
    """
    return path
