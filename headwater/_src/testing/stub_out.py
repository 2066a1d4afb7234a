"""`tf.test.StubOutForTesting`: attributes replaced for the length of a test."""

import inspect


class StubOutForTesting:
    """Replaces attributes and puts them back; a context manager that cleans up at its end.

    Example:
      ```python
      stubs = tf.test.StubOutForTesting()
      stubs.Set(os.path, "exists", lambda path: True)
      ...
      stubs.CleanUp()
      ```
    """

    def __init__(self):
        self._replaced = []
        self._smart = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.CleanUp()

    def CleanUp(self):
        """Puts back everything that `Set` and `SmartSet` replaced."""
        self.SmartUnsetAll()
        self.UnsetAll()

    def Set(self, parent, child_name, new_child):
        """Replaces an attribute.

        Args:
          parent: object, class or module that has the attribute.
          child_name: the attribute's name.
          new_child: the value until `UnsetAll`.
        """
        self._replaced.append((parent, child_name, _own(parent, child_name)))
        setattr(parent, child_name, new_child)

    def UnsetAll(self):
        """Undoes every `Set`, the last one first."""
        while self._replaced:
            parent, name, old = self._replaced.pop()
            setattr(parent, name, old)

    def SmartSet(self, obj, attr_name, new_attr):
        """Replaces an attribute where it is defined: in the object, its class or a base of it.

        Args:
          obj: object, class or module through which the attribute is seen.
          attr_name: the attribute's name.
          new_attr: the value until `SmartUnsetAll`.

        Raises:
          AttributeError: there is no such attribute.
        """
        owners = [obj]
        if not inspect.ismodule(obj):
            owners += list(inspect.getmro(obj if inspect.isclass(obj) else type(obj)))
        owner = next((o for o in owners if attr_name in getattr(o, "__dict__", {})), None)
        if owner is None:
            raise AttributeError(f"{obj!r} has no attribute {attr_name!r}")
        self._smart.append((owner, attr_name, _own(owner, attr_name)))
        setattr(owner, attr_name, new_attr)

    def SmartUnsetAll(self):
        """Undoes every `SmartSet`, the last one first."""
        while self._smart:
            owner, name, old = self._smart.pop()
            setattr(owner, name, old)


def _own(parent, name):
    """What `parent` itself stores under a name: a static method must be put back as one."""
    stored = vars(parent).get(name) if hasattr(parent, "__dict__") else None
    return stored if isinstance(stored, (staticmethod, classmethod)) else getattr(parent, name)
