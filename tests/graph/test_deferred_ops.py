"""Op files that are not imported at the start are found by the names of their ops."""

import json
import subprocess
import sys

PROGRAM = """
import importlib, json, pathlib, sys
import headwater as tf
from headwater._src.graph import optable

waiting = [m.rpartition(".")[2] for m in optable.DEFERRED]
graph_def = tf.GraphDef()
node = graph_def.node.add(name="gray", op="RGBToHSV")
node.input.append("image")
node.attr["T"].type = tf.float32.as_datatype_enum
node = graph_def.node.add(name="image", op="Placeholder")
node.attr["dtype"].type = tf.float32.as_datatype_enum
(hsv,) = tf.import_graph_def(graph_def, return_elements=["gray:0"])
with tf.Session() as session:
    value = session.run(hsv, {"import/image:0": [[[1.0, 0.0, 0.0]]]}).tolist()
ops = pathlib.Path(tf.__file__).parent / "_src" / "ops"
known = len(optable.OPS)
for path in ops.glob("[a-z]*.py"):
    importlib.import_module(f"headwater._src.ops.{path.stem}")
print(json.dumps([len(optable.OPS) - known, waiting, value]))
"""


def test_a_graph_may_use_any_op_in_a_fresh_process():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    unknown, waiting, value = json.loads(done.stdout)
    assert not unknown  # asking for an op that was not there has imported every file with ops
    assert "audio" in waiting and "bitwise" in waiting
    assert value == [[[0.0, 1.0, 1.0]]]
