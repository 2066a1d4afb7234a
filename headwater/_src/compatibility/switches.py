"""TensorFlow 2's behaviour, GPUs, libraries of compiled ops: what is asked about them."""

from headwater._src.core import errors


def enabled():
    """Whether TensorFlow 2 behaviour is switched on: never."""
    return False


def num_gpus():
    """How many GPUs a session in this process can use; starts XLA to find out."""
    from headwater._src.compiler import devices

    return devices.count_gpus(None)


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
