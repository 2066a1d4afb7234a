"""`headwater inspect`: the tensors of a checkpoint with statistics."""

import numpy as np

from headwater._src.cli.main import CommandError
from headwater._src.core import dtypes, errors
from headwater._src.train.checkpoint_utils import load_checkpoint

_HEAD = ("name", "type", "shape", "min", "mean", "max", "std", "")


def configure(parser):
    """Adds the command's options.

    Args:
      parser: the `argparse.ArgumentParser` of this command.
    """
    parser.add_argument("checkpoint", help="a checkpoint's path without endings, or its folder")
    parser.add_argument("--tensor", action="append", help="print this tensor's values")


def run(options):
    """Prints the table, or the values of the tensors asked for.

    Args:
      options: what `configure` asked for.

    Returns:
      0, or 1 when a tensor's data are damaged.

    Raises:
      CommandError: there is no such checkpoint or tensor.
    """
    try:
        reader = load_checkpoint(options.checkpoint)
        if options.tensor:
            for name in options.tensor:
                print(f"{name}\n{reader.get_tensor(name.removesuffix(':0'))}")
            return 0
    except (errors.OpError, ValueError, OSError) as e:
        raise CommandError(getattr(e, "message", None) or str(e)) from e
    return _table(reader)


def _table(reader):
    shapes, types = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    rows, elements, size, damaged = [], 0, 0, 0
    for name in sorted(shapes):
        count = int(np.prod(shapes[name], dtype=np.int64))
        elements += count
        size += count * (0 if types[name] == dtypes.string else types[name].size)
        try:
            figures = _figures(reader.get_tensor(name))
        except errors.DataLossError as e:
            figures, damaged = ("", "", "", "", f"DAMAGED: {e.message}"), damaged + 1
        rows.append((name, types[name].name, str(tuple(shapes[name])), *figures))
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows)]
    for row in (_HEAD, *rows):
        cells = [
            cell.rjust(width) if 2 < k < 7 else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths))
        ]
        print("  ".join(cells).rstrip())
    print(
        f"{len(rows)} tensors, {elements:,} elements, {size / 1e6:,.1f} MB, "
        f"checkpoint version {reader.version}"
    )
    return 1 if damaged else 0


def _figures(value):
    """Least, mean, greatest, standard deviation, and what is wrong with the numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16" or not array.size:
        return "", "", "", "", ""
    numbers = array.astype(np.float64)
    fine = np.isfinite(numbers)
    bad = [
        f"{n} {what}"
        for what, n in (("NaN", np.isnan(numbers).sum()), ("infinite", np.isinf(numbers).sum()))
        if n
    ]
    if not fine.any():
        return "", "", "", "", ", ".join(bad)
    kept = numbers[fine]
    figures = (kept.min(), kept.mean(), kept.max(), kept.std())
    return (*(f"{figure:.4g}" for figure in figures), ", ".join(bad))
