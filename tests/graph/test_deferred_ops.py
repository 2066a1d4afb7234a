"""Op files that are not imported at the start are found by the names of their ops."""

import json
import subprocess
import sys

PROGRAM = """
import json, pathlib, sys
import headwater as tf
from headwater._src.graph import optable

ops = pathlib.Path(tf.__file__).parent / "_src" / "ops"
absent = [
    p.stem
    for p in sorted(ops.glob("[a-z]*.py"))
    if f"headwater._src.ops.{p.stem}" not in sys.modules and "define_op(" in p.read_text()
]
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
print(json.dumps([absent, waiting, value]))
"""


def test_a_graph_may_use_any_op_in_a_fresh_process():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    absent, waiting, value = json.loads(done.stdout)
    assert absent == waiting  # every file with ops that was not imported is known
    assert value == [[[0.0, 1.0, 1.0]]]
