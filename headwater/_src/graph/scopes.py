"""What surrounds a node while it is created: one frozen value, replaced as a whole by the `with`
blocks.

`Graph.scopes` holds the current one per thread, so threads building one graph do not see each
other's blocks.
"""

import collections
import inspect

from headwater._src.core import device as device_lib

Colocation = collections.namedtuple("Colocation", ["op", "site"])
Colocation.__doc__ = (
    "An open `colocate_with` block: its op, and the program's frames that opened it."
)


class Scopes:
    """The settings that the blocks around a new node give it. Never changed in place.

    Attributes:
      name: the current name scope without a trailing slash.
      controllers: the open `control_dependencies` blocks, outermost first.
      colocate: the open `colocate_with` blocks, each a `Colocation`.
      devices: the open `device` blocks, each a `DeviceBlock`, outermost first.
      attrs: attrs given to every node.
      kernel_labels: op type -> label.
      gradients: op type -> name of the gradient function that overrides its own.
      container: the resource container's name.
    """

    __slots__ = (
        "name",
        "controllers",
        "colocate",
        "devices",
        "attrs",
        "kernel_labels",
        "gradients",
        "container",
        "plain",
    )

    def __init__(
        self,
        name="",
        controllers=(),
        colocate=(),
        devices=(),
        attrs=(),
        kernel_labels=(),
        gradients=(),
        container="",
    ):
        self.name = name
        self.controllers = controllers
        self.colocate = colocate
        self.devices = devices
        self.attrs = attrs
        self.kernel_labels = kernel_labels
        self.gradients = gradients
        self.container = container
        # Whether a new node needs nothing but a name: the common case, kept fast.
        self.plain = not (controllers or colocate or devices or attrs or kernel_labels or gradients)

    def replace(self, **changes):
        """A copy with some settings changed."""
        fields = {f: getattr(self, f) for f in self.__slots__ if f != "plain"}
        fields.update(changes)
        return Scopes(**fields)

    def named(self, name):
        """A copy inside another name scope (the change that happens most)."""
        return Scopes(
            name,
            self.controllers,
            self.colocate,
            self.devices,
            self.attrs,
            self.kernel_labels,
            self.gradients,
            self.container,
        )


class DeviceBlock:
    """An open `device` block: its function of a node, and where the program opened it.

    Attributes:
      function: gives a node's device; None hides the blocks around this one.
      given: what the block was opened with.
      site: the program's frames that opened it, see `callsite`.
    """

    __slots__ = ("function", "given", "site")

    def __init__(self, given, site):
        self.function, self.given, self.site = as_device_function(given), given, site

    def __str__(self):
        if not inspect.isfunction(self.given):
            return str(self.given)
        code = self.given.__code__
        return f"{self.given.__name__}<{code.co_filename}, {code.co_firstlineno}>"


class Controller:
    """An open `control_dependencies` block: its ops, and the ops that were created inside it."""

    __slots__ = ("control_inputs", "seen")

    def __init__(self, control_inputs):
        self.control_inputs = control_inputs
        self.seen = set()


def control_inputs_for(controllers, inputs):
    """The control inputs of a new node with these input tensors.

    A block adds nothing when one of the inputs was made inside it: that input already waits.
    """
    input_ops = {t.op for t in inputs}
    result = {}
    for controller in controllers:
        if controller.seen.isdisjoint(input_ops):
            for op in controller.control_inputs:
                if op not in input_ops:
                    result[op] = None
    return list(result)


def device_for(devices, op):
    """The device string of a new node: the innermost block has the first word."""
    for block in reversed(devices):
        if block.function is None:
            break
        op.device = _string(block.function(op))  # not yet in the graph: nothing to invalidate
    return op.device


def _string(spec):
    if spec is None:
        return ""
    return spec if isinstance(spec, str) else spec.to_string()


def as_device_function(device_name_or_function):
    """The device function meant by the argument of `tf.device`."""
    if device_name_or_function is None or callable(device_name_or_function):
        return device_name_or_function
    return device_lib.merge_device(device_name_or_function)
