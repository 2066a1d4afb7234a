"""The command line: choosing a command, and how it ends."""

import pytest

from headwater._src.cli import main as cli


class Echo:
    """A command for these tests."""

    @staticmethod
    def configure(parser):
        parser.add_argument("--times", type=int, default=1)

    @staticmethod
    def run(options):
        if options.times < 0:
            raise cli.CommandError("a negative number of times; try 1")
        if options.times > 9:
            raise KeyboardInterrupt
        return options.times


@pytest.fixture(autouse=True)
def echo(monkeypatch):
    monkeypatch.setitem(cli.COMMANDS, "echo", ("echo", "repeat a word"))
    monkeypatch.setattr(cli.importlib, "import_module", {"echo": Echo}.__getitem__)


@pytest.mark.parametrize(
    ("words", "status"),
    [(["echo"], 1), (["echo", "--times", "3"], 3), (["echo", "--times=99"], 130)],
)
def test_exit_status(words, status):
    assert cli.main(words) == status


def test_a_command_that_cannot(capsys):
    assert cli.main(["echo", "--times=-1"]) == 1
    assert capsys.readouterr().err == "headwater echo: a negative number of times; try 1\n"


@pytest.mark.parametrize(
    ("words", "shown"),
    [([], "required: command"), (["unknown"], "invalid choice"), (["echo", "--tims"], "--tims")],
)
def test_wrong_usage(words, shown, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2 and shown in capsys.readouterr().err


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(name in out for name in cli.COMMANDS) and "repeat a word" in out


def test_help_of_a_command(capsys):
    with pytest.raises(SystemExit):
        cli.main(["echo", "--help"])
    assert "--times" in capsys.readouterr().out
