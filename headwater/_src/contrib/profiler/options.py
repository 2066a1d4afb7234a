"""`ProfileOptionBuilder`: what a profile shows."""

_EVERYTHING = {
    "max_depth": 100,
    "min_bytes": 0,
    "min_micros": 0,
    "min_params": 0,
    "min_float_ops": 0,
    "min_occurrence": 0,
    "order_by": "name",
    "account_type_regexes": [".*"],
    "start_name_regexes": [".*"],
    "trim_name_regexes": [],
    "show_name_regexes": [".*"],
    "hide_name_regexes": [],
    "account_displayed_op_only": False,
    "select": ["micros"],
    "step": -1,
    "output": "stdout",
}


def _ready(**changes):
    """One of the ready sets of options: they look at every depth."""
    options = {"max_depth": 10000, "account_displayed_op_only": True, **changes}
    return {**_copied(_EVERYTHING), **options}


def _copied(options):
    return {k: list(v) if isinstance(v, list) else v for k, v in options.items()}


class ProfileOptionBuilder:
    """Makes the dict of options that `tf.profiler.profile` takes; each method gives the builder."""

    def __init__(self, options=None):
        """Starts from a set of options.

        Args:
          options: a dict of them; None shows everything.
        """
        self._options = _copied(_EVERYTHING if options is None else options)

    @staticmethod
    def trainable_variables_parameter():
        """Options that show how many parameters the trainable variables have."""
        return _ready(account_type_regexes=["_trainable_variables"], select=["params"])

    @staticmethod
    def float_operation():
        """Options that show how much arithmetic there is."""
        return _ready(min_float_ops=1, order_by="float_ops", select=["float_ops"])

    @staticmethod
    def time_and_memory(
        min_micros=1,
        min_bytes=1,
        min_accelerator_micros=0,
        min_cpu_micros=0,
        min_peak_bytes=0,
        min_residual_bytes=0,
        min_output_bytes=0,
    ):
        """Options that show how long nodes ran and how much memory they took.

        Args:
          min_micros: of nodes that ran for as many microseconds.
          min_bytes: and took as many bytes.
          min_accelerator_micros: and ran for so long on a device.
          min_cpu_micros: and on the processor.
          min_peak_bytes: and took as much at once.
          min_residual_bytes: and left as much behind.
          min_output_bytes: and gave as much.
        """
        return _ready(
            order_by="micros",
            select=["micros", "bytes"],
            min_micros=min_micros,
            min_accelerator_micros=min_accelerator_micros,
            min_cpu_micros=min_cpu_micros,
            min_bytes=min_bytes,
            min_peak_bytes=min_peak_bytes,
            min_residual_bytes=min_residual_bytes,
            min_output_bytes=min_output_bytes,
        )

    def build(self):
        """The options, a dict."""
        return _copied(self._options)

    def _with(self, **changes):
        self._options.update(changes)
        return self

    def with_max_depth(self, max_depth):
        """How deep name scopes are shown.

        Args:
          max_depth: number of scopes.
        """
        return self._with(max_depth=max_depth)

    def with_min_memory(
        self, min_bytes=0, min_peak_bytes=0, min_residual_bytes=0, min_output_bytes=0
    ):
        """Shows nodes that take memory.

        Args:
          min_bytes: at least as many bytes.
          min_peak_bytes: at once.
          min_residual_bytes: left behind.
          min_output_bytes: in what they give.
        """
        return self._with(
            min_bytes=min_bytes,
            min_peak_bytes=min_peak_bytes,
            min_residual_bytes=min_residual_bytes,
            min_output_bytes=min_output_bytes,
        )

    def with_min_execution_time(self, min_micros=0, min_accelerator_micros=0, min_cpu_micros=0):
        """Shows nodes that take time.

        Args:
          min_micros: at least as many microseconds.
          min_accelerator_micros: on a device.
          min_cpu_micros: on the processor.
        """
        return self._with(
            min_micros=min_micros,
            min_accelerator_micros=min_accelerator_micros,
            min_cpu_micros=min_cpu_micros,
        )

    def with_min_parameters(self, min_params):
        """Shows variables.

        Args:
          min_params: with at least as many parameters.
        """
        return self._with(min_params=min_params)

    def with_min_occurrence(self, min_occurrence):
        """Shows ops that are frequent.

        Args:
          min_occurrence: with at least as many nodes.
        """
        return self._with(min_occurrence=min_occurrence)

    def with_min_float_operations(self, min_float_ops):
        """Shows nodes with arithmetic.

        Args:
          min_float_ops: at least as many operations.
        """
        return self._with(min_float_ops=min_float_ops)

    def with_accounted_types(self, account_type_regexes):
        """Counts nodes of some types.

        Args:
          account_type_regexes: patterns of ops; `_trainable_variables` are those.
        """
        return self._with(account_type_regexes=list(account_type_regexes))

    def with_node_names(
        self,
        start_name_regexes=None,
        show_name_regexes=None,
        hide_name_regexes=None,
        trim_name_regexes=None,
    ):
        """Shows nodes by name.

        Args:
          start_name_regexes: patterns of scopes to start from.
          show_name_regexes: patterns of what is shown.
          hide_name_regexes: patterns of what is not.
          trim_name_regexes: patterns of scopes that are not looked into.
        """
        given = {
            "start_name_regexes": start_name_regexes,
            "show_name_regexes": show_name_regexes,
            "hide_name_regexes": hide_name_regexes,
            "trim_name_regexes": trim_name_regexes,
        }
        return self._with(**{k: list(v) for k, v in given.items() if v is not None})

    def account_displayed_op_only(self, is_true):
        """Whether sums are of what is shown only.

        Args:
          is_true: bool.
        """
        return self._with(account_displayed_op_only=is_true)

    def order_by(self, attribute):
        """What is shown first.

        Args:
          attribute: `"name"`, `"params"`, `"float_ops"`, `"micros"`, `"bytes"` or `"occurrence"`.
        """
        return self._with(order_by=attribute)

    def select(self, attributes):
        """Which columns are shown.

        Args:
          attributes: list of them.
        """
        return self._with(select=list(attributes))

    def with_step(self, step):
        """Which of a `Profiler`'s steps is shown.

        Args:
          step: its number; -1 for all.
        """
        return self._with(step=step)

    def with_empty_output(self):
        """Prints nothing."""
        return self._with(output="none")

    def with_stdout_output(self):
        """Prints the profile."""
        return self._with(output="stdout")

    def with_file_output(self, outfile):
        """Writes the profile into a file.

        Args:
          outfile: its path.
        """
        return self._with(output=f"file:outfile={outfile}")

    def with_timeline_output(self, timeline_file):
        """Writes a step as a timeline.

        Args:
          timeline_file: path of the file, for `chrome://tracing`.
        """
        return self._with(output=f"timeline:outfile={timeline_file}")

    def with_pprof_output(self, pprof_file):
        """Writes for pprof; `profile` refuses that here.

        Args:
          pprof_file: path of the file.
        """
        return self._with(output=f"pprof:outfile={pprof_file}")
