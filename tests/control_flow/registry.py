"""The table that programs with branches and loops register in: functions of the library that return
what to fetch and to differentiate.

Each returns `Run(fetches, feeds, ys, xs, init, steps)`; `feeds` may be a list, one dict for each
step.
"""

from dataclasses import dataclass, field
from typing import Any

PROGRAMS = {}


@dataclass
class Run:
    fetches: Any
    feeds: Any = field(default_factory=dict)
    ys: Any = None
    xs: Any = None
    init: bool = False
    steps: int = 1
    second: bool = False


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def switch(tf):
    return tf.placeholder(tf.bool, [], name="p")


def both(p, **more):
    return [{p: True, **more}, {p: False, **more}]
