"""`headwater run --py2`: Python 2's syntax and meaning, line by line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fissix")  # the extra `py2`

from headwater._src.cli import python2, python2_meaning

ROOT = str(Path(__file__).resolve().parents[2])


def run(source, path="old.py"):
    """The variables of a translated program."""
    compiler = python2.Compiler()
    names = compiler.globals()
    exec(compiler.compile(source, path), names)
    return names


# statement that sets `x`, its value
PROGRAMS = [
    ("x = 7 / 2", 3),
    ("x = -7 / 2", -4),
    ("x = 7.0 / 2", 3.5),
    ("x = 7; x /= 2", 3),
    ("x = [9]; x[0] /= 2", [4]),
    ("class C: pass\nx = C(); x.n = 9; x.n /= 2.0; x = x.n", 4.5),
    ("from __future__ import division\nx = 7 / 2", 3.5),
    ("x = 0777, 10L, 0xFFL", (511, 10, 255)),
    ("x = 1 <> 2", True),
    ("x = `[1, 'a']`", "[1, 'a']"),
    ("x = ur'\\d' + u'e'", "\\de"),
    ("try:\n    raise ValueError, 'bad'\nexcept (KeyError, ValueError), e:\n    x = str(e)", "bad"),
    ("exec 'x = 5'", 5),
    ("exec 'x = y' in {'y': 1}, globals()", 1),
    ("def f(a, (b, c), d=1): return a, b, c, d\nx = f(1, (2, 3))", (1, 2, 3, 1)),
    ("x = (lambda (a, b): a + b)((1, 2))", 3),
    ("x = {'a': 1}.has_key('a')", True),
    ("x = {'a': 1}.keys() + {'b': 2}.values()", ["a", 2]),
    ("x = {'a': 1}.items()[0]", ("a", 1)),
    ("x = list({'a': 1}.iteritems()) + list({'a': 1}.itervalues())", [("a", 1), 1]),
    ("class D:\n    def iteritems(self): return 'own'\nx = D().iteritems()", "own"),
    ("x = iter([4]).next()", 4),
    (
        "import io, zipfile\nf = zipfile.ZipFile(io.BytesIO(), 'w')\nf.writestr('a', 'to be')\n"
        "f.writestr('b', b'\\x00\\xff')\nx = f.read('a').split() + [f.open('b').read()]",
        ["to", "be", b"\x00\xff"],
    ),
    ("import os\nx = isinstance(os.environ.keys(), list)", True),
    ("x = [3, 1, 2]; x.sort(lambda a, b: cmp(b, a))", [3, 2, 1]),
    ("x = [3, 1, 2]; x.sort()", [1, 2, 3]),
    ("x = sorted([3, 1, 2], cmp=lambda a, b: b - a, key=int)", [3, 2, 1]),
    ("x = map(lambda a: a / 2, range(4)), map(None, [1], [2])", ([0, 0, 1, 1], [(1, 2)])),
    ("x = filter(str.isdigit, 'a1b2'), filter(None, (0, 1))", ("12", (1,))),
    ("x = zip([1], [2]) + range(2)", [(1, 2), 0, 1]),
    ("x = sum(xrange(4)), reduce(max, [1, 3, 2])", (6, 3)),
    ("x = round(2.5), round(-0.5), round(1.25, 1)", (3.0, -1.0, 1.3)),
    ("x = unicode('y'), unicode(3), isinstance('s', basestring)", ("y", "3", True)),
    ("x = isinstance(u's', unicode), isinstance(1, unicode)", (True, False)),
    ("x = 'text'.decode('utf-8'), b'b'.decode('ascii')", ("text", "b")),
    ("x = long(3), unichr(97), apply(max, (1, 2)), cmp(2, 1)", (3, "a", 2, 1)),
    ("def f(): pass\nx = f.func_name, f.func_code.co_name", ("f", "f")),
    ("class C:\n    def m(self): pass\nx = C().m.im_func.__name__", "m"),
    ("class C:\n    def __nonzero__(self): return False\nx = bool(C())", False),
    ("class M(type): n = 1\nclass C:\n    __metaclass__ = M\nx = C.n", 1),
    (
        "class I:\n    def __iter__(self): return self\n    def next(self): return 2\nx = next(I())",
        2,
    ),
    ("if 1:\n\tx = 1\n        y = 2", 1),
    ("x = 1\r\nprint 'windows'\r\n", 1),
    ("# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"), "é"),
    ("print('a', 1)\nprint('b', end='')\nx = 1", 1),
    ("from __future__ import print_function\nprint('b', file=None)\nx = 1", 1),
]


@pytest.mark.parametrize(("source", "value"), PROGRAMS, ids=[repr(p[0]) for p in PROGRAMS])
def test_meaning(source, value, capsys):
    x = run(source)["x"]
    assert x == value and type(x) is type(value)


PRINTED = [
    ("print", "\n"),
    ("print 1, 'a'", "1 a\n"),
    ("print('a')", "a\n"),
    ("print ('a', 1)", "('a', 1)\n"),
    ("print 'a',\nprint 'b'", "a b\n"),
    ("print '%d %s' % (1, 2)", "1 2\n"),
    ("import sys\nprint >>sys.stdout, 'x', 1", "x 1\n"),
    ("print >>None, 'x'", "x\n"),
    ("from __future__ import print_function\nprint('a', 1)", "a 1\n"),
]


@pytest.mark.parametrize(("source", "text"), PRINTED, ids=[repr(p[0]) for p in PRINTED])
def test_print(source, text, capsys):
    run(source)
    assert capsys.readouterr().out == text


def test_lines_keep_their_numbers():
    source = """print 'x' \\
    , 'y'
