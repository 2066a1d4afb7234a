"""How names of operations and variables come about, and how to look them up again."""

import tensorflow as tf

with tf.name_scope("outer") as scope:
    a = tf.constant(1.0, name="a")
    with tf.name_scope("inner"):
        b = tf.add(a, 1.0, name="b")
    c = tf.get_variable("c", [])  # name scopes are for operations: this is no outer/c
with tf.op_scope([a], "old_style"):
    d = tf.negative(b, name="d")
with tf.variable_scope("model", default_name="unused"):
    with tf.variable_scope(None, default_name="block"):
        e = tf.get_variable("e", [2])
    with tf.variable_scope(None, default_name="block"):
        f = tf.get_variable("e", [2])

graph = tf.get_default_graph()
print(scope, a.name, b.op.name, c.name, d.name, e.name, f.name)
print(graph.get_tensor_by_name("outer/inner/b:0") is b)
print(graph.unique_name("outer/a"), graph.unique_name("fresh"))
with graph.name_scope("outer/"):
    print(tf.identity(a).name)
print([op.type for op in graph.get_operations()[:3]])

other = tf.Graph()
with other.as_default():
    print(tf.constant(0.0, name="outer/a").name, len(other.get_operations()))
with tf.control_dependencies([a.op]):
    print([i.name for i in tf.no_op("last").control_inputs])
