"""`headwater demo`, from the command line to the picture."""

import re

import pytest

from headwater._src.cli import digits
from headwater._src.cli.main import main


@pytest.fixture(autouse=True)
def only_scikit_learns_digits(monkeypatch):
    def fail(*_, **__):
        raise FileNotFoundError("no MNIST in this test")

    monkeypatch.setattr(digits, "read_data_sets", fail)


def test_demo(tmp_path, capsys):
    picture = tmp_path / "templates.png"
    assert main(["demo", "--steps", "300", "--out", str(picture)]) == 0
    out, err = capsys.readouterr()
    assert "scikit-learn's 1,797 digits" in out
    accuracies = {t: float(a) for t, a in re.findall(r"^(.+): test accuracy ([\d.]+)", out, re.M)}
    assert list(accuracies) == ["softmax regression", "784-500-100-10 network"]
    # TensorFlow gets 0.882 here; the second has only begun to learn after 300 steps.
    assert accuracies["softmax regression"] >= 0.87
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in tmp_path.iterdir()] == ["templates.png"]
    assert "it/s" not in err and "%|" not in err  # no progress bar: nobody watches


def test_a_picture_that_cannot_be_written(tmp_path, capsys):
    out = tmp_path / "missing" / "templates.png"
    assert main(["demo", "--steps", "1", "--out", str(out)]) == 1
    assert f"headwater demo: cannot write {out}: there is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("steps", ["0", "-5", "x"])
def test_wrong_steps(steps):
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--steps", steps])
    assert ended.value.code == 2