def f(a, (b, c)):
    '''About

    it.'''
    return b, \\
        c / a

def g((a, b)):
    return f(0, (a, b))
class C:
    __metaclass__ = type
    def m(self): raise KeyError, 'k'
try:
    C().m()
except KeyError, e:
    pass
g((1, 2))
"""
    with pytest.raises(ZeroDivisionError) as info:
        run(source)
    lines = [e.lineno + 1 for e in info.traceback if str(e.path).endswith("old.py")]
    assert lines == [19, 11, 8]


def test_division_of_arrays_and_tensors():
    import headwater as tf

    divide = python2_meaning.divide
    np.testing.assert_array_equal(divide(np.array([5, -5]), 2), [2, -3])
    np.testing.assert_array_equal(divide(np.array([5.0]), 2), [2.5])
    halves = np.array([5, 7])
    assert python2_meaning.divide_in_place(halves, 2) is halves and list(halves) == [2, 3]
    with tf.Graph().as_default(), tf.Session() as sess:
        a = divide(tf.constant(7), 2)
        b = divide(7, tf.constant(2.0))
        assert (a.op.name, a.dtype) == ("div", tf.int32)
        assert sess.run([a, b]) == [3, 3.5]


def test_not_python_2():
    with pytest.raises(SyntaxError) as info:
        run("x = 1\ny = = 2\n")
    assert (info.value.filename, info.value.lineno) == ("old.py", 2)


MODULES = """
import cPickle, StringIO, urllib2, urlparse, Queue, ConfigParser, itertools, string, sys, types
import __builtin__, exceptions, copy_reg, urllib
from cStringIO import StringIO as Fast
from itertools import izip, imap, izip_longest
reload(sys); sys.setdefaultencoding('utf8')
print urlparse.urlparse('http://a/b').netloc, Queue.Queue().qsize(), __builtin__.len([1])
print urllib2.quote('a b'), urllib.quote('a b'), list(izip([1], [2])), list(imap(abs, [-1]))
print string.letters[:3], string.join(['a', 'b'], '-'), string.upper('x'), sys.maxint > 0
print isinstance('s', types.StringType), types.ListType([1]), Fast('z').read()
print cPickle.loads(b'U\\x02\\xe9a.') == u'\\xe9a', issubclass(exceptions.IOError, StandardError)
import tensorflow as tf
from helper import half
execfile('other.py')
print half(5), other, tf.Session().run(tf.constant(9) / 2)
"""


@pytest.fixture
def program(tmp_path):
    """Runs a program with `--py2` in a folder of its own."""

    def start(main, **files):
        for name, text in {"main": main, **files}.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return subprocess.run(
            [sys.executable, "-m", "headwater", "run", "--py2", "main.py"],
            cwd=tmp_path,
            env={"PYTHONPATH": ROOT, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return start


def test_modules(program):
    helper = "print 'helper'\ndef half(n): return n / 2\n"
    done = program(MODULES, helper=helper, other="print 'other'\nother = 3 / 2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "a 0 1",
        "a%20b a%20b [(1, 2)] [1]",
        "abc a-b X True",
        "True [1] z",
        "True True",
        "helper",
        "other",
        "2 1 4",
    ]


def test_imports_look_into_the_package_first(program):
    files = {
        "pack/__init__": "from part import name\nimport part as same, os, other\n",
        "pack/part": "import other\nname = 'pack/part', other.name",
        "pack/other": "name = 'pack/other'",
        "pack/new": "from __future__ import absolute_import\nimport other\nname = other.name",
        "other": "name = 'other'",
    }
    main = (
        "import pack, pack.new, other\nprint pack.name, pack.same.name, pack.new.name, other.name"
    )
    done = program(main, **files)
    assert (done.returncode, done.stderr) == (0, "")
    part = "('pack/part', 'pack/other')"
    assert done.stdout == f"{part} {part} other other\n"


def test_errors_name_the_line_of_the_original(program):
    done = program("import helper\n\n\nhelper.go()\n", helper="print\n\ndef go():\n    1 / 0\n")
    assert done.returncode == 1
    assert 'main.py", line 4, in <module>' in done.stderr
    assert 'helper.py", line 4, in go' in done.stderr and "1 / 0" in done.stderr
    assert "_src" not in done.stderr and "fissix" not in done.stderr


def test_without_the_translator(monkeypatch):
    from headwater._src.cli import main, run

    monkeypatch.delitem(sys.modules, "headwater._src.cli.python2")
    monkeypatch.delattr(sys.modules["headwater._src.cli"], "python2")
    monkeypatch.setitem(sys.modules, "fissix", None)
    with pytest.raises(main.CommandError, match=r"pip install 'headwater\[py2\]'"):
        run._python2("/")
