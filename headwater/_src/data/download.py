"""Fetching a file over the network: into place at once and complete, or not at all."""

import hashlib
import http.client
import os
import sys
import urllib.request
import uuid
from pathlib import Path
from typing import Any, BinaryIO

from tqdm import tqdm

_CHUNK = 1 << 16
_TIMEOUT_SECONDS = 20.0


def user_cache() -> Path:
    """The folder of this user's cached downloads: `$XDG_CACHE_HOME/headwater`, or in `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG rules say that a relative path in this variable is to be ignored.
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "headwater"


def download(url: str, target: Path, sha256: str | None = None) -> None:
    """Fetches `url` to the file `target`, with a progress bar if someone is watching.

    The data go to a temporary file beside `target` that is renamed when complete: a reader never
    sees half a file, and a broken transfer leaves what was there before.

    Args:
      url: where the file is; http, https or file.
      target: where it shall be; its folder is made if need be.
      sha256: hexadecimal digest that the file must have; `None` to take what comes.

    Raises:
      OSError: if the file cannot be fetched or written (network faults are `OSError`s too).
      ValueError: if the digest is another one, or the transfer ended early.
    """
    with _open(url) as response:
        target.parent.mkdir(parents=True, exist_ok=True)  # only now that there is something for it
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with open(temporary, "xb") as out:
                digest = _copy(response, out, url, target.name)
                out.flush()
                os.fsync(out.fileno())
            if sha256 is not None and digest != sha256:
                raise ValueError(
                    f"{url} has the SHA-256 digest {digest}, expected {sha256}: the file was "
                    "damaged or replaced on its way and was thrown away."
                )
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def _open(url: str) -> Any:
    try:
        return urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS)
    except http.client.HTTPException as e:  # an answer that isn't HTTP
        raise OSError(f"{url} gave no proper answer: {e!r}") from e


def _copy(response: Any, out: BinaryIO, url: str, label: str) -> str:
    """Copies the content of `response` to `out` and returns its SHA-256 digest."""
    digest = hashlib.sha256()
    copied = 0
    length = int(response.headers.get("Content-Length") or 0)
    with tqdm(
        total=length or None,
        desc=label,
        unit="B",
        unit_scale=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        while piece := response.read(_CHUNK):
            out.write(piece)
            digest.update(piece)
            copied += len(piece)
            bar.update(len(piece))
    if length and copied != length:
        raise ValueError(f"{url} ended after {copied} of {length} bytes.")
    return digest.hexdigest()
