"""`headwater run`: programs in a folder of their own, started as a user starts them."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])
HELLO = """
    import tensorflow as tf
    hello = tf.constant("Hello, TensorFlow!")
    with tf.Session() as sess:
        print(sess.run(hello))
"""


@pytest.fixture
def headwater(tmp_path):
    """A function that writes files and runs the command in their folder."""

    def run(*words, status=0, **files):
        for name, text in files.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"))
        done = subprocess.run(
            [sys.executable, "-m", "headwater", "run", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": ROOT},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == status, done.stderr
        return done

    return run


def test_hello(headwater):
    done = headwater("hello.py", hello=HELLO)
    assert (done.stdout, done.stderr) == ("b'Hello, TensorFlow!'\n", "")


def test_a_program_of_2017(headwater):
    done = headwater(
        "train.py",
        "--steps=7",
        train="""
            from __future__ import absolute_import, division, print_function
            import argparse, sys
            import numpy as np
            import tensorflow as tf
            from tensorflow.contrib.layers import xavier_initializer
            from tensorflow.python.framework import ops
            from tensorflow.python.ops import math_ops
            FLAGS = tf.app.flags.FLAGS
            tf.app.flags.DEFINE_integer("steps", 5, "how many")

            def main(_):
                x = tf.placeholder(tf.float32, [None, 4])
                w = tf.get_variable("w", [4, 2], initializer=xavier_initializer(seed=1))
                loss = math_ops.reduce_mean(tf.square(tf.matmul(x, w) - 1))
                step = tf.train.AdamOptimizer(0.1).minimize(loss)
                with tf.Session() as sess:
                    sess.run(tf.global_variables_initializer())
                    data = np.ones([3, 4], dtype=np.float)
                    losses = [sess.run([loss, step], {x: data})[0] for _ in range(FLAGS.steps)]
                print(len(losses), losses[-1] < losses[0], ops.get_default_graph() is loss.graph)

            if __name__ == "__main__":
                tf.app.run()
        """,
    )
    assert done.stdout == "7 True True\n"


ARGUMENTS = [
    ["a.py"],
    ["a.py", "--help"],
    ["a.py", "-m", "x", "--verbose", "--py2", "--", "y"],
    ["--verbose", "a.py", "--verbose"],
]


@pytest.mark.parametrize("words", ARGUMENTS, ids=" ".join)
def test_what_follows_the_script_belongs_to_it(headwater, words):
    program = "import sys; print(sys.argv, __name__, sys.path[0], __file__)"
    done = headwater(*words, a=program)
    folder = re.search(r"__main__ (\S+) ", done.stdout)[1]
    own = words[words.index("a.py") :]
    assert done.stdout == f"{own} __main__ {folder} {folder}/a.py\n"


def test_a_module(headwater):
    inside = "import sys; from . import part; print(sys.argv[1:], __name__, __package__, part.x)"
    done = headwater("-m", "pack.go", "-m", "--y", **{"pack/go": inside, "pack/part": "x = 3"})
    assert done.stdout == "['-m', '--y'] __main__ pack 3\n"


def test_a_package_and_a_folder(headwater):
    files = {"pack/__init__": "", "pack/__main__": "print(__name__, __file__[-16:])"}
    for words in (["-m", "pack"], ["pack"]):
        assert headwater(*words, **files).stdout == "__main__ pack/__main__.py\n"


def test_modules_beside_the_script_see_the_same_tensorflow(headwater):
    done = headwater(
        "sub/main.py",
        **{
            "sub/main": """
                import model, tensorflow as tf
                print(model.tf is tf, model.x.graph is tf.get_default_graph())
            """,
            "sub/model": "import tensorflow as tf\nx = tf.constant(1)",
        },
    )
    assert done.stdout == "True True\n"


ENDINGS = [
    ("import sys; sys.exit(3)", 3, ""),
    ("raise SystemExit('no')", 1, "no\n"),
    ("exit()", 0, ""),
]


@pytest.mark.parametrize(("program", "status", "error"), ENDINGS)
def test_exit_status(headwater, program, status, error):
    assert headwater("a.py", status=status, a=program).stderr == error


def test_no_such_program(headwater):
    assert headwater("none.py", status=1).stderr == (
        "headwater run: there is no file 'none.py' here; name a script, or a module with -m\n"
    )
    assert "no module 'none'" in headwater("-m", "none", status=1).stderr


FAILING = """
    import tensorflow as tf
    def build():
        return tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))
    def step():
        with tf.Session() as sess:
            sess.run(tf.gather([1, 2], 5))
    try:
        build()
    except ValueError:
        step()
