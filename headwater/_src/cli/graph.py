"""`headwater graph`: a picture of the graph in a file."""

import os
from collections import Counter

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from headwater._src.cli.main import CommandError
from headwater._src.core import errors
from headwater._src.core.proto import graph_pb2
from headwater._src.graph.drawing.svg import ROOM, draw
from headwater._src.io.event_files import summary_iterator
from headwater._src.train.meta_graph import read_meta_graph_file
from headwater._src.train.saved_model import maybe_saved_model_directory, parse_saved_model

_KINDS = 8  # of ops named in the summary


def configure(parser):
    """Adds the command's options.

    Args:
      parser: the `argparse.ArgumentParser` of this command.
    """
    parser.add_argument(
        "file", help="a GraphDef (.pb, .pbtxt), a .meta file, a SavedModel, an event file or folder"
    )
    parser.add_argument("--out", help="the picture to write (default: the file's name and .svg)")
    parser.add_argument(
        "--boxes", type=int, default=ROOM, help=f"how much to show (default: {ROOM} boxes)"
    )


def run(options):
    """Writes the picture and prints what the graph consists of.

    Args:
      options: what `configure` asked for.

    Returns:
      0.

    Raises:
      CommandError: there is no graph in the file, or the picture cannot be written.
    """
    if options.boxes < 1:
        raise CommandError(f"--boxes must be at least 1, got {options.boxes}")
    graph_def = read_graph(options.file)
    out = options.out or os.path.normpath(options.file) + ".svg"
    try:
        with open(out, "w", encoding="utf-8") as file:
            file.write(draw(graph_def, options.boxes))
    except OSError as e:
        raise CommandError(f"cannot write {out}: {e.strerror}") from e
    kinds = Counter(node.op for node in graph_def.node)
    shown = ", ".join(f"{n} {op}" for op, n in kinds.most_common(_KINDS))
    more = f" and {len(kinds) - _KINDS} other kinds" if len(kinds) > _KINDS else ""
    print(f"{len(graph_def.node)} nodes: {shown}{more}")
    if graph_def.library.function:
        print(f"{len(graph_def.library.function)} functions")
    print(f"picture: {out}")
    return 0


def read_graph(path):
    """The GraphDef in a file of any kind that TensorFlow writes graphs to.

    Args:
      path: a `.pb`, `.pbtxt` or `.meta` file, a SavedModel's folder, an event file, or a folder
        with event files, of which the newest with a graph is taken.

    Returns:
      A GraphDef.

    Raises:
      CommandError: there is no such file, or no graph in it.
    """
    if not os.path.exists(path):
        raise CommandError(f"{path}: no such file or folder")
    try:
        if os.path.isdir(path):
            return _of_folder(path)
        if path.endswith(".meta"):
            return read_meta_graph_file(path).graph_def
        if "tfevents" in os.path.basename(path):
            return _of_events([path])
        return _of_graph_file(path)
    except (errors.OpError, OSError, ValueError) as e:
        raise CommandError(f"{path}: {getattr(e, 'message', e)}") from e


def _of_folder(path):
    if maybe_saved_model_directory(path):
        return parse_saved_model(path).meta_graphs[0].graph_def
    found = [os.path.join(path, name) for name in os.listdir(path) if "tfevents" in name]
    if not found:
        raise CommandError(f"{path}: neither a SavedModel nor a folder with event files")
    return _of_events(sorted(found, key=os.path.getmtime, reverse=True))


def _of_events(paths):
    for path in paths:
        for event in summary_iterator(path):
            if event.graph_def:
                return _parsed(event.graph_def, path)
    raise CommandError(f"{paths[0]}: no graph was written there")


def _of_graph_file(path):
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(("txt", ".prototxt")):
        try:
            return text_format.Parse(data.decode(), graph_pb2.GraphDef())
        except (text_format.ParseError, UnicodeDecodeError) as e:
            raise CommandError(f"{path}: not the text of a GraphDef: {e}") from e
    return _parsed(data, path)


def _parsed(data, path):
    try:
        graph_def = graph_pb2.GraphDef.FromString(data)
    except DecodeError as e:
        raise CommandError(f"{path}: not a GraphDef") from e
    if not graph_def.node:
        raise CommandError(f"{path}: no nodes in it")
    return graph_def
