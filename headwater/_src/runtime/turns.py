"""Steps in which several nodes wait for each other: a node that would wait lets the others go on.

`sess.run([queue.dequeue(), queue.enqueue(x)])` takes what it puts in. The nodes of a step run one
after the other, so one that has to wait first gives its turn away: its `ctx.wait` raises `NotYet`,
its segment is run again later, and meanwhile every segment that does not depend on it runs. When
there is nothing left but nodes that wait, they take turns at waiting, each for a moment. A step has
segments with turns only where it has independent nodes that may have to do with each other's
waiting (`compiler/partition.py`); others never come here.

State, per thread: `_local.node` and `_local.moment`, the node whose turn it is and how many seconds
it may wait; of the running step, `_local.counts`, how often its `Resources` had been cancelled when
one of its nodes first waited, and `_local.begun`, what nodes have left until their next turn.
"""

import contextlib
import threading
import time

FIRST_MOMENT = 0.001  # seconds; each fruitless round doubles it ...
LAST_MOMENT = 0.02  # ... up to this


class NotYet(BaseException):
    """A node has to wait longer than its turn lasts; it is called again."""


class _Local(threading.local):
    node = counts = begun = None
    moment = 0.0


_local = _Local()


def patience(node):
    """When the turn of a node ends, by `time.monotonic()`; None when it may wait for ever."""
    return time.monotonic() + _local.moment if _local.node is node else None


def at_first(resources, count):
    """What `count` was when a node of the running step first waited."""
    return count if _local.counts is None else _local.counts.setdefault(resources, count)


def keep(node, begun, give_up):
    """Notes what a node has begun; `give_up` is called if the step fails before its next turn."""
    _local.begun[node] = begun, give_up


def kept(node):
    """What a node has begun in an earlier turn, or None."""
    return _local.begun.pop(node, (None, None))[0] if _local.begun else None


def run(segments, call):
    """Runs segments, each after those it needs.

    Args:
      segments: list of `Segment`s.
      call: function that runs the segment of a number.

    Raises:
      BaseException: what `call` raises.
    """
    outer = _local.counts, _local.begun
    begun = {}
    _local.counts, _local.begun = {}, begun
    try:
        _run(segments, call)
    except BaseException:
        for _, give_up in begun.values():
            give_up()
        raise
    finally:
        _local.counts, _local.begun = outer


def _run(segments, call):
    done, pending, moment = set(), list(range(len(segments))), 0.0
    while pending:
        ready = [number for number in pending if done.issuperset(segments[number].needs)]
        before = len(done)
        for number in ready:
            if not segments[number].turns or len(ready) == 1:
                call(number)
                done.add(number)
                continue
            try:
                with _turn(segments[number].instrs[0].node, moment):
                    call(number)
                done.add(number)
            except NotYet:
                pass
        # Nobody waits while there is something to do.
        moment = 0.0 if len(done) > before else min(2 * moment or FIRST_MOMENT, LAST_MOMENT)
        pending = [number for number in pending if number not in done]


@contextlib.contextmanager
def _turn(node, moment):
    _local.node, _local.moment = node, moment
    try:
        yield
    finally:
        _local.node = None
