"""`tensorflow.python.ops.resources`: a list of resources that want to be made before they are used.

What headwater keeps (variables, tables, forests) has initializers of its own; in the list is what
a program has put there.
"""

import collections

import headwater as tf

_LISTS = (tf.GraphKeys.RESOURCES, tf.GraphKeys.LOCAL_RESOURCES)

_Resource = collections.namedtuple("_Resource", ["handle", "create", "is_initialized"])


def register_resource(handle, create_op, is_initialized_op, is_shared=True):
    """Puts a resource into the graph's list.

    Args:
      handle: its handle, a `Tensor`.
      create_op: the operation that makes it.
      is_initialized_op: bool scalar, whether it is made.
      is_shared: whether processes share it.
    """
    entry = _Resource(handle, create_op, is_initialized_op)
    tf.add_to_collection(_LISTS[not is_shared], entry)


def shared_resources():
    """The resources of the list that processes share."""
    return tf.get_collection(_LISTS[0])


def local_resources():
    """The resources of the list that a process has to itself."""
    return tf.get_collection(_LISTS[1])


def initialize_resources(resource_list, name="init"):
    """An operation that makes resources.

    Args:
      resource_list: such as `shared_resources()`.
      name: name of the operation.
    """
    if not resource_list:
        return tf.no_op(name=name)
    return tf.group(*[resource.create for resource in resource_list], name=name)


def report_uninitialized_resources(resource_list=None, name="report_uninitialized_resources"):
    """The names of handles of resources that are not made yet, a string vector.

    Args:
      resource_list: the resources; None takes all of the list.
      name: name of the node.
    """
    if resource_list is None:
        resource_list = shared_resources() + local_resources()
    if not resource_list:
        return tf.constant([], tf.string, name=name)
    missing = tf.logical_not(tf.stack([resource.is_initialized for resource in resource_list]))
    names = tf.constant([resource.handle.name for resource in resource_list])
    return tf.boolean_mask(names, missing, name=name)
