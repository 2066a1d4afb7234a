"""`get_file`: a downloaded file in the user's folder, fetched once and checked."""

import hashlib
import os
import tarfile
import zipfile
from pathlib import Path

from headwater._src.data.download import download


def cache_folder():
    """The folder for downloads: `$KERAS_HOME`, or `~/.keras`."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def get_file(
    fname,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
):
    """The path of a file that is downloaded unless it is there already.

    A file that is there but has another hash is fetched again.

    Args:
      fname: its name; an absolute path says where it goes.
      origin: the URL.
      untar: whether it is a tar archive to be unpacked; the path is that of the unpacked folder.
      md5_hash: older name of `file_hash`, for MD5.
      file_hash: hexadecimal hash that the file must have, or None.
      cache_subdir: folder inside the cache.
      hash_algorithm: `"md5"`, `"sha256"` or `"auto"`: by the hash's length.
      extract: whether it is an archive to be unpacked beside it.
      archive_format: `"tar"`, `"zip"`, `"auto"` or None.
      cache_dir: the cache's folder (default: `$KERAS_HOME`, or `~/.keras`).

    Returns:
      The path as a string.

    Raises:
      OSError: the file cannot be fetched.
      ValueError: it has another hash, or the archive would write outside of its folder.
    """
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = Path(cache_dir) if cache_dir else cache_folder()
    folder = folder / cache_subdir
    name = str(fname)
    target = Path(name) if os.path.isabs(name) else folder / name
    unpacked = target
    if untar:
        target = target.with_name(target.name + ".tar.gz")
    given = _given(target.name)
    if given is not None:
        target = given
    elif not target.exists() or not _fits(target, file_hash, hash_algorithm):
        _fetch(origin, target, file_hash, hash_algorithm)
    if untar:
        if not unpacked.exists():
            _unpack(target, unpacked.parent, "tar")
        return str(unpacked)
    if extract:
        _unpack(target, folder if given is not None else target.parent, archive_format)
    return str(target)


def _given(name):
    """A file that the user has put into `$HEADWATER_DATA`, or its subfolder `keras`."""
    base = os.environ.get("HEADWATER_DATA")
    if base:
        for folder in (Path(base), Path(base) / "keras"):
            if (folder / name).is_file():
                return folder / name
    return None


def _fetch(origin, target, file_hash, algorithm):
    if origin is None:
        raise FileNotFoundError(f"{target} does not exist, and no origin says where to get it.")
    try:
        download(origin, target)
    except OSError as e:
        raise OSError(
            f"{target} does not exist, and fetching it from {origin} failed: {e}\n"
            "Put the file there, or into the folder that HEADWATER_DATA names."
        ) from e
    if not _fits(target, file_hash, algorithm):
        target.unlink()
        raise ValueError(
            f"{origin} has another hash than {file_hash}: the file was damaged or replaced and was "
            "thrown away."
        )


def _fits(path, file_hash, algorithm="auto"):
    """Whether a file has a hash; any file has the hash None."""
    if file_hash is None:
        return True
    if algorithm == "auto":
        algorithm = "md5" if len(file_hash) == 32 else "sha256"
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False))
    return found.hexdigest() == file_hash


def _unpack(path, folder, archive_format):
    """Unpacks an archive, unless it would write outside of `folder`."""
    kinds = ["tar", "zip"] if archive_format == "auto" else [archive_format]
    folder.mkdir(parents=True, exist_ok=True)
    if "tar" in kinds and tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            try:
                archive.extractall(folder, filter="data")
            except tarfile.FilterError as e:
                raise ValueError(f"{path} is not unpacked: {e}") from e
    elif "zip" in kinds and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
