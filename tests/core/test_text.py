"""Text and bytes, and `tf.compat`."""

import pathlib

import pytest

import headwater as tf
from headwater._src.core import text

CASES = [
    # value, as_bytes, as_text, as_str_any (None: TypeError)
    ("é", "é".encode(), "é", "é"),
    ("é".encode(), "é".encode(), "é", "é"),
    (bytearray(b"x"), b"x", None, "bytearray(b'x')"),
    (3, None, None, "3"),
    (None, None, None, "None"),
    (pathlib.PurePosixPath("/x"), None, None, "/x"),
]


@pytest.mark.parametrize("value, as_bytes, as_text, as_str_any", CASES)
def test_conversions(value, as_bytes, as_text, as_str_any):
    for function, expected in ((text.as_bytes, as_bytes), (text.as_text, as_text)):
        if expected is None:
            with pytest.raises(TypeError, match="Expected binary or unicode string, got"):
                function(value)
        else:
            result = function(value)
            assert result == expected and type(result) is type(expected)
    assert text.as_str_any(value) == as_str_any


def test_paths():
    assert text.path_to_str(pathlib.PurePosixPath("/x")) == "/x"
    assert text.path_to_str(b"/x") == b"/x"


def test_compat():
    assert tf.compat.as_text(b"a") == "a"
    assert tf.compat.v1.Session is tf.Session
    assert tf.compat.v1.errors.NotFoundError is tf.errors.NotFoundError
    tf.compat.v1.disable_v2_behavior()
    with pytest.raises(AttributeError):
        tf.compat.v1.no_such_thing  # noqa: B018
