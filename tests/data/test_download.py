"""Downloads: complete or not at all, with a bar only where someone watches."""

import hashlib
import http.server
import threading
import urllib.error

import pytest

from headwater._src.data.download import download, user_cache

CONTENT = bytes(range(256)) * 1000


class Answers(http.server.BaseHTTPRequestHandler):
    """`/whole` is the content, `/cut` ends early, anything else is not there."""

    def do_GET(self):
        if self.path not in ("/whole", "/cut"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/whole" else CONTENT[:1000])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


def test_a_whole_file(server, tmp_path, capsys):
    target = tmp_path / "new" / "file"
    download(f"{server}/whole", target, hashlib.sha256(CONTENT).hexdigest())
    assert target.read_bytes() == CONTENT
    assert [p.name for p in target.parent.iterdir()] == ["file"]
    assert capsys.readouterr() == ("", "")


FAILURES = {
    "ends early": ("/cut", None, ValueError, r"/cut ended after 1000 of 256000 bytes"),
    "another digest": ("/whole", "0" * 64, ValueError, "expected 0000.* was thrown away"),
    "not there": ("/other", None, urllib.error.HTTPError, "404"),
}


@pytest.mark.parametrize(("path", "sha256", "error", "message"), FAILURES.values(), ids=FAILURES)
def test_a_failure_leaves_what_was_there(server, tmp_path, path, sha256, error, message):
    target = tmp_path / "file"
    target.write_text("before")
    with pytest.raises(error, match=message):
        download(server + path, target, sha256)
    assert [p.name for p in tmp_path.iterdir()] == ["file"] and target.read_text() == "before"


def test_nobody_answers(server, tmp_path):
    with pytest.raises(OSError):
        download("http://127.0.0.1:9/", tmp_path / "folder" / "file")
    assert not (tmp_path / "folder").exists()


def test_a_bar_on_a_terminal(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    download(f"{server}/whole", tmp_path / "file")
    out, err = capsys.readouterr()
    assert not out and "file: 100%" in err and "256k/256k" in err


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/x/cache", "/x/cache/headwater"),
        ("", "/h/.cache/headwater"),
        ("rel", "/h/.cache/headwater"),
    ],
)
def test_user_cache(monkeypatch, value, expected):
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert user_cache().as_posix() == expected
