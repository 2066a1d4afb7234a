"""`headwater graph`, `headwater inspect`, and graphs that display themselves."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import headwater as tf
from headwater._src.cli.main import main
from headwater._src.graph.drawing.boxes import boxes_of, edges_between
from headwater._src.graph.drawing.layout import lay_out
from headwater._src.graph.drawing.svg import draw

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def graph():
    with tf.Graph().as_default() as made:
        x = tf.placeholder(tf.float32, [None, 4], name="x")
        w = tf.get_variable("w", [4, 2])
        with tf.name_scope("layer"):
            y = tf.nn.relu(tf.matmul(x, w), name="y_1")
        with tf.name_scope("loss"):
            tf.reduce_mean(tf.square(y), name="mean")
    return made


def _titles(svg):
    return [e.text for e in ET.fromstring(svg).iter(f"{SVG}title")]


def test_boxes_are_opened_as_far_as_there_is_room(graph):
    graph_def = graph.as_graph_def()
    assert [b.name for b in boxes_of(graph_def, 1).shown()] == ["x", "w", "layer", "loss"]
    names = {b.name for b in boxes_of(graph_def, 100).shown()}
    # A variable is one box with all that belongs to it.
    assert names == {
        "x",
        "w",
        "layer/MatMul",
        "layer/y_1",
        "loss/Square",
        "loss/Const",
        "loss/mean",
    }
    assert boxes_of(graph_def, 1).size == len(graph_def.node)


def test_edges_join_what_is_shown(graph):
    graph_def = graph.as_graph_def()
    assert edges_between(graph_def, boxes_of(graph_def, 1)) == {
        ("x", "layer"): 1,
        ("w", "layer"): 1,
        ("layer", "loss"): 1,
    }


def test_no_two_boxes_overlap_and_data_flow_upwards(graph):
    graph_def = graph.as_graph_def()
    root = boxes_of(graph_def, 100)
    frames = {}

    def collect(frame):
        for child in frame.inner:
            frames[child.box.name] = child
            collect(child)
        for a in frame.inner:
            assert frame.x <= a.x and a.x + a.width <= frame.x + frame.width
            for b in frame.inner:
                apart = (
                    a is b
                    or a.x + a.width <= b.x
                    or b.x + b.width <= a.x
                    or a.y + a.height <= b.y
                    or b.y + b.height <= a.y
                )
                assert apart, (a.box.name, b.box.name)

    edges = edges_between(graph_def, root)
    collect(lay_out(root, edges))
    for source, target in edges:
        assert frames[source].y > frames[target].y


def test_scopes_that_depend_on_each_other_have_a_picture():
    with tf.Graph().as_default() as graph:
        with tf.name_scope("a"):
            one = tf.constant(1.0)
        with tf.name_scope("b"):
            two = one + 1
        with tf.name_scope("a/"):
            _ = two + one
    assert _titles(draw(graph.as_graph_def(), 2))[:2] == ["a: 2 nodes", "b: 2 nodes"]


def test_what_is_written_over_boxes(graph):
    titles = _titles(graph._repr_svg_())
    assert "x: Placeholder\ntype float32\nshape (?, 4)" in titles
    assert "layer: 2 nodes" in titles


def test_an_empty_graph_and_no_room():
    assert ET.fromstring(draw(tf.GraphDef())).tag == f"{SVG}svg"
    with pytest.raises(ValueError, match="at least 1"):
        draw(tf.GraphDef(), 0)


def _pb(folder, graph):
    return tf.train.write_graph(graph, folder, "g.pb", as_text=False)


def _pbtxt(folder, graph):
    return tf.train.write_graph(graph, folder, "g.pbtxt")


def _meta(folder, graph):
    path = folder + "/g.meta"
    tf.train.export_meta_graph(path, graph=graph)
    return path


def _events(folder, graph):
    tf.summary.FileWriter(folder, graph).close()
    return folder


def _saved_model(folder, graph):
    with tf.Session(graph=graph) as session:
        session.run(tf.global_variables_initializer())
        x, y = (graph.get_tensor_by_name(n) for n in ("x:0", "layer/y_1:0"))
        tf.saved_model.simple_save(session, folder + "/model", {"x": x}, {"y": y})
    return folder + "/model"


@pytest.mark.parametrize("write", [_pb, _pbtxt, _meta, _events, _saved_model])
def test_graphs_are_found_in_files_of_all_kinds(tmp_path, capsys, graph, write):
    with graph.as_default():
        path = write(str(tmp_path), graph)
    out = tmp_path / "picture.svg"
    assert main(["graph", path, "--out", str(out)]) == 0
    assert "1 Placeholder" in capsys.readouterr().out
    assert any(title.startswith("x: Placeholder") for title in _titles(out.read_text()))


@pytest.mark.parametrize(
    "name, content, text",
    [
        ("absent.pb", None, "no such file"),
        ("a.pb", b"\xff\xff", "not a GraphDef"),
        ("a.pbtxt", b"node {", "not the text of a GraphDef"),
        ("empty.pb", b"", "no nodes"),
        ("a.meta", b"\xff\xff\xff", "a.meta"),
        ("events.out.tfevents.1", b"", "no graph"),
    ],
)
def test_files_without_a_graph(tmp_path, capsys, name, content, text):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert main(["graph", str(path)]) == 1
    assert text in capsys.readouterr().err


# --- inspect --------------------------------------------------------------------------------------


@pytest.fixture
def checkpoint(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("w", initializer=np.array([[1.0, -3.0]], np.float32))
        tf.get_variable("bad", initializer=np.array([1.0, np.nan, np.inf], np.float32))
        tf.get_variable("text", initializer=[b"a"])
        session.run(tf.global_variables_initializer())
        return tf.train.Saver().save(session, str(tmp_path / "model"))


def test_tensors_of_a_checkpoint(capsys, checkpoint):
    assert main(["inspect", checkpoint]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split() == ["w", "float32", "(1,", "2)", "-3", "-1", "1", "2"]
    assert lines[1].endswith("1 NaN, 1 infinite") and lines[2].split()[:2] == ["text", "string"]
    assert lines[4] == "3 tensors, 6 elements, 0.0 MB, checkpoint version 2"


def test_values_of_a_tensor(capsys, checkpoint):
    assert main(["inspect", checkpoint, "--tensor", "w:0"]) == 0
    assert capsys.readouterr().out == "w:0\n[[ 1. -3.]]\n"
    assert main(["inspect", checkpoint, "--tensor", "v"]) == 1
    assert "v" in capsys.readouterr().err


def test_damage_is_said(capsys, checkpoint):
    data = checkpoint + ".data-00000-of-00001"
    with open(data, "r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
    assert main(["inspect", checkpoint]) == 1
    assert "DAMAGED" in capsys.readouterr().out


def test_no_checkpoint(tmp_path, capsys):
    assert main(["inspect", str(tmp_path / "absent")]) == 1
    assert "absent" in capsys.readouterr().err
