"""`tensorflow.python`: its private modules, which programs import although they are not public.

They have no files: `headwater.python.ops.array_ops` and its like take their names from the public
modules, by the table in `headwater/_src/compatibility/private_paths.py`.
"""

from headwater._src.compatibility import private_paths as _private_paths

__getattr__, __dir__ = _private_paths.open_tree(__name__)
