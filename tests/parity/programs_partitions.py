"""Partitioned variables: nodes, names, save-slice information, values."""

from __future__ import annotations

from .harness import Case, Collection
from .programs_scopes import listed, zeros

programs = Collection("partitions")


PARTITIONERS = {
    "in_two": lambda tf: tf.fixed_size_partitioner(2),
    "in_one": lambda tf: tf.fixed_size_partitioner(1),
    "in_many": lambda tf: tf.fixed_size_partitioner(9),
    "columns": lambda tf: tf.fixed_size_partitioner(2, axis=1),
    "by_size": lambda tf: tf.variable_axis_size_partitioner(24),
    "by_size_at_most": lambda tf: tf.variable_axis_size_partitioner(24, max_shards=2),
    "by_least_size": lambda tf: tf.min_max_variable_partitioner(3, 0, 16),
    "by_function": lambda tf: lambda shape, dtype: [1, 3],
}


def partitioned(make, **kwargs):
    def program(tf):
        v = tf.get_variable(
            "v",
            [5, 3],
            partitioner=make(tf),
            initializer=tf.random_normal_initializer(seed=2),
            **kwargs,
        )
        whole = tf.convert_to_tensor(v)
        infos = [p._get_save_slice_info().spec for p in v]
        return Case(
            [whole, *v],
            init=True,
            rtol=1e-5,
            facts=[[p.name for p in v], infos, v.name, whole.name, v.shape.as_list(), len(v)],
        )

    return program


programs.each({f"partitioned_{n}": partitioned(make) for n, make in PARTITIONERS.items()})
programs.each({"partitioned_resource": partitioned(PARTITIONERS["in_two"], use_resource=True)})


@programs
def partitioned_value(tf):
    v = tf.get_variable("v", initializer=tf.ones([4]), partitioner=tf.fixed_size_partitioner(2))
    return Case(list(v), init=True)


@programs
def partitioned_by_the_scope(tf):
    with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
        v = tf.get_variable("v", [4, 2], initializer=zeros(tf))
        scalar = tf.get_variable("scalar", [], initializer=zeros(tf))
    with tf.variable_scope("s", reuse=True):
        same = tf.get_variable("v", [4, 2]) is v
    return listed(tf, same, scalar.name)


@programs
def partitioned_assignments(tf):
    v = tf.get_variable("v", [4], initializer=zeros(tf), partitioner=tf.fixed_size_partitioner(2))
    changes = v.assign(tf.ones([4])) + v.assign_add(tf.ones([4])) + v.assign_sub([[1.0, 1.0]] * 2)
    return Case(facts=[c.op.type for c in changes])


@programs
def partitioned_lists(tf):
    rows = tf.create_partitioned_variables([4, 2], [2, 1], zeros(tf))
    columns = tf.create_partitioned_variables([4, 2], [1, 2], tf.ones([4, 2]), name="columns")
    again = tf.create_partitioned_variables([4, 2], [1, 2], zeros(tf), name="columns", reuse=True)
    facts = [[v.name for v in part] for part in (rows, columns, again)]
    return Case([*rows, *columns], init=True, facts=facts)


@programs
def partitioned_embedding(tf):
    v = tf.get_variable(
        "v",
        [5, 2],
        initializer=tf.random_uniform_initializer(seed=1),
        partitioner=tf.fixed_size_partitioner(2),
    )
    return Case(tf.nn.embedding_lookup(v, [0, 3, 4]), init=True)
