"""`tensorflow.python.lib.io.file_io`: functions on files by their names there."""

from headwater._src.io.local import (
    GFile as FileIO,
    copy as copy,
    exists as file_exists,  # noqa: F401
    glob as get_matching_files,  # noqa: F401
    isdir as is_directory,  # noqa: F401
    listdir as list_directory,  # noqa: F401
    makedirs as recursive_create_dir,  # noqa: F401
    mkdir as create_dir,  # noqa: F401
    remove as delete_file,  # noqa: F401
    rename as rename,
    rmtree as delete_recursively,  # noqa: F401
    stat as stat,
    walk as walk,
)


def read_file_to_string(filename, binary_mode=False):
    """The whole content of a file.

    Args:
      filename: its path.
      binary_mode: whether the content is given as bytes.

    Returns:
      `str`, or `bytes`.
    """
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename, file_content):
    """Writes a file anew.

    Args:
      filename: its path.
      file_content: `str` or `bytes`.
    """
    with FileIO(filename, "wb" if isinstance(file_content, bytes) else "w") as file:
        file.write(file_content)
