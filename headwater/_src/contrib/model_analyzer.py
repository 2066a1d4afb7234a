"""`tf.contrib.slim.model_analyzer`: the sizes of a model's variables and operations."""

import headwater as tf


def tensor_description(var):
    """Type and shape of a tensor or variable, as text.

    Args:
      var: a tensor or variable.
    """
    shape = var.shape
    dims = "?" if shape.ndims is None else "x".join(
        "?" if d is None else str(d) for d in shape.as_list()
    )  # fmt: skip
    return f"({var.dtype.base_dtype.name}_ref {dims})" if isinstance(var, tf.Variable) else (
        f"({var.dtype.name} {dims})"
    )  # fmt: skip


def analyze_ops(graph, print_info=False):
    """The number of elements of all outputs of a graph.

    Args:
      graph: the `Graph`.
      print_info: whether each operation is printed.

    Returns:
      The total; outputs of unknown shape do not count.
    """
    if print_info:
        print("---------\nOperations: name -> (type shapes) [size]\n---------")
    total = 0
    for op in graph.get_operations():
        sizes = [o.shape.num_elements() or 0 for o in op.outputs]
        total += sum(sizes)
        if print_info:
            print(
                f"{op.name}\t->", ", ".join(map(tensor_description, op.outputs)), f"[{sum(sizes)}]"
            )
    return total


def analyze_vars(variables, print_info=False):
    """The number of elements and bytes of variables.

    Args:
      variables: list of variables.
      print_info: whether each variable is printed.

    Returns:
      `(number of elements, number of bytes)`.
    """
    if print_info:
        print("---------\nVariables: name (type shape) [size]\n---------")
    total = size = 0
    for var in variables:
        number = var.shape.num_elements() or 0
        number_of_bytes = number * var.dtype.base_dtype.size
        total, size = total + number, size + number_of_bytes
        if print_info:
            print(var.name, tensor_description(var), f"[{number}, bytes: {number_of_bytes}]")
    if print_info:
        print("Total size of variables:", total)
        print("Total bytes of variables:", size)
    return total, size
