"""The extension of IPython behind `%load_ext headwater` and the Jupyter kernel."""

from headwater._src.cli import old_names
from headwater._src.compatibility.tensorflow_paths import install_as_tensorflow

_offered = []


def load_ipython_extension(ipython):
    """Makes `import tensorflow` give headwater in the notebook, and offers names of old NumPy.

    Args:
      ipython: the shell; IPython passes it.

    Raises:
      RuntimeError: the real TensorFlow has been imported in this process already.
    """
    install_as_tensorflow()
    if not _offered:
        _offered.append(old_names.offered())
        _offered[0].__enter__()


def unload_ipython_extension(ipython):
    """Takes the names of old NumPy away again; `tensorflow` stays what it is.

    Args:
      ipython: the shell.
    """
    if _offered:
        _offered.pop().__exit__(None, None, None)
