"""Paths, folders and files of the local machine, with TensorFlow's errors: what `tf.gfile` does."""

import contextlib
import errno
import fnmatch
import os
import stat as stat_lib

from headwater._src.core import errors
from headwater._src.core.text import as_bytes, as_str_any

_CLASSES = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.ENOTEMPTY: errors.FailedPreconditionError,
    errno.EINVAL: errors.InvalidArgumentError,
    errno.ENAMETOOLONG: errors.InvalidArgumentError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EMFILE: errors.ResourceExhaustedError,
    errno.ENFILE: errors.ResourceExhaustedError,
    errno.EFBIG: errors.OutOfRangeError,
}


@contextlib.contextmanager
def translated(path):
    """A block in which errors of the operating system become `tf.errors`."""
    try:
        yield
    except OSError as error:
        raise error_of(path, error) from error


def error_of(path, error):
    """The `OpError` for an `OSError` about `path`."""
    kind = _CLASSES.get(error.errno, errors.UnknownError)
    return kind(None, None, f"{path}; {os.strerror(error.errno) if error.errno else error}")


def path_of(name):
    """A path as `str`; `file://` is taken off.

    Args:
      name: str, bytes or a path object.

    Raises:
      tf.errors.UnimplementedError: the path is of another file system, such as `gs://`.
    """
    path = os.fspath(name)
    path = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else path
    if "://" in path:
        scheme, _, rest = path.partition("://")
        if scheme == "file":
            return rest
        if scheme.isalnum():
            raise errors.UnimplementedError(
                None, None, f"File system scheme '{scheme}' not implemented (file: '{path}')"
            )
    return path


def _not_found(path):
    return errors.NotFoundError(None, None, f"{path}; No such file or directory")


# --- files --------------------------------------------------------------------------------------

_BUFFER = 1 << 19


class GFile:
    """A file, opened at its first use.

    Args:
      name: the path.
      mode: `"r"`, `"w"`, `"a"`, each also with `+` and with `b`; without `b` contents are text.
      encoding: how text is encoded.

    Raises:
      InvalidArgumentError: another mode.
      NotFoundError, PermissionDeniedError, ...: from the first use, when it cannot be opened.
    """

    def __init__(self, name, mode="r", encoding="utf-8"):
        self._name, self._mode = name, mode
        self._binary = "b" in mode
        kind = mode.replace("b", "")
        if kind not in ("r", "w", "a", "r+", "w+", "a+"):
            raise errors.InvalidArgumentError(
                None, None, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'"
            )
        self._readable = kind in ("r", "r+", "w+", "a+")
        self._writable = kind != "r"
        self._kind, self._encoding = kind, encoding
        # Reading and writing have a position each.
        self._reader = self._writer = None

    @property
    def name(self):
        """The path as given."""
        return self._name

    @property
    def mode(self):
        """The mode as given."""
        return self._mode

    def _for_reading(self):
        if not self._readable:
            raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
        if self._reader is None:
            path = path_of(self._name)
            with translated(path):
                self._reader = open(path, "rb", _BUFFER)
        return self._reader

    def _for_writing(self):
        if not self._writable:
            raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
        if self._writer is None:
            path = path_of(self._name)
            with translated(path):
                self._writer = open(path, "ab" if "a" in self._kind else "wb", _BUFFER)
        return self._writer

    def _given(self, data):
        return data if self._binary else data.decode(self._encoding)

    def size(self):
        """The file's size in bytes."""
        self.flush()
        return stat(self._name).length

    def write(self, file_content):
        """Appends text or bytes."""
        file = self._for_writing()
        with translated(self._name):
            file.write(as_bytes(file_content, self._encoding))

    def read(self, n=-1):
        """The rest of the file, or its next `n` bytes.

        Args:
          n: int; -1 for all.

        Returns:
          `str`, or `bytes` in binary mode.
        """
        file = self._for_reading()
        if n is not None and n < -1:
            raise errors.InvalidArgumentError(
                None, None, f"Can't read a negative number of bytes: {n}"
            )
        with translated(self._name):
            return self._given(file.read(-1 if n is None else n))

    def seek(self, offset=None, whence=0, position=None):
        """Goes to a position.

        Args:
          offset: int, in bytes.
          whence: 0 from the beginning, 1 from here, 2 from the end.
          position: an old name of `offset`.

        Raises:
          InvalidArgumentError: a negative position.
          OutOfRangeError: a position after the end.
        """
        file = self._for_reading()
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position may not be set simultaneously.")
        offset = position if offset is None else offset
        size = self.size()
        if whence == 1:
            offset += file.tell()
        elif whence == 2:
            offset += size
        elif whence != 0:
            raise errors.InvalidArgumentError(
                None, None, f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2."
            )
        if offset < 0:
            raise errors.InvalidArgumentError(
                None, None, f"Seeking to a negative position: {offset}"
            )
        if offset > size:
            raise errors.OutOfRangeError(None, None, "reached end of file")
        file.seek(offset)

    def tell(self):
        """The position in bytes."""
        if self._readable:
            return self._for_reading().tell()
        return self._for_writing().tell()

    def seekable(self):
        """True: local files are."""
        return True

    def readline(self):
        """The next line with its line end; empty at the end of the file."""
        file = self._for_reading()
        with translated(self._name):
            return self._given(file.readline())

    def readlines(self):
        """All lines that follow, as a list."""
        file = self._for_reading()
        with translated(self._name):
            return [self._given(line) for line in file.readlines()]

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def flush(self):
        """Hands what was written to the operating system."""
        if self._writer is not None:
            with translated(self._name):
                self._writer.flush()

    def close(self):
        """Closes the file; needed after writing."""
        files = (self._writer, self._reader)
        self._reader = self._writer = None
        for file in files:
            if file is not None:
                with translated(self._name):
                    file.close()

    def __del__(self):
        if getattr(self, "_writer", None) or getattr(self, "_reader", None):
            with contextlib.suppress(Exception):
                self.close()


