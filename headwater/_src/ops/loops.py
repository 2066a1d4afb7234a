"""`tf.while_loop`."""

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import bodies, define_op, public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import executing_eagerly, get_default_graph
from headwater._src.graph.func_graph import hands_on
from headwater._src.graph.function_gradient import loop_gradient, loop_node
from headwater._src.graph.operation import Tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import Out

# --- ops --------------------------------------------------------------------------------------


def _loop_op(name, stateful):
    op = define_op(
        name,
        inputs="input: T",
        outputs="output: T",
        attrs=[
            "T: list(type) >= 0",
            "cond: func",
            "body: func",
            "output_shapes: list(shape) = []",
            "parallel_iterations: int = 10",
        ],
        stateful=stateful,
    )

    @op.shape
    def shape(input, *, body, output_shapes):
        if isinstance(body, str):
            return list(output_shapes) or [None] * len(input)
        return [Out(t.dims, t.handle) for t in body.inputs]

    @op.gradient
    def gradient(op, *dys):
        if op.attrs.get("_back_prop") is False:
            return [None] * len(op.inputs)
        return loop_gradient(op, *dys)

    return op.function("loop", "cond", "body")


While = _loop_op("While", True)
StatelessWhile = _loop_op("StatelessWhile", False)


# --- while_loop -------------------------------------------------------------------------------


@public
def while_loop(
    cond,
    body,
    loop_vars,
    shape_invariants=None,
    parallel_iterations=10,
    back_prop=True,
    swap_memory=False,
    name=None,
    maximum_iterations=None,
    return_same_structure=False,
):
    """Repeats a body as long as a condition holds.

    Args:
      cond: function of the loop variables that gives a scalar bool tensor.
      body: function of the loop variables that gives their next values.
      loop_vars: list, tuple or nested structure of tensors (also TensorArray, SparseTensor,
        IndexedSlices): the variables' first values.
      shape_invariants: for each loop variable a shape that it has in all iterations (default: the
        static shape of its first value).
      parallel_iterations: accepted; the order of iterations is up to the compiler.
      back_prop: whether gradients flow through the loop.
      swap_memory: accepted.
      name: prefix of the nodes' names.
      maximum_iterations: scalar integer; the loop ends after so many iterations at the latest. It
        also lets the compiler reserve memory for gradients.
      return_same_structure: whether a single variable is returned in its list.

    Returns:
      The final values, in the structure that `body` returns; a single one without its list.

    Raises:
      TypeError: `cond` or `body` is not callable, a type changes.
      ValueError: no loop variables, another structure or shape after an iteration.

    >>> sess.run(tf.while_loop(lambda i: i < 10, lambda i: i + 3, [tf.constant(0)]))
    np.int32(12)
    """
    if not callable(cond):
        raise TypeError("'cond' must be callable.")
    if not callable(body):
        raise TypeError("'body' must be callable.")
    if not isinstance(parallel_iterations, int) or parallel_iterations < 1:
        raise TypeError("'parallel_iterations' must be a positive integer.")
    if not nest.is_nested(loop_vars):
        loop_vars = [loop_vars]
    if not loop_vars:
        raise ValueError("'loop_vars' must be provided.")
    loop_vars = list(loop_vars) if not isinstance(loop_vars, (list, tuple)) else loop_vars
    if executing_eagerly():
        return _repeat(cond, body, loop_vars, maximum_iterations, return_same_structure)
    with scope(name, "while", nest.flatten(loop_vars)):
        loop = _Loop(loop_vars, shape_invariants, maximum_iterations)
        results = loop.build(cond, body, parallel_iterations, back_prop)
    if return_same_structure:
        return results
    single = len(loop.starts) == 1 if loop.limit is None else len(results) == 1
    return results[0] if single else results


