"""`tf.sysconfig`: how to compile ops in C++, which headwater has no place for."""

from headwater._src.core import errors
from headwater._src.core.versions import (
    CXX11_ABI_FLAG as CXX11_ABI_FLAG,
    MONOLITHIC_BUILD as MONOLITHIC_BUILD,
)

_TEXT = (
    "headwater is written in Python and has no headers or library that an op in C++ could be "
    "compiled against. Write the op with tf.py_func, or from existing ops with tf.custom_gradient "
    "for its gradient."
)


def get_include():
    """Refuses: there are no headers.

    Raises:
      UnimplementedError: always; its text says what to do instead.
    """
    raise errors.UnimplementedError(None, None, _TEXT)


def get_lib():
    """Refuses: there is no library.

    Raises:
      UnimplementedError: always; its text says what to do instead.
    """
    raise errors.UnimplementedError(None, None, _TEXT)


def get_compile_flags():
    """Refuses, as `get_include` does.

    Raises:
      UnimplementedError: always.
    """
    raise errors.UnimplementedError(None, None, _TEXT)


def get_link_flags():
    """Refuses, as `get_lib` does.

    Raises:
      UnimplementedError: always.
    """
    raise errors.UnimplementedError(None, None, _TEXT)


def get_build_info():
    """What TensorFlow tells about its build, as a dict: none of it holds here."""
    return {"is_cuda_build": False, "is_rocm_build": False, "is_tensorrt_build": False}