FastGFile = GFile


def read_bytes(name):
    """The contents of a file."""
    path = path_of(name)
    with translated(path), open(path, "rb") as file:
        return file.read()


# --- questions ----------------------------------------------------------------------------------


class FileStatistics:
    """What is known of a file: `length`, `mtime_nsec` and `is_directory`."""

    def __init__(self, length, mtime_nsec, is_directory):
        self.length, self.mtime_nsec, self.is_directory = length, mtime_nsec, is_directory

    def __repr__(self):
        return f"<FileStatistics length={self.length} is_directory={self.is_directory}>"


def exists(path):
    """Whether there is a file or folder.

    Args:
      path: a path.
    """
    return os.path.exists(path_of(path))


def isdir(path):
    """Whether there is a folder.

    Args:
      path: a path.
    """
    return os.path.isdir(path_of(path))


def stat(path):
    """The `FileStatistics` of a file.

    Args:
      path: a path.

    Raises:
      NotFoundError: there is none.
    """
    path = path_of(path)
    with translated(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, stat_lib.S_ISDIR(found.st_mode))


def listdir(path):
    """The names in a folder.

    Args:
      path: a path.

    Raises:
      NotFoundError: there is no such folder.
    """
    path = path_of(path)
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, f"Could not find directory {path}")
    with translated(path):
        return os.listdir(path)


def glob(pattern):
    """The files that match a pattern, or any of a list of patterns.

    Args:
      pattern: a path with `*`, `?` and `[...]`, or a list of such.

    Returns:
      A list of paths, sorted within each pattern.
    """
    if isinstance(pattern, (str, bytes)) or hasattr(pattern, "__fspath__"):
        return _matches(path_of(pattern))
    return [path for one in pattern for path in _matches(path_of(one))]


def _matches(pattern):
    """Like the shell, but names that begin with a dot match `*` too."""
    parts = pattern.split("/")
    found = ["/"] if pattern.startswith("/") else [""]
    for i, part in enumerate(parts):
        if not part:
            continue
        following = []
        for base in found:
            if not any(c in part for c in "*?[\\"):
                candidate = base + part
                if os.path.lexists(candidate):
                    following.append(candidate)
                continue
            with contextlib.suppress(OSError):
                names = sorted(os.listdir(base or "."))
                following += [base + n for n in names if fnmatch.fnmatchcase(n, part)]
        last = not any(parts[i + 1 :])
        found = following if last else [f + "/" for f in following if os.path.isdir(f)]
    return found if any(parts) else []