def _repeat(cond, body, loop_vars, maximum_iterations, return_same_structure):
    """The loop, run by Python at once; the result is in the form in which the body gives it."""
    values = list(nest.map_structure(bodies.as_leaf, loop_vars))
    result, count = loop_vars.__class__(values) if type(loop_vars) in (list, tuple) else values, 0
    while cond(*values):
        if maximum_iterations is not None and count >= int(maximum_iterations):
            break
        given = body(*values)
        bare = len(values) == 1 and not isinstance(given, (list, tuple))
        given = [given] if bare else given
        nest.assert_same_structure(values, list(given))
        result = nest.map_structure(bodies.as_leaf, given)
        values, count = list(result), count + 1
        if bare and not return_same_structure:
            result = values[0]
    return result


class _Loop:
    """A loop that is being built: its variables as leaves and as tensors."""

    def __init__(self, loop_vars, shape_invariants, maximum_iterations):
        self.structure = loop_vars
        self.leaves = [bodies.as_leaf(v) for v in nest.flatten(loop_vars)]
        self.starts = bodies.expand(self.leaves)
        self.dims = [
            d
            for leaf, shape in zip(self.leaves, self._invariants(shape_invariants))
            for d in _leaf_dims(leaf, shape)
        ]
        self.limit = None
        if maximum_iterations is not None:
            limit = convert_to_tensor(maximum_iterations, name="maximum_iterations")
            if limit.dims is not None and limit.dims != ():
                raise ValueError(
                    f"'maximum_iterations' must be a scalar. Received shape: {limit.shape}"
                )
            self.limit = limit
            counter = convert_to_tensor(0, limit.dtype.base_dtype, name="iteration_counter")
            self.starts.insert(0, counter)
            self.dims.insert(0, ())

    def _invariants(self, shape_invariants):
        if shape_invariants is None:
            return [None] * len(self.leaves)
        nest.assert_same_structure(list(self.structure), list(shape_invariants))
        return [
            self._invariant(s, leaf) for s, leaf in zip(nest.flatten(shape_invariants), self.leaves)
        ]

    @staticmethod
    def _invariant(shape, leaf):
        kind = getattr(shape, "value_type", None)
        if kind is not None and not isinstance(leaf, kind):
            raise TypeError(f"shape_invariants: {shape} does not fit the loop variable {leaf}")
        if isinstance(shape, TensorShape) or not hasattr(shape, "dtype"):
            return TensorShape(shape)
        return TensorShape(shape.shape)  # a TensorSpec

    def pack(self, tensors, structure=None):
        """Tensors in the structure of the loop variables, or in another one."""
        if self.limit is not None:
            tensors = tensors[1:]
        structure = self.structure if structure is None else structure
        return nest.pack_sequence_as(structure, bodies.contract(self.leaves, tensors))

    def build(self, cond, body, parallel_iterations, back_prop):
        """The node, and its results in the structure that the body gives."""
        graph = get_default_graph()
        self.starts = [graph.capture(t) for t in self.starts]
        condition = bodies.new_graph(graph, "while_cond")
        repeated = bodies.new_graph(graph, "while_body")
        for inner in (condition, repeated):
            inner.in_loop, inner.starts = True, self.starts
            for t, dims in zip(self.starts, self.dims):
                inner.add_input(_base(t, dims), dims)
        self._condition(condition, cond)
        self._body(repeated, body)
        outputs = loop_node(
            self.starts, condition, repeated, parallel_iterations=parallel_iterations
        )
        if not back_prop:
            outputs[0].op.attrs["_back_prop"] = False
        for i, (t, start) in enumerate(zip(outputs, self.starts)):
            if hands_on(repeated, i):
                t.dims = start.dims if self.dims[i] is None else self.dims[i]
        return self.pack([raw.Identity(t, name="Exit") for t in outputs], self.result)

    def _condition(self, graph, cond):
        with graph.as_default():
            limited = None
            if self.limit is not None:
                limited = raw.Less(graph.inputs[0], self.limit)
            holds = convert_to_tensor(cond(*self.pack(graph.inputs[: len(self.starts)])))
            if holds.dtype.base_dtype is not dtypes.bool:
                raise TypeError(
                    f"Input 'input' of 'LoopCond' Op has type {holds.dtype.base_dtype.name} that "
                    f"does "
                    "not match expected type of bool."
                )
            if holds.dims is not None and holds.dims != ():
                raise ValueError(
                    f"Shape must be rank 0 but is rank {len(holds.dims)} for the condition of a "
                    f"loop, "
                    f"{holds.name}"
                )
            if limited is not None:
                holds = raw.LogicalAnd(limited, holds)
            graph.outputs = [graph.capture(holds)]

    def _body(self, graph, body):
        n = len(self.starts)
        given = self.pack(graph.inputs[:n])
        found = bodies.trace(graph, lambda: _as_sequence(body(*given)))
        if found is None:
            raise ValueError("None values not supported.")
        nest.assert_same_structure(list(given), list(found.structure))
        self.result = found.structure
        if self.limit is not None:
            with graph.as_default():
                one = convert_to_tensor(1, self.limit.dtype.base_dtype)
                graph.outputs.insert(0, raw.AddV2(graph.inputs[0], one))
        if len(graph.outputs) != n:
            raise ValueError(
                f"The loop has {n} variables (counting the tensors that sparse ones are made of), "
                f"but its body returns {len(graph.outputs)}."
            )
        for start, dims, t in zip(self.starts, self.dims, graph.outputs):
            if start.dtype.base_dtype is not t.dtype.base_dtype:
                raise TypeError(
                    f"Input tensor '{start.name}' enters the loop with type "
                    f"{start.dtype.base_dtype.name}, but has type {t.dtype.base_dtype.name} after "
                    f"one "
                    "iteration. A loop variable must keep its type."
                )
            if not _within(t.dims, dims):
                raise ValueError(
                    f"Input tensor '{start.name}' enters the loop with shape "
                    f"{TensorShape._of(dims)}, but has shape "
                    f"{TensorShape._of(t.dims)} after one iteration. To allow the shape to vary "
                    f"across iterations, "
                    "use the `shape_invariants` argument of tf.while_loop to specify a "
                    "less-specific shape."
                )


