"""`headwater run`: a program written for TensorFlow 1.x, unmodified.

`import tensorflow` gives headwater, names that NumPy and the standard library have dropped since
are there, an error shows the program's own lines, and on a machine without a GPU what is put on
`/gpu:0` runs on the CPU; all that holds for processes it starts as well.  Everything after the
script belongs to it.
"""

import argparse
import builtins
import contextlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
import types

from headwater._src.cli.main import CommandError


def configure(parser):
    """Adds the command's options.

    Args:
      parser: the `argparse.ArgumentParser` of this command.
    """
    parser.usage = "headwater run [--py2] [--verbose] (script.py | -m module) [arguments ...]"
    parser.add_argument("--py2", action="store_true", help="the program is written in Python 2")
    parser.add_argument(
        "--verbose", action="store_true", help="errors show headwater's own lines too"
    )
    parser.add_argument("-m", action="store_true", dest="module", help="run a module by its name")
    parser.add_argument("program", help="the script, or with -m the module")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the program is given")


def run(options):
    """Runs the program.

    Args:
      options: what `configure` asked for.

    Returns:
      0, or 1 when the program ended in an error, which has been printed.

    Raises:
      CommandError: there is no such program.
      SystemExit: the program ended itself.
    """
    from headwater._src.cli import children, old_names, tracebacks
    from headwater._src.compatibility import tensorflow_paths
    from headwater._src.compiler import place

    with contextlib.ExitStack() as stack:
        stack.enter_context(_process_state())
        folder = os.getcwd() if options.module else _folder(options.program)
        sys.path[0] = folder
        tensorflow_paths.install_as_tensorflow()
        stack.enter_context(old_names.offered())
        stack.enter_context(place.gpus_optional())
        stack.enter_context(children.inherited())
        stack.enter_context(tracebacks.of_the_program(options.verbose))
        compiler = None
        if options.py2:
            compiler = stack.enter_context(_python2(folder))
        try:
            main, code = _load(options, compiler)
            name = main.__file__ if options.module else options.program
            sys.argv[:] = [name, *options.arguments]
            sys.modules["__main__"] = main
            exec(code, vars(main))
            _wait_for_threads()
        except (SystemExit, KeyboardInterrupt, CommandError):
            raise
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
            return 1
    return 0


def _folder(script):
    if os.path.isdir(script):
        return os.path.abspath(script)
    if not os.path.isfile(script):
        raise CommandError(f"there is no file {script!r} here; name a script, or a module with -m")
    return os.path.dirname(os.path.abspath(script))


def _load(options, compiler):
    """The module `__main__`, still empty, and the code to fill it."""
    path = options.program
    spec = None
    if options.module:
        spec = _module_spec(path)
        path = spec.origin
    elif os.path.isdir(path):
        path = os.path.join(path, "__main__.py")
    path = os.path.abspath(path)
    main = types.ModuleType("__main__")
    main.__file__, main.__spec__ = path, spec
    if spec is not None:
        main.__package__ = spec.parent
        main.__loader__ = spec.loader
    if compiler is not None:
        vars(main).update(compiler.globals())
        return main, compiler.compile_file(path)
    vars(main)["__builtins__"] = builtins
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    return main, loader.source_to_code(loader.get_data(path), path)


def _module_spec(name):
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{name}.__main__")
    if spec is None or not spec.origin or not os.path.isfile(spec.origin):
        raise CommandError(f"no module {name!r} is found from here that could be run")
    return spec


def _python2(folder):
    try:
        from headwater._src.cli import python2
    except ModuleNotFoundError as e:
        if not (e.name or "").startswith("fissix"):
            raise
        raise CommandError(
            "--py2 translates with the package fissix, which is not installed: "
            "pip install 'headwater[py2]'"
        ) from None
    return python2.translating(folder)


@contextlib.contextmanager
def _process_state():
    """Puts back what running a program changes of the process: for callers that go on."""
    kept = sys.argv[:], sys.path[:], sys.modules["__main__"]
    try:
        yield
    finally:
        sys.argv[:], sys.path[:], sys.modules["__main__"] = kept


def _wait_for_threads():
    """Threads that the program left running still need its modules and old names."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