"""


def test_errors_show_the_program_only(headwater):
    text = headwater("a.py", status=1, a=FAILING).stderr
    files = set(re.findall(r'File "([^"]+)"', text))
    assert {Path(f).name for f in files} == {"a.py"}
    assert "indices = 5 is not in [0, 2)" in text
    assert re.search(r'a.py", line 6, in step\n\s+sess.run', text)


def test_errors_that_led_to_an_error_are_shown_the_same_way(headwater):
    program = """
        import tensorflow as tf
        try:
            tf.ones([2]) + tf.ones([3])
        except ValueError:
            {}["k"]
    """
    text = headwater("a.py", status=1, a=program).stderr
    assert "During handling of the above exception" in text and "_src" not in text


def test_verbose_errors_show_everything(headwater):
    text = headwater("--verbose", "a.py", status=1, a=FAILING).stderr
    assert os.path.join("headwater", "_src", "runtime", "session.py") in text


def test_errors_in_threads(headwater):
    program = """
        import threading, tensorflow as tf
        def work():
            tf.ones([2]) + tf.ones([3])
        threading.Thread(target=work, name="worker").start()
    """
    text = headwater("a.py", a=program).stderr
    assert "Exception in thread worker" in text and "_src" not in text and "a.py" in text


def test_threads_outlive_the_script(headwater):
    program = """
        import threading, time
        import numpy as np
        def work():
            time.sleep(0.3)
            import tensorflow as tf
            print(np.float, tf.float32)
        threading.Thread(target=work).start()
    """
    assert headwater("a.py", a=program).stdout == "<class 'float'> <dtype: 'float32'>\n"


def test_a_hook_of_the_program_is_honoured(headwater):
    program = """
        import sys
        sys.excepthook = lambda kind, error, frames: print("mine", error)
        raise ValueError("x")
    """
    assert headwater("a.py", status=1, a=program).stdout == "mine x\n"


PYTHON_2 = [
    "print 'x'",
    "print(10L)",
    "try: pass\nexcept ValueError, e: pass",
    "xrange(3)",
    "import cPickle",
    "{}.has_key(1)",
    "import urllib\nurllib.urlretrieve('x')",
]


@pytest.mark.parametrize("program", PYTHON_2)
def test_python_2_is_recognised(headwater, program):
    text = headwater("a.py", status=1, a=program).stderr
    assert text.endswith("This looks like a Python 2 program: try `headwater run --py2`.\n")
    assert "_src" not in text


def test_missing_names_are_advised(headwater):
    text = headwater("a.py", status=1, a="from tensorflow.contrib import lyers").stderr
    assert text.count("File") == 1 and "Did you mean layers" in text


OLD_NAMES = """
    import collections, inspect, time, fractions, numpy as np
    from distutils.version import LooseVersion
    import imp, tensorflow as tf
    print(np.float, np.int, np.bool(1), np.object, np.str, np.Inf, np.float_(1).dtype)
    print(np.reshape([1, 2], newshape=[2, 1]).shape, np.product([2, 3]), np.asscalar(np.ones([1])))
    print(issubclass(dict, collections.Mapping), time.clock() >= 0, fractions.gcd(4, 6))
    print(inspect.getargspec(lambda a, b=1: 0).args)
    print(LooseVersion(tf.__version__) >= LooseVersion("1.4"), LooseVersion("1.10") > "1.9")
"""


def test_old_names_of_numpy_and_python(headwater):
    done = headwater("a.py", a=OLD_NAMES)
    assert done.stdout.splitlines() == [
        "<class 'float'> <class 'int'> True <class 'object'> <class 'str'> inf float64",
        "(2, 1) 6 1.0",
        "True True 2",
        "['a', 'b']",
        "True True",
    ]


def test_old_names_go_with_the_program(tmp_path):
    """Run in this process: afterwards everything is as it was."""
    script = tmp_path / "a.py"
    script.write_text("import numpy as np; np.float; np.reshape([1], newshape=[1, 1])")
    program = f"""
import sys, numpy, collections
from headwater._src.cli.main import main
before = sys.argv[:], sys.path[:], set(vars(numpy)), numpy.reshape, sys.excepthook
assert main(["run", {str(script)!r}]) == 0
assert before == (sys.argv, sys.path, set(vars(numpy)), numpy.reshape, sys.excepthook)
assert not hasattr(collections, "Mapping") and sys.modules["__main__"].before
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, timeout=120)


def test_old_names_do_not_replace():
    import numpy as np

    from headwater._src.cli import old_names

    there = {n: getattr(np, n) for n in dir(np)}
    with old_names.offered():
        assert {n for n, v in there.items() if getattr(np, n) is not v} == {"reshape"}
