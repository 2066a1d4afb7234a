"""Parts of `tf.contrib` that are not here say what to use instead."""

import pytest

import headwater as tf
from headwater import contrib


@pytest.mark.parametrize("part", contrib.INSTEAD)
def test_it_says_what_to_use(part):
    with pytest.raises(AttributeError, match=rf"tf\.contrib\.{part} is not in headwater: use \w+"):
        getattr(tf.contrib, part)


def test_no_part_is_announced_as_absent_that_is_there():
    assert not set(contrib.INSTEAD) & set(contrib._PARTS)


@pytest.mark.parametrize("part", contrib.INSTEAD)
def test_what_it_names_is_there(part):
    for word in contrib.INSTEAD[part].replace(",", " ").split():
        if word.startswith("tf."):
            value = tf
            for name in word.removeprefix("tf.").split("(")[0].rstrip(".").split("."):
                value = getattr(value, name)
