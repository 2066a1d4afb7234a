"""Errors that name a node and the line of the program that made it."""

from headwater._src.graph import callsite


def node_error(kind, node, message):
    """An error about a node.

    Args:
      kind: a class of `tf.errors`.
      node: the `Operation`.
      message: what is wrong.

    Returns:
      The exception, with `op` and `node_def`, and the node and its place in the program in its
      text.
    """
    place = callsite.where(node.site)
    about = f"{node.name} (defined at {place}) " if place else node.name
    return kind(node.node_def, node, f"{message}\n\t [[node {about}]]")
