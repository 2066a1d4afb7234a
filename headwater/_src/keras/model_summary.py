"""`Model.summary`: a table of the layers."""

from headwater._src.core import nest


def print_summary(model, line_length=None, positions=None, print_fn=None):
    """Prints a table of a model's layers, their output shapes and numbers of parameters.

    Args:
      model: a `Model` that has been built.
      line_length: the number of columns.
      positions: where the columns end: shares of the line, or columns.
      print_fn: called with each line (default: `print`).
    """
    write = print_fn or print
    plain = _is_plain(model)
    line_length = line_length or (65 if plain else 98)
    positions = positions or ([0.45, 0.85, 1.0] if plain else [0.33, 0.55, 0.67, 1.0])
    if positions[-1] <= 1:
        positions = [int(line_length * p) for p in positions]
    heads = ["Layer (type)", "Output Shape", "Param #"] + ([] if plain else ["Connected to"])
    write(f'Model: "{model.name}"')
    write("_" * line_length)
    write(_row(heads, positions))
    write("=" * line_length)
    for number, layer in enumerate(model.layers):
        fields = [f"{layer.name} ({type(layer).__name__})", _shape(layer), str(_count(layer))]
        sources = [] if plain else _sources(model, layer)
        write(_row([*fields, *sources[:1]], positions))
        for source in sources[1:]:
            write(_row(["", "", "", source], positions))
        write(("=" if number == len(model.layers) - 1 else "_") * line_length)
    trained = sum(v.shape.num_elements() for v in model.trainable_weights)
    fixed = sum(v.shape.num_elements() for v in model.non_trainable_weights)
    write(f"Total params: {trained + fixed:,}")
    write(f"Trainable params: {trained:,}")
    write(f"Non-trainable params: {fixed:,}")
    write("_" * line_length)


def _row(fields, positions):
    line = ""
    for field, end in zip(fields, positions):
        line = (line + " " if line else "") + field
        line = line[:end].ljust(end)
    return line


def _shape(layer):
    try:
        return str(layer.output_shape)
    except (AttributeError, RuntimeError):
        return "multiple"


def _count(layer):
    return layer.count_params() if layer.built else "0 (unused)"


def _is_plain(model):
    """Whether the layers are a chain, so that a column of connections would say nothing."""
    if model._layer_graph is None:
        return True
    uses = [n for n in model._layer_graph.nodes if n.inbound_layers]
    if any(len(nest.flatten(n.input_tensors)) > 1 for n in uses):
        return False
    inside = set(model._layer_graph.nodes)
    return all(
        sum(n in inside for n in layer._inbound_nodes) <= 1
        and sum(n in inside for n in layer._outbound_nodes) <= 1
        for layer in model.layers
    )


def _sources(model, layer):
    """Where the inputs of a layer come from: `name[use][output]`."""
    found = []
    for node in layer._inbound_nodes:
        if node in set(model._layer_graph.nodes) and node.inbound_layers:
            for tensor in node.flat_inputs:
                if hasattr(tensor, "_keras_history"):
                    maker, use, output = tensor._keras_history
                    found.append(f"{maker.name}[{use}][{output}]")
    return found
