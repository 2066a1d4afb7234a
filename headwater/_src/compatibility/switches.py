"""Eager execution and libraries of compiled ops: what is asked about them, and what cannot be had."""

from headwater._src.core import errors


def executing_eagerly():
    """Whether operations run when they are called: never, they make nodes of a graph."""
    return False


def enabled():
    """Whether TensorFlow 2 behaviour is switched on: never."""
    return False


def in_graph_mode():
    """Whether operations make nodes of a graph: always."""
    return True


def num_gpus():
    """How many GPUs a session in this process can use; starts XLA to find out."""
    from headwater._src.compiler import devices

    return devices.count_gpus(None)


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Refuses: headwater builds graphs and runs them in sessions.

    Args:
      config: not looked at.
      device_policy: not looked at.
      execution_mode: not looked at.

    Raises:
      UnimplementedError: always; its text says what to write instead.
    """
    raise _not_eager("tf.enable_eager_execution()")


def enable_v2_behavior():
    """Refuses, as `enable_eager_execution` does: there is no other behaviour than that of 1.x."""
    raise _not_eager("tf.enable_v2_behavior()")


class GradientTape:
    """Recording operations as they run, which only eager execution does. Making one raises
    `UnimplementedError`; its text says what to write instead."""

    def __init__(self, persistent=False, watch_accessed_variables=True):
        """Refuses.

        Args:
          persistent: not looked at.
          watch_accessed_variables: not looked at.

        Raises:
          UnimplementedError: always.
        """
        raise errors.UnimplementedError(
            None,
            None,
            "tf.GradientTape records operations while they run, but headwater builds a graph "
            "first. Use tf.gradients(loss, variables), or optimizer.compute_gradients(loss), and "
            "run the result in a tf.Session.",
        )


def _not_eager(call):
    return errors.UnimplementedError(
        None,
        None,
        f"{call}: headwater runs graphs, as TensorFlow 1.x does by default. Remove the call, feed "
        "placeholders and run what you want to see in a tf.Session; for gradients use tf.gradients "
        "in place of tf.GradientTape.",
    )


def load_op_library(library_filename):
    """Refuses: a library of ops compiled against TensorFlow cannot run here.

    Args:
      library_filename: the shared object's path.

    Raises:
      UnimplementedError: always; its text names ways around.
    """
    raise errors.UnimplementedError(
        None,
        None,
        f"{library_filename!r} holds kernels compiled for TensorFlow's own runtime, which headwater "
        "does not have. Write the op with tf.py_func, or from existing ops with tf.custom_gradient "
        "for its gradient.",
    )


def load_file_system_library(library_filename):
    """Refuses, as `load_op_library` does.

    Args:
      library_filename: the shared object's path.

    Raises:
      UnimplementedError: always.
    """
    raise errors.UnimplementedError(
        None, None, f"{library_filename!r}: file systems cannot be added to headwater."
    )
