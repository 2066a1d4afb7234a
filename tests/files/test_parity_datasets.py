"""Graphs with input pipelines, in MetaGraphs, read by the other library: the same elements."""

from __future__ import annotations

import numpy as np
import pytest


def squares(tf):
    return tf.data.Dataset.range(10).map(lambda x: x * x)


def chosen_and_flattened(tf):
    even = tf.data.Dataset.range(8).filter(lambda x: tf.equal(x % 2, 0))
    return even.flat_map(lambda x: tf.data.Dataset.range(x).map(lambda y: (x, y)))


def captured_batches(tf):
    table = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return tf.data.Dataset.range(3).map(lambda i: tf.gather(table, i)).batch(2)


def several_at_a_time(tf):
    parts = tf.data.Dataset.from_tensor_slices((np.arange(6), np.arange(6.0)))
    return parts.map(lambda a, b: (tf.strings.as_string(a), b + 1), num_parallel_calls=2)


PIPELINES = [squares, chosen_and_flattened, captured_batches, several_at_a_time]


def elements(tf, sess, names):
    found = []
    while True:
        try:
            found.append([np.asarray(v).tolist() for v in sess.run(names)])
        except tf.errors.OutOfRangeError:
            return found


# A one-shot iterator's dataset takes no tensors from outside.
CASES = [
    (p, once) for p in PIPELINES for once in (False, True) if p != captured_batches or not once
]


@pytest.mark.parametrize(("pipeline", "once"), CASES)
def test_pipelines(pair, pipeline, once):
    writer, reader = pair
    with writer.Graph().as_default(), writer.Session() as sess:
        dataset = pipeline(writer)
        data = writer.data
        make = data.make_one_shot_iterator if once else data.make_initializable_iterator
        iterator = make(dataset)
        parts = iterator.get_next()
        parts = parts if isinstance(parts, tuple) else (parts,)
        names = [writer.identity(p, name=f"part_{i}").name for i, p in enumerate(parts)]
        start = [] if once else [iterator.initializer.name]
        meta = writer.train.export_meta_graph()
        sess.run(start)
        want = elements(writer, sess, names)
    proto = reader.MetaGraphDef.FromString(meta.SerializeToString())
    with reader.Graph().as_default() as graph, reader.Session() as sess:
        reader.train.import_meta_graph(proto, import_scope="again")
        functions = len(graph.as_graph_def().library.function)
        sess.run([f"again/{n}" for n in start])
        assert elements(reader, sess, [f"again/{n}" for n in names]) == want
        assert len(graph.as_graph_def().library.function) == functions
