"""What reading and writing image files shares: Pillow and its modes."""

from headwater._src.core import errors

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def invalid(message):
    """The error of a kernel that was given wrong data."""
    return errors.InvalidArgumentError(None, None, message)


def pillow():
    """The module `PIL.Image`.

    Raises:
      UnimplementedError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise errors.UnimplementedError(
            None, None, "reading and writing image files needs Pillow: pip install pillow"
        ) from None
    return Image
