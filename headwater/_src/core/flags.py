"""Command-line flags: `DEFINE_*` declares them, `FLAGS` holds their values, `run` starts a program with them.

State: `FLAGS`, the flags of the process. They are read from `sys.argv` when a value is first asked for, or by
`run`. What is not a flag of the program is left for it, as TensorFlow 1.x does.
"""

import sys


class FlagError(Exception):
    """A flag is declared twice, unknown, or has a value that cannot be read."""


class Flag:
    """One flag: its name, default, help, and how its text becomes a value."""

    def __init__(self, name, default, help, parse, boolean=False, multi=False, short_name=None):
        self.name, self.default, self.help, self.parse = name, default, help, parse
        self.boolean, self.multi, self.short_name = boolean, multi, short_name
        self.value = default
        self.present = False

    def set(self, text):
        """Takes the value from the command line."""
        try:
            value = self.parse(text)
        except (ValueError, TypeError) as error:
            raise FlagError(f"flag --{self.name}={text}: {error}") from None
        if self.multi:
            self.value = [*(self.value if self.present else []), value]
        else:
            self.value = value
        self.present = True


class FlagValues:
    """The flags of a program as attributes."""

    def __init__(self):
        self.__dict__["_flags"] = {}
        self.__dict__["_parsed"] = False

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._flags:
            raise AttributeError(f"Unknown command line flag {name!r}")
        if not self._parsed:
            self(sys.argv, known_only=True)
        return self._flags[name].value

    def __setattr__(self, name, value):
        if name not in self._flags:
            raise AttributeError(f"Unknown command line flag {name!r}")
        self._flags[name].value = value
        self._flags[name].present = True

    def __delattr__(self, name):
        self._flags.pop(name, None)

    def __contains__(self, name):
        return name in self._flags

    def __iter__(self):
        return iter(sorted(self._flags))

    def __dir__(self):
        return sorted(self._flags)

    def __getitem__(self, name):
        return self._flags[name]

    def __len__(self):
        return len(self._flags)

    def __call__(self, argv, known_only=False):
        """Reads the flags out of `argv`.

        Args:
          argv: list of strings, the program's name first.
          known_only: whether unknown flags are left in the result instead of raising.

        Returns:
          The list of what is not a flag, the program's name first.

        Raises:
          FlagError: an unknown flag, a missing value, or one that cannot be read.
        """
        self.__dict__["_parsed"] = True
        rest, words = list(argv[:1]), list(argv[1:])
        while words:
            word = words.pop(0)
            if word == "--":
                rest.extend(words)
                break
            if not word.startswith("-") or word in ("-", ""):
                rest.append(word)
                continue
            name, equals, text = word.lstrip("-").partition("=")
            flag = self._find(name)
            if flag is None and name.startswith("no") and self._is_boolean(name[2:]) and not equals:
                self._find(name[2:]).set("false")
                continue
            if flag is None:
                if name in ("help", "h", "helpfull"):
                    print(self.main_module_help())
                    sys.exit(0)
                if not known_only:
                    raise FlagError(f"Unknown command line flag {name!r}")
                rest.append(word)
                continue
            if not equals:
                if flag.boolean:
                    text = "true"
                elif words:
                    text = words.pop(0)
                else:
                    raise FlagError(f"flag --{name} needs a value")
            flag.set(text)
        return rest

    def _find(self, name):
        found = self._flags.get(name) or self._flags.get(name.replace("-", "_"))
        if found is None:
            found = next((f for f in self._flags.values() if f.short_name == name), None)
        return found

    def _is_boolean(self, name):
        flag = self._find(name)
        return flag is not None and flag.boolean

    def add(self, flag):
        """Declares a flag; the same one may be declared again."""
        old = self._flags.get(flag.name)
        if old is not None and (old.default, old.help) != (flag.default, flag.help):
            raise FlagError(f"The flag '{flag.name}' is defined twice.")
        self._flags[flag.name] = flag

    def flag_values_dict(self):
        """The values by name."""
        return {name: getattr(self, name) for name in self}

    def is_parsed(self):
        """Whether the command line was read."""
        return self._parsed

    def mark_as_parsed(self):
        """Says that the values are final."""
        self.__dict__["_parsed"] = True

    def unparse_flags(self):
        """Forgets that the command line was read."""
        self.__dict__["_parsed"] = False

    def main_module_help(self):
        """What `--help` prints."""
        lines = [f"\n       USAGE: {sys.argv[0]} [flags]", "flags:\n"]
        for name in self:
            flag = self._flags[name]
            lines.append(f"  --{'[no]' if flag.boolean else ''}{name}: {flag.help}")
            lines.append(f"    (default: {flag.default!r})")
        return "\n".join(lines)


