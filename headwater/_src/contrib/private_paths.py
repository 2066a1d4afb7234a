"""`tf.contrib.<part>.python.…`: private paths that programs walked to public names."""

import importlib


class PrivatePath:
    """A step on a private path: it leads on, to a module of ours, or to the part's public names.

    Args:
      public: name of the part's public module.
      modules: dict from the ends of paths (`"layers.utils"`) to names of modules.
      walked: the path so far, after `python`.
    """

    def __init__(self, public, modules=(), walked=""):
        self._public, self._modules, self._walked = public, dict(modules), walked

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        walked = f"{self._walked}.{name}".lstrip(".")
        for end, module in self._modules.items():
            if walked == end or walked.endswith("." + end):
                return importlib.import_module(module)
        public = importlib.import_module(self._public)
        if self._walked and hasattr(public, name):
            return getattr(public, name)
        return PrivatePath(self._public, self._modules, walked)

    def __repr__(self):
        return f"<names of {self._public}, at the private path python.{self._walked}>"
