"""The README's promises that a program can check."""

import re

import pytest

from .sources import ROOT, project_files, shown

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("marker", "end"), [("demo", "headwater demo"), ("test", "scripts/test")])
def test_the_two_commands(marker, end):
    """Each is one line after its marker; `.ci/run` runs the second just as it stands."""
    blocks = re.findall(rf"<!-- ci: {marker} -->\n```sh\n(.+)\n```\n", README)
    assert len(blocks) == 1 and blocks[0].endswith(end)


def test_scripts_can_be_run():
    scripts = [p for p in project_files() if shown(p).startswith(("scripts/", ".ci/"))]
    not_executable = [
        shown(p)
        for p in scripts
        if p.read_bytes().startswith(b"#!") and not p.stat().st_mode & 0o100
    ]
    assert len(scripts) >= 4 and not not_executable


@pytest.mark.parametrize("path", [p for p in project_files() if p.suffix == ".md"], ids=shown)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (path.parent / link).resolve().exists()
    ]
    assert not missing