FLAGS = FlagValues()


def _boolean(text):
    if isinstance(text, bool):
        return text
    lowered = str(text).lower()
    if lowered in ("true", "t", "1", "yes"):
        return True
    if lowered in ("false", "f", "0", "no"):
        return False
    raise ValueError("neither true nor false")


def _integer(text):
    return (
        text if isinstance(text, int) else int(text, 0) if text[:2].lower() == "0x" else int(text)
    )


def _items(text):
    return (
        [item.strip() for item in text.split(",")]
        if isinstance(text, str) and text
        else list(text or [])
    )


def _define(parse, name, default, help, flag_values, **facts):
    short_name = facts.pop("short_name", None)
    value = default if default is None or facts.get("multi") else parse(default)
    flag_values.add(Flag(name, value, help, parse, short_name=short_name, **facts))


def DEFINE_string(name, default, help, flag_values=FLAGS, **args):
    """Declares a flag whose value is text.

    Args:
      name: the flag's name.
      default: its value when it is not given; None is allowed.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(str, name, default, help, flag_values, **args)


def DEFINE_integer(name, default, help, flag_values=FLAGS, **args):
    """Declares a flag whose value is an integer.

    Args:
      name: the flag's name.
      default: its value when it is not given.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(_integer, name, default, help, flag_values, **_short(args))


def DEFINE_float(name, default, help, flag_values=FLAGS, **args):
    """Declares a flag whose value is a floating-point number.

    Args:
      name: the flag's name.
      default: its value when it is not given.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(float, name, default, help, flag_values, **_short(args))


def DEFINE_boolean(name, default, help, flag_values=FLAGS, **args):
    """Declares a flag that is on (`--name`) or off (`--noname`).

    Args:
      name: the flag's name.
      default: its value when it is not given.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(_boolean, name, default, help, flag_values, boolean=True, **_short(args))


DEFINE_bool = DEFINE_boolean


def DEFINE_list(name, default, help, flag_values=FLAGS, **args):
    """Declares a flag whose value is a comma-separated list.

    Args:
      name: the flag's name.
      default: a list, or its text.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(_items, name, default, help, flag_values, **_short(args))


def DEFINE_enum(name, default, enum_values, help, flag_values=FLAGS, **args):
    """Declares a flag with a fixed set of values.

    Args:
      name: the flag's name.
      default: its value when it is not given.
      enum_values: the allowed values.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """

    def parse(text):
        if text not in enum_values:
            raise ValueError(f"value should be one of <{'|'.join(enum_values)}>")
        return text

    _define(parse, name, default, help, flag_values, **_short(args))


def DEFINE_multi_string(name, default, help, flag_values=FLAGS, **args):
    """Declares a flag of text that may be given several times.

    Args:
      name: the flag's name.
      default: list of values.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(str, name, default, help, flag_values, multi=True, **_short(args))


def DEFINE_multi_integer(name, default, help, flag_values=FLAGS, **args):
    """Declares an integer flag that may be given several times.

    Args:
      name: the flag's name.
      default: list of values.
      help: what `--help` says of it.
      flag_values: where it is declared.
      **args: `short_name`.
    """
    _define(_integer, name, default, help, flag_values, multi=True, **_short(args))


def _short(args):
    """Of the bounds and other extras that a flag may be declared with, the short name is used."""
    return {key: value for key, value in args.items() if key == "short_name"}


def mark_flag_as_required(flag_name, flag_values=FLAGS):
    """Has `run` refuse to start when the flag has no value.

    Args:
      flag_name: the flag's name.
      flag_values: where it is declared.
    """
    flag_values[flag_name].required = True


def mark_flags_as_required(flag_names, flag_values=FLAGS):
    """`mark_flag_as_required` for several flags.

    Args:
      flag_names: the flags' names.
      flag_values: where they are declared.
    """
    for name in flag_names:
        mark_flag_as_required(name, flag_values)


def run(main=None, argv=None):
    """Starts a program: reads its flags, calls `main`, and exits with what it returns.

    Args:
      main: function of the remaining arguments (default: `main` of the script).
      argv: the command line (default: `sys.argv`).

    Raises:
      SystemExit: always; the status is what `main` returned.
    """
    argv = sys.argv if argv is None else argv
    rest = FLAGS(argv, known_only=True)
    for name in FLAGS:
        flag = FLAGS[name]
        if getattr(flag, "required", False) and flag.value is None:
            raise FlagError(f"Flag --{name} must have a value other than None.")
    main = main or sys.modules["__main__"].main
    sys.exit(main(rest))
