"""docs/errors.md: its examples raise what the section says, and no class is left out."""

import re

import pytest

from headwater import errors
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.M)
BLOCK = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)\n```$", re.M | re.S)
EXAMPLES = [(s.split("\n")[0], *m.groups()) for s in SECTIONS[1:] for m in BLOCK.finditer(s)]


def test_every_class_has_a_section():
    classes = [
        cls for cls in vars(errors).values()
        if isinstance(cls, type) and issubclass(cls, errors.OpError) and cls is not errors.OpError
    ]  # fmt: skip
    classes.sort(key=lambda cls: cls(None, None, "").error_code)
    assert [s.split("\n")[0] for s in SECTIONS[1:]] == [cls.__name__ for cls in classes]
    assert len(classes) == 16 and len(EXAMPLES) >= 5


@pytest.mark.parametrize(("cls", "code", "sentence"), EXAMPLES, ids=[e[2][:30] for e in EXAMPLES])
def test_example(cls, code, sentence):
    namespace = {}
    exec(re.search(r"^```python\n(.*?)^```", PAGE, re.M | re.S)[1], namespace)
    *before, last = code.splitlines()
    exec("\n".join(before), namespace)
    with pytest.raises(getattr(errors, cls)) as caught:
        exec(last, namespace)
    assert sentence in str(caught.value)
