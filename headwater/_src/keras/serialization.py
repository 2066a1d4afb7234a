"""Objects as `{"class_name": ..., "config": ...}` and back; names that a program adds to those known.

State: `_CUSTOM`, the objects of the program by name, and `_REGISTERED_NAMES`, the names under
which classes were registered.
"""

import contextlib
import inspect

_CUSTOM = {}
_REGISTERED_NAMES = {}


def get_custom_objects():
    """The dict from names to classes and functions of the program; it may be changed."""
    return _CUSTOM


class CustomObjectScope(contextlib.AbstractContextManager):
    """Within the block, the names in the given dicts are known when objects are made from configs.

    Args:
      *args: dicts from name to class or function.
    """

    def __init__(self, *args):
        self._added = args
        self._before = None

    def __enter__(self):
        self._before = dict(_CUSTOM)
        for objects in self._added:
            _CUSTOM.update(objects)
        return self

    def __exit__(self, *exc):
        _CUSTOM.clear()
        _CUSTOM.update(self._before)


def custom_object_scope(*args):
    """A `CustomObjectScope` of the given dicts.

    Args:
      *args: dicts from name to class or function.
    """
    return CustomObjectScope(*args)


def register_keras_serializable(package="Custom", name=None):
    """Class decorator: configs name the class `package>name`, and it is found under that name.

    Args:
      package: a name for the program or library.
      name: the class's name there (default: its own).

    Returns:
      The decorator.

    Raises:
      ValueError: the name is taken, or a class has no `get_config`.
    """

    def register(target):
        full = f"{package}>{name or target.__name__}"
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ValueError(
                f"Cannot register a class that does not have a get_config() method: {target}"
            )
        if full in _CUSTOM:
            raise ValueError(f"{full} has already been registered to {_CUSTOM[full]}")
        _CUSTOM[full] = target
        _REGISTERED_NAMES[target] = full
        return target

    return register


def get_registered_name(obj):
    """The name under which `obj` was registered, or its own.

    Args:
      obj: a class or function.
    """
    return _REGISTERED_NAMES.get(obj, obj.__name__)


def get_registered_object(name, custom_objects=None, module_objects=None):
    """What is known under a name, or None.

    Args:
      name: the name.
      custom_objects: dict that is looked into before the module's objects.
      module_objects: dict that is looked into last.
    """
    for objects in (
        _CUSTOM,
        custom_objects or {},
        {} if module_objects is None else module_objects,
    ):
        if name in objects:
            return objects[name]
    return None


def serialize_keras_object(instance):
    """An object as plain values: a class name with a config, or a function's name.

    Args:
      instance: an object with `get_config`, a function, or None.

    Raises:
      ValueError: it is neither.
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config") and not inspect.isclass(instance):
        config = instance.get_config()
        plain = {
            key: serialize_keras_object(value)
            if hasattr(value, "get_config") and not inspect.isclass(value)
            else value
            for key, value in config.items()
        }
        return {"class_name": get_registered_name(type(instance)), "config": plain}
    if hasattr(instance, "__name__"):
        return get_registered_name(instance)
    raise ValueError(f"Cannot serialize {instance!r}: it has neither get_config() nor a name.")


def deserialize_keras_object(
    identifier, module_objects=None, custom_objects=None, printable_module_name="object"
):
    """The object that `serialize_keras_object` described.

    Args:
      identifier: `{"class_name": ..., "config": ...}`, a name, a function, or None.
      module_objects: dict from name to class or function.
      custom_objects: further names, which come first.
      printable_module_name: what an error calls such an object.

    Raises:
      ValueError: the name is not known, or `identifier` is of another kind.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        return _from_config(identifier, module_objects, custom_objects, printable_module_name)
    if isinstance(identifier, str):
        found = get_registered_object(identifier, custom_objects, module_objects)
        if found is None:
            raise ValueError(f"Unknown {printable_module_name}: {identifier}")
        return found() if inspect.isclass(found) else found
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret serialized {printable_module_name}: {identifier!r}")


def _from_config(identifier, module_objects, custom_objects, kind):
    if "class_name" not in identifier or "config" not in identifier:
        raise ValueError(f"Improper config format: {identifier}")
    name, config = identifier["class_name"], identifier["config"]
    cls = get_registered_object(name, custom_objects, module_objects)
    if cls is None:
        raise ValueError(f"Unknown {kind}: {name}")
    if not hasattr(cls, "from_config"):  # a function that makes the object
        with CustomObjectScope(custom_objects or {}):
            return cls(**config)
    if "custom_objects" in inspect.signature(cls.from_config).parameters:
        return cls.from_config(config, custom_objects={**_CUSTOM, **(custom_objects or {})})
    with CustomObjectScope(custom_objects or {}):
        return cls.from_config(config)
