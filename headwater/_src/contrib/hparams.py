"""`tf.contrib.training.HParams`: named, typed hyperparameters that text can override."""

import json
import re

# name, index in brackets, '=', then a list in brackets or a value without commas
_ASSIGNMENT = re.compile(
    r"(?P<name>[a-zA-Z][\w\.]*)(?:\[\s*(?P<index>\d+)\s*\])?\s*=\s*"
    r"(?:\[(?P<list>[^\]]*)\]|(?P<value>[^,\[]*))\s*(?:,\s*|$)"
)
_TRUE, _FALSE = ("true", "True", "1"), ("false", "False", "0")


def _as_bool(text):
    if text in _TRUE + _FALSE:
        return text in _TRUE
    raise ValueError(f"{text!r} is no bool")


def _parser(kind):
    if kind is bool:
        return _as_bool
    return str if kind is type(None) else kind


def parse_values(values, type_map, ignore_unknown=False):
    """Hyperparameters as text to Python values.

    Args:
      values: text such as `"rate=0.1,layers=[64,32],layers[1]=16,name=x"`.
      type_map: dict from names to types.
      ignore_unknown: whether names that are not in `type_map` are left out.

    Returns:
      Dict from names to values; those with an index in brackets to dicts from indices to values.

    Raises:
      ValueError: the text has another form, a name is not known or comes twice, or a value does
        not fit its type.
    """
    found, place = {}, 0
    while place < len(values):
        match = _ASSIGNMENT.match(values, place)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[place:]}")
        place = match.end()
        name, index = match["name"], match["index"]
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f"Unknown hyperparameter: {name}")
        _note(found, name, index, _value(match, type_map[name]), values)
    return found


def _value(match, kind):
    name, parse = match["name"], _parser(kind)
    try:
        if match["list"] is not None:
            if match["index"] is not None:
                raise ValueError("a list at an index")
            return [parse(item.strip()) for item in match["list"].split(",") if item.strip()]
        return parse(match["value"].strip())
    except ValueError:
        raise ValueError(
            f"Could not parse hparam {name!r} of type {kind.__name__!r} from {match[0]!r}"
        ) from None


def _note(found, name, index, value, text):
    if index is None:
        if name in found:
            raise ValueError(f"Multiple assignments to variable {name!r} in {text}")
        found[name] = value
        return
    entries = found.setdefault(name, {})
    if not isinstance(entries, dict) or int(index) in entries:
        raise ValueError(f"Multiple assignments to variable {name!r} in {text}")
    entries[int(index)] = value


def _cast(name, kind, value):
    """The value in its hyperparameter's type, where nothing is lost by that."""
    text = f"Could not cast hparam {name!r} of type {kind.__name__!r} from value {value!r}"
    if kind is type(None) or value is None:
        return value
    if issubclass(kind, (str, bytes)) != isinstance(value, (str, bytes)):
        raise ValueError(text)
    if issubclass(kind, bool) != isinstance(value, bool):
        if not (issubclass(kind, bool) and isinstance(value, int) and value in (0, 1)):
            raise ValueError(text)
    if issubclass(kind, int) and isinstance(value, float) and not value.is_integer():
        raise ValueError(text)
    if issubclass(kind, int) and not isinstance(value, (int,)) and not hasattr(value, "__index__"):
        raise ValueError(text)
    return kind(value)


class HParams:
    """Hyperparameters as attributes; their types are those of the first values.

    >>> hparams = HParams(learning_rate=0.1, layers=[64, 32])
    >>> hparams.parse("learning_rate=0.5,layers[1]=16").layers
    [64, 16]

    Args:
      model_structure: kept as it is, for programs that have it.
      **kwargs: the hyperparameters: numbers, bools, strings, functions, or lists of one type.
    """

    _HAS_DYNAMIC_ATTRIBUTES = True

    def __init__(self, model_structure=None, **kwargs):
        self._hparam_types = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name, value):
        """Adds a hyperparameter.

        Args:
          name: its name.
          value: its value, which says its type.

        Raises:
          ValueError: the name is taken, or a list is empty.
        """
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        if isinstance(value, (list, tuple)):
            if not value:
                raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
            self._hparam_types[name] = (type(value[0]), True)
        else:
            self._hparam_types[name] = (type(value), False)
        setattr(self, name, value)

    def set_hparam(self, name, value):
        """Changes a hyperparameter.

        Args:
          name: its name.
          value: its new value, which must fit its type.

        Raises:
          KeyError: there is none of that name.
          ValueError: the value does not fit.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, list):
            if not is_list:
                raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
            setattr(self, name, [_cast(name, kind, v) for v in value])
        else:
            if is_list:
                raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
            setattr(self, name, _cast(name, kind, value))

    def del_hparam(self, name):
        """Removes a hyperparameter, if there is one of that name.

        Args:
          name: its name.
        """
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values):
        """Changes hyperparameters as a text says.

        Args:
          values: text such as `"rate=0.1,layers=[64,32],layers[1]=16"`.

        Returns:
          The hyperparameters themselves.

        Raises:
          ValueError: see `parse_values`.
        """
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def override_from_dict(self, values_dict):
        """Changes hyperparameters.

        Args:
          values_dict: dict from names to values; of lists, also to dicts from indices to values.

        Returns:
          The hyperparameters themselves.

        Raises:
          KeyError: there is no such hyperparameter.
          ValueError: a value does not fit.
        """
        for name, value in values_dict.items():
            if isinstance(value, dict) and self._hparam_types[name][1]:
                items = list(getattr(self, name))
                for index, item in value.items():
                    if index >= len(items):
                        raise ValueError(f"{name} has no entry {index}")
                    items[index] = item
                value = items
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def set_model_structure(self, model_structure):
        """Keeps a model structure.

        Args:
          model_structure: anything.
        """
        self._model_structure = model_structure

    def get_model_structure(self):
        """The model structure that was kept."""
        return self._model_structure

    def to_json(self, indent=None, separators=None, sort_keys=False):
        """The hyperparameters in JSON; functions are left out.

        Args:
          indent: see `json.dumps`, as for the others.
          separators: see `json.dumps`.
          sort_keys: see `json.dumps`.
        """
        data = {name: value for name, value in self.values().items() if not callable(value)}
        return json.dumps(data, indent=indent, separators=separators, sort_keys=sort_keys)

    def parse_json(self, values_json):
        """Changes hyperparameters as a JSON object says.

        Args:
          values_json: the text.

        Returns:
          The hyperparameters themselves.

        Raises:
          KeyError: there is no such hyperparameter.
          ValueError: a value does not fit.
        """
        return self.override_from_dict(json.loads(values_json))

    def values(self):
        """The hyperparameters as a dict."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key, default=None):
        """A hyperparameter, or a default of its type.

        Args:
          key: its name.
          default: what is given when there is none.

        Raises:
          ValueError: the default is not of the hyperparameter's type.
        """
        if key not in self._hparam_types:
            return default
        if default is not None:
            kind, is_list = self._hparam_types[key]
            text = (
                f"Hparam {key!r} of type {kind.__name__!r} is incompatible with default={default}"
            )
            if is_list != isinstance(default, list):
                raise ValueError(text)
            try:
                for item in default if is_list else [default]:
                    _cast(key, kind, item)
            except ValueError as error:
                raise ValueError(f"{text}. {error}") from None
        return getattr(self, key)

    def __contains__(self, key):
        return key in self._hparam_types

    def __str__(self):
        return str(sorted(self.values().items()))

    def __repr__(self):
        return f"HParams({self})"
