"""What checkpoints of objects see: variables, and objects that lead to them by names.

An object takes part when it is a variable, a list, tuple or dict of such objects, or when its class
has a method `_checkpoint_children` that gives a dict from names to objects.
"""

from headwater._src.graph.default import executing_eagerly
from headwater._src.graph.variable import Variable

_CONTAINERS = (list, tuple, dict)
waiting = []  # what goes on when variables have been made: functions that say whether they are done


def made():
    """To be told when a layer or optimizer has made variables, in eager execution: checkpoints that
    were restored before then give them their values.
    """
    if executing_eagerly():
        waiting[:] = [more for more in waiting if not more()]


def is_kept(value):
    """Whether a value is an object that checkpoints know."""
    if isinstance(value, Variable) or hasattr(type(value), "_checkpoint_children"):
        return True
    if not isinstance(value, _CONTAINERS):
        return False
    return any(is_kept(v) for v in (value.values() if isinstance(value, dict) else value))


def children_of(item):
    """The objects directly below an object: a dict from their names."""
    if isinstance(item, Variable):
        return {}
    if hasattr(type(item), "_checkpoint_children"):
        return item._checkpoint_children()
    named = item.items() if isinstance(item, dict) else enumerate(item)
    return {str(name): value for name, value in named if is_kept(value)}


def attributes_of(item, named=()):
    """The objects in the public attributes of an object, by the attributes' names.

    Args:
      item: the object.
      named: further variables, found by the last part of their own names.

    Returns:
      A dict from names to objects.
    """
    found = {n: v for n, v in vars(item).items() if not n.startswith("_") and is_kept(v)}
    known = {id(v) for v in found.values()}
    for variable in named:
        if id(variable) not in known:
            found.setdefault(variable.op.name.rpartition("/")[2], variable)
    return found
