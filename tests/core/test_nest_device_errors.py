"""Nested structures, device names, errors and logging, against facts recorded from TensorFlow."""

import collections
import pathlib
import subprocess
import sys

import pytest

from headwater._src.core import errors, nest
from headwater._src.core.device import DeviceSpec, canonical_name, merge_device

ROOT = pathlib.Path(__file__).parents[2]
NT = collections.namedtuple("NT", "a b")
OD = collections.OrderedDict


class Point:
    """What attrs makes, as far as `nest` looks at it."""

    __attrs_attrs__ = (type("A", (), {"name": "x"}), type("A", (), {"name": "y"}))

    def __init__(self, x, y):
        self.x, self.y = x, y


NEST = [
    ("nest.flatten({'b': 1, 'a': [2, 3]})", [2, 3, 1]),
    ("nest.flatten('ab'), nest.flatten(None), nest.flatten([])", (["ab"], [None], [])),
    ("nest.pack_sequence_as(OD([('z', 1), ('a', 2)]), [4, 5])", OD([("z", 5), ("a", 4)])),
    ("nest.pack_sequence_as([[], NT(1, 2)], [3, 4])", [[], NT(3, 4)]),
    ("nest.map_structure(lambda x, y: x + y, [1, (2,)], [3, (4,)])", [4, (6,)]),
    ("nest.flatten_dict_items({(4, (6, 8)): ('a', ('c', 'd'))})", {4: "a", 6: "c", 8: "d"}),
    ("nest.flatten_up_to([1, 2], [[3], (4, 5)])", [[3], (4, 5)]),
    ("nest.map_structure_up_to([1, 2], lambda x, y: (x, y), [[3], 4], [5, 6])", [([3], 5), (4, 6)]),
    ("nest.map_structure_with_paths(lambda p, x: p, {'a': [1, 2]})", {"a": ["a/0", "a/1"]}),
    ("list(nest.yield_flattened_paths(NT([1], 2)))", [("a", 0), ("b",)]),
    ("nest.flatten(Point(1, [2]))", [1, 2]),
    ("nest.pack_sequence_as(Point(1, [2]), [3, 4]).y", [4]),
]


@pytest.mark.parametrize("source, expected", NEST, ids=[n[0] for n in NEST])
def test_nest(source, expected):
    assert eval(source) == expected


NEST_ERRORS = [
    ("nest.assert_same_structure([1], [2, 3])", ValueError, "same number of elements"),
    ("nest.assert_same_structure([1], 2)", ValueError, 'str=[1]" is a sequence, while'),
    ("nest.assert_same_structure([1], (1,))", TypeError, "don't have the same sequence type"),
    ("nest.assert_same_structure(NT(1, 2), (1, 2))", TypeError, "has type NT"),
    ("nest.assert_same_structure({'a': 1}, {'b': 1})", ValueError, "same set of keys"),
    ("nest.pack_sequence_as([1, 2], [4])", ValueError, "Structure had 2 atoms"),
    ("nest.map_structure(3, [1])", TypeError, "func must be callable, got: 3"),
    ("nest.map_structure(len)", ValueError, "Must provide at least one structure"),
    ("nest.flatten_up_to([1, [2]], [3, 4])", TypeError, "input must also be a sequence"),
    ("nest.assert_shallow_structure([1, 2], [1])", ValueError, "shallow structure has length 2"),
]


@pytest.mark.parametrize("source, kind, text", NEST_ERRORS, ids=[n[0] for n in NEST_ERRORS])
def test_nest_errors(source, kind, text):
    with pytest.raises(kind) as caught:
        eval(source)
    assert text in str(caught.value)


def test_deep_structures_need_no_recursion():
    deep = 1
    for _ in range(5000):
        deep = [deep]
    assert nest.flatten(nest.map_structure(lambda x: x + 1, deep)) == [2]


@pytest.mark.parametrize(
    "name, canonical",
    [
        (None, ""), ("/cpu:0", "/device:CPU:0"), ("/gpu:*", "/device:GPU:*"),
        ("/job:foo/task:1/cpu:0", "/job:foo/task:1/device:CPU:0"), ("cpu:0", "/device:CPU:0"),
        ("/device:XLA_GPU:0", "/device:XLA_GPU:0"), (DeviceSpec(job="a"), "/job:a"),
    ],
)  # fmt: skip
def test_device_names(name, canonical):
    assert canonical_name(name) == canonical


@pytest.mark.parametrize("name", ["/foo", "/task:x", "/cpu:0/gpu:1", "/job:ps/replica:*"])
def test_what_is_no_device(name):
    with pytest.raises(ValueError):
        canonical_name(name)


@pytest.mark.parametrize(
    "outer, inner, merged",
    [
        ("/job:ps", "/gpu:1", "/job:ps/device:GPU:1"),
        ("/job:ps/cpu:0", "/job:w", "/job:w/device:CPU:0"),
        ("/cpu:0", "/gpu:1", "/device:GPU:1"),
        ("/gpu:0", "", "/device:GPU:0"),
    ],
)
def test_the_inner_device_wins(outer, inner, merged):
    assert merge_device(outer)(inner) == merged


@pytest.mark.parametrize("code", range(1, 17))
def test_errors_by_code(code):
    cls = errors.exception_type_from_error_code(code)
    error = cls(None, None, "no %s")
    assert errors.error_code_from_exception_type(cls) == error.error_code == code
    assert (str(error), error.message, error.op, error.node_def) == ("no %s", "no %s", None, None)
    assert cls.__mro__[1] is errors.OpError


def test_an_error_shows_where_its_op_was_made():
    op = type("Op", (), {"name": "a", "traceback": [("f.py", 3, "main", "x = y")]})()
    text = str(errors.NotFoundError(None, op, "gone"))
    assert text.startswith("gone\n\nOriginal stack trace for 'a':\n")
    assert 'File "f.py", line 3, in main\n    x = y' in text


LOGGING_PROGRAM = """
from headwater._src.core import logging
assert logging.get_verbosity() == logging.WARN
logging.set_verbosity(logging.INFO)
logging.info("n is %d", 3)
logging.debug("not shown")
for i in range(5):
    logging.log_first_n(logging.WARN, "first %d", 2, i)
    logging.log_every_n(logging.WARN, "every %d", 2, i)
logging.warn_once("key", "100%")
logging.warn_once("key", "100%")
"""


def test_messages_and_levels():
    # in a process of its own: the test runner's handlers would take the place of ours
    done = subprocess.run(
        [sys.executable, "-c", LOGGING_PROGRAM], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr.splitlines() == [
        "INFO:tensorflow:n is 3",
        "WARNING:tensorflow:first 0",
        "WARNING:tensorflow:every 0",
        "WARNING:tensorflow:first 1",
        "WARNING:tensorflow:every 2",
        "WARNING:tensorflow:every 4",
        "WARNING:tensorflow:100%",
    ]


def test_the_core_loads_neither_protobuf_nor_jax():
    program = (
        "import sys\n"
        "from headwater._src.core import tensor_proto, nest, device, errors, logging\n"
        "tensor_proto.to_ndarray([1.5, 2])\n"
        "print([m for m in ('google.protobuf', 'jax') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