def walk(top, topdown=True, onerror=None):
    """Goes through a folder and those below it.

    Args:
      top: the folder.
      topdown: whether a folder comes before those in it.
      onerror: function that gets an `OpError` for a folder that cannot be listed.

    Yields:
      `(folder, names of folders in it, names of files in it)`.
    """
    top = path_of(top)
    try:
        names = sorted(listdir(top))
    except errors.OpError as error:
        if onerror:
            onerror(error)
        return
    folders = [n for n in names if os.path.isdir(os.path.join(top, n))]
    here = (top, folders, [n for n in names if n not in set(folders)])
    if topdown:
        yield here
    for folder in folders:
        yield from walk(os.path.join(top, folder), topdown, onerror)
    if not topdown:
        yield here


def join(path, *paths):
    """Paths put together, as `os.path.join`.

    Args:
      path: a path.
      *paths: further parts.
    """
    return os.path.join(path, *paths)


def get_registered_schemes():
    """The kinds of paths that can be read: local ones only."""
    return ["file", ""]


# --- changes ------------------------------------------------------------------------------------


def mkdir(path):
    """Makes a folder, unless there is one.

    Args:
      path: a path.

    Raises:
      NotFoundError: the folder above it is missing.
    """
    path = path_of(path)
    if not path or os.path.isdir(path):
        return
    with translated(path):
        os.mkdir(path)


def makedirs(path):
    """Makes a folder and those above it, unless they are there.

    Args:
      path: a path.

    Raises:
      FailedPreconditionError: a file is in the way.
    """
    path = path_of(path)
    if not path:
        return
    try:
        os.makedirs(path, exist_ok=True)
    except (NotADirectoryError, FileExistsError):
        at = path
        while at and not os.path.lexists(at):
            at = os.path.dirname(at)
        raise errors.FailedPreconditionError(None, None, f"{at} is not a directory") from None
    except OSError as error:
        raise error_of(path, error) from error


def remove(path):
    """Deletes a file.

    Args:
      path: a path.

    Raises:
      NotFoundError: there is none.
      FailedPreconditionError: it is a folder.
    """
    path = path_of(path)
    if os.path.isdir(path) and not os.path.islink(path):
        raise errors.FailedPreconditionError(None, None, f"{path}; Is a directory")
    with translated(path):
        os.unlink(path)


def rmtree(path):
    """Deletes a folder with all that is in it (or a file).

    Args:
      path: a path.

    Raises:
      NotFoundError: there is none.
    """
    path = path_of(path)
    if not os.path.lexists(path):
        raise errors.NotFoundError(None, None, f"{path} not found")
    with translated(path):
        if os.path.isdir(path) and not os.path.islink(path):
            import shutil

            shutil.rmtree(path)
        else:
            os.unlink(path)


def copy(src, dst, overwrite=False):
    """Copies a file.

    Args:
      src: path of the file.
      dst: path of the copy, or of a folder.
      overwrite: whether `dst` may exist.

    Raises:
      AlreadyExistsError: `dst` exists.
      NotFoundError: `src` does not.
    """
    src, dst = path_of(src), path_of(dst)
    if not os.path.exists(src):
        raise _not_found(src)
    _require_free(dst, overwrite)
    with translated(src):
        import shutil

        shutil.copyfile(src, dst)


def rename(src, dst, overwrite=False):
    """Gives a file or folder another name; arguments and errors as for `copy`.

    Args:
      src: the path it has.
      dst: the path it gets.
      overwrite: whether a file that is there already is replaced.
    """
    src, dst = path_of(src), path_of(dst)
    if not os.path.lexists(src):
        raise _not_found(src)
    _require_free(dst, overwrite)
    with translated(src):
        os.replace(src, dst)


def _require_free(path, overwrite):
    if not overwrite and os.path.exists(path):
        raise errors.AlreadyExistsError(None, None, "file already exists")


def text_of(path):
    """A path as messages show it."""
    return as_str_any(path)
