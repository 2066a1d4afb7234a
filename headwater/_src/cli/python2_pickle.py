"""`cPickle` for translated programs: files that Python 2 wrote are read as it would have."""

import pickle
from pickle import (
    HIGHEST_PROTOCOL as HIGHEST_PROTOCOL,
    PickleError as PickleError,
    Pickler as Pickler,
    PicklingError as PicklingError,
    UnpicklingError as UnpicklingError,
    dump as dump,
    dumps as dumps,
)


def load(file, **options):
    """Reads one object; the byte strings of Python 2 become text, byte for byte.

    Args:
      file: opened for reading, as bytes.
      **options: as for `pickle.load`.

    Returns:
      The object.
    """
    return pickle.load(file, **{"encoding": "latin1", **options})


def loads(data, **options):
    """Like `load`, from bytes.

    Args:
      data: the pickled object.
      **options: as for `pickle.loads`.

    Returns:
      The object.
    """
    return pickle.loads(data, **{"encoding": "latin1", **options})


def Unpickler(file, **options):
    """A `pickle.Unpickler` that reads byte strings as text.

    Args:
      file: opened for reading, as bytes.
      **options: as for `pickle.Unpickler`.

    Returns:
      The unpickler.
    """
    return pickle.Unpickler(file, **{"encoding": "latin1", **options})
