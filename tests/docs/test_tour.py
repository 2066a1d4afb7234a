"""docs/tour.md is a program: its blocks run in order, and print what the page shows."""

import contextlib
import io
import re

import pytest

BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.M | re.S)


def run_page(text, filename):
    """Runs a page's Python blocks in one namespace.

    Args:
      text: the page. A `text` block right after a Python block shows what that one prints.
      filename: what tracebacks call the page; their line numbers are the page's.

    Returns:
      A list of `(line, shown, printed)`, one entry for each Python block.
    """
    namespace = {"__name__": "page"}
    results = []
    for match in BLOCK.finditer(text):
        kind, body = match.groups()
        line = text.count("\n", 0, match.start(2))
        if kind == "text":
            results[-1][1] = body
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + body, filename, "exec"), namespace)
        results.append([line + 1, "", printed.getvalue()])
    return results


def test_tour(root):
    page = root / "docs" / "tour.md"
    results = run_page(page.read_text(encoding="utf-8"), str(page))
    assert len(results) > 10
    wrong = [
        f"line {line}: shown\n{shown}printed\n{got}" for line, shown, got in results if shown != got
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", ["tour", "architecture"])
def test_modules_named_on_a_page_exist(root, page):
    text = (root / "docs" / f"{page}.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:core|graph|ops|compiler|runtime|xp)/\w+\.py)`", text))
    assert len(named) > 15
    missing = [name for name in sorted(named) if not (root / "headwater" / "_src" / name).is_file()]
    assert not missing


def test_a_wrong_page_is_noticed():
    (line, shown, printed), *_ = run_page(
        "\n```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n", "page"
    )
    assert (line, shown, printed) == (3, "3\n", "2\n")
    with pytest.raises(ZeroDivisionError):
        run_page("```python\n1 / 0\n```\n", "page")