class _base:
    """What a placeholder inside takes over from a first value: not that it is a reference."""

    def __init__(self, tensor, dims):
        self.dtype, self.dims, self.handle = tensor.dtype.base_dtype, dims, tensor.handle


def _as_sequence(result):
    if result is None or nest.is_nested(result):
        return result
    return [result]


def _within(dims, bound):
    """Whether everything of shape `dims` is of shape `bound`."""
    if bound is None:
        return True
    return (
        dims is not None
        and len(dims) == len(bound)
        and all(b is None or b == d for d, b in zip(dims, bound))
    )


def _sparse_dims(leaf, positions, shape):
    """The same for the parts of a sparse tensor, of which an invariant `[r]` gives the rank."""
    rank = None if positions is None else positions[1]
    if shape is not None:
        given = shape._dims
        if given is not None and len(given) != 1:
            raise ValueError(
                f"Expected a shape with 1 dimension. Obtained: {shape} which has {len(given)} "
                "dimensions."
            )
        wanted = None if given is None else given[0]
        if wanted is not None and rank != wanted:
            raise ValueError(
                f"The shape invariant specified for {leaf.indices.name} is not compatible with the "
                "initial shape of the loop variable. It enters the loop with shape "
                f"{leaf.indices.shape}, but the specified shape invariant is (?, {wanted})."
            )
        rank = wanted
    return [(None, rank), (None,), (rank,)]


def _leaf_dims(leaf, shape):
    """The dims that the tensors of a loop variable have in all iterations."""
    found = [t.dims for t in bodies.parts(leaf)]
    if isinstance(leaf, Tensor):
        if shape is None:
            return found
        if not _within(leaf.dims, shape._dims):
            raise ValueError(
                f"The shape invariant specified for {leaf.name} is not compatible with the initial "
                f"shape "
                f"of the loop variable. It enters the loop with shape {leaf.shape}, but the "
                f"specified "
                f"shape invariant is {shape}."
            )
        return [shape._dims]
    if len(found) == 1:
        return found
    if isinstance(leaf, SparseTensor):
        return _sparse_dims(leaf, found[0], shape)
    given = None if shape is None else shape._dims
    if given is None:
        return found
    return [given, given[:1], (len(given),)][: len(found)]
