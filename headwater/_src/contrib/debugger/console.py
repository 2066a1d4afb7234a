"""The debugger on the console: stops before and after each step and takes commands.

lt                  the watched tensors of the last step
pt NAME             the value of one
ni NAME             a node: its type, inputs and users
run [-f FILTER]     goes on; with a filter, until a tensor passes it, such as has_inf_or_nan
run -t N            goes on for N steps
exit                ends the program
"""

import re
import shutil
import sys
import tempfile

from headwater._src.contrib.debugger.dump_folder import DebugDumpDir
from headwater._src.contrib.debugger.dumping import WrapperSession, _Steps
from headwater._src.contrib.debugger.dumps import has_inf_or_nan
from headwater._src.train.session_run_hook import SessionRunArgs, SessionRunHook


class _Console:
    """Asks, answers, and remembers for how long not to ask."""

    def __init__(self, dump_root):
        self._root = dump_root or tempfile.mkdtemp(prefix="tfdbg_")
        self._is_own = dump_root is None
        self.steps = _Steps(self._root, None)
        self._filters = {"has_inf_or_nan": has_inf_or_nan}
        self._waiting_for, self._steps_left, self._dump = None, 0, None

    def add_tensor_filter(self, name, tensor_filter):
        if not name:
            raise ValueError("a filter needs a name")
        self._filters[name] = tensor_filter

    def before(self, fetches):
        """Stops before a step, unless it was said to go on."""
        if self._steps_left or self._waiting_for:
            return
        print(f"run-start: {watching_text(fetches)}")
        self._ask()

    def after(self, folder):
        """Stops after a step, unless it was said to go on and no filter passes."""
        if self._is_own and self._dump is not None:
            shutil.rmtree(self._dump._root, ignore_errors=True)
        self._dump = DebugDumpDir(folder)
        if self._steps_left:
            self._steps_left -= 1
            if self._steps_left:
                return
        elif self._waiting_for:
            found = self._dump.find(self._filters[self._waiting_for])
            if not found:
                return
            print(f"{self._waiting_for}:", ", ".join(datum.tensor_name for datum in found))
            self._waiting_for = None
        print(f"run-end: {self._dump.size} tensors")
        self._ask()

    def _ask(self):
        """Takes commands until one says to go on."""
        while True:
            try:
                words = input("tfdbg> ").split()
            except EOFError:  # nobody is there: the rest runs through
                self._steps_left = sys.maxsize
                return
            if words and words[0] in ("exit", "quit"):
                raise SystemExit(0)
            if words and words[0] in ("run", "r"):
                if self._goes_on(words[1:]):
                    return
                continue
            self._answer(words)

    def _goes_on(self, words):
        options = dict(zip(words[::2], words[1::2], strict=False))
        if "-f" in options and options["-f"] not in self._filters:
            print("no such filter; there are:", ", ".join(sorted(self._filters)))
            return False
        self._waiting_for = options.get("-f")
        self._steps_left = int(options.get("-t", 1)) - 1 if "-t" in options else 0
        return True

    def _answer(self, words):
        commands = {"lt": self._list, "pt": self._print, "ni": self._node}
        if not words or words[0] not in commands:
            print(__doc__.partition("\n\n")[2].rstrip())
        elif self._dump is None:
            print("no step has run yet")
        else:
            try:
                commands[words[0]](*words[1:])
            except (KeyError, ValueError, TypeError) as error:
                print(error.args[0])

    def _list(self, pattern="."):
        for datum in self._dump.dumped_tensor_data:
            if re.search(pattern, datum.tensor_name):
                value = datum.get_tensor()
                print(f"{datum.tensor_name:40} {value.dtype} {list(value.shape)}")

    def _print(self, name):
        node, _, slot = name.partition(":")
        print(self._dump.get_tensors(node, int(slot or 0), "DebugIdentity")[0])

    def _node(self, name):
        dump = self._dump
        print(f"{name}: {dump.node_op_type(name)}")
        print("  inputs:", ", ".join(dump.node_inputs(name)))
        print("  users:", ", ".join(dump.node_recipients(name)))


def watching_text(fetches):
    """What a step is asked for, in a line."""
    text = repr(fetches)
    return text if len(text) < 200 else text[:197] + "..."


class LocalCLIDebugWrapperSession(WrapperSession):
    """A session that stops before and after each step, for commands on the console."""

    def __init__(
        self,
        sess,
        dump_root=None,
        log_usage=True,
        ui_type="readline",
        thread_name_filter=None,
        config_file_path=False,
    ):
        """Wraps a session.

        Args:
          sess: the session.
          dump_root: a new or empty folder for the steps' tensors; None: one that is cleared.
          log_usage: accepted.
          ui_type: accepted: commands are read line by line.
          thread_name_filter: accepted.
          config_file_path: accepted.
        """
        super().__init__(sess)
        self._console = _Console(dump_root)

    def add_tensor_filter(self, filter_name, tensor_filter):
        """Adds a filter for `run -f`.

        Args:
          filter_name: its name.
          tensor_filter: function of a `DebugTensorDatum` and its value to a bool.
        """
        self._console.add_tensor_filter(filter_name, tensor_filter)

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """As `tf.Session.run`.

        Args:
          fetches: what is wanted.
          feed_dict: values that are given.
          options: a `RunOptions`.
          run_metadata: a `RunMetadata` to fill.
        """
        steps, graph = self._console.steps, self.session.graph
        self._console.before(fetches)
        nodes, tensors = steps.watched(graph, fetches, feed_dict)
        result, values = self._run_watched(fetches, feed_dict, tensors, options, run_metadata)
        self._console.after(steps.write(graph, fetches, feed_dict, nodes, tensors, values))
        return result


class LocalCLIDebugHook(SessionRunHook):
    """A hook that stops before and after each step, for commands on the console."""

    def __init__(
        self, ui_type="readline", dump_root=None, thread_name_filter=None, config_file_path=None
    ):
        """Makes the console.

        Args:
          ui_type: accepted: commands are read line by line.
          dump_root: a new or empty folder for the steps' tensors; None: one that is cleared.
          thread_name_filter: accepted.
          config_file_path: accepted.
        """
        self._console = _Console(dump_root)

    def add_tensor_filter(self, filter_name, tensor_filter):
        """Adds a filter for `run -f`.

        Args:
          filter_name: its name.
          tensor_filter: function of a `DebugTensorDatum` and its value to a bool.
        """
        self._console.add_tensor_filter(filter_name, tensor_filter)

    def before_run(self, run_context):
        """Stops, and asks for the tensors.

        Args:
          run_context: the step.
        """
        asked, feeds = run_context.original_args.fetches, run_context.original_args.feed_dict
        self._console.before(asked)
        graph = run_context.session.graph
        nodes, tensors = self._console.steps.watched(graph, asked, feeds)
        self._step = graph, asked, feeds, nodes, tensors
        return SessionRunArgs(tensors)

    def after_run(self, run_context, run_values):
        """Stops.

        Args:
          run_context: the step.
          run_values: what came of it.
        """
        self._console.after(self._console.steps.write(*self._step, run_values.results))
