"""The structure of a dataset's elements: tuples, dicts and objects with a spec at each leaf.

Lists are not structure here: they are values that become tensors. Inside the graph an element is a
flat list of tensors, one for each leaf: a sparse tensor is serialized into a variant tensor, a
dataset is a variant tensor anyway.
"""

from headwater._src.core import dtypes, nest_containers
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import raw
from headwater._src.graph.type_spec import SparseTensorSpec, TensorSpec, TypeSpec


class DatasetSpec(TypeSpec):
    """The type of a dataset that is an element of another.

    Args:
      element_spec: the structure of its elements.
      dataset_shape: the shape of the tensor that holds it.
    """

    __slots__ = ("_dataset_shape", "_element_spec")

    def __init__(self, element_spec, dataset_shape=()):
        self._element_spec, self._dataset_shape = element_spec, TensorShape(dataset_shape)

    @property
    def element_spec(self):
        """The structure of the dataset's elements."""
        return self._element_spec

    @property
    def value_type(self):
        """The class of datasets."""
        from headwater._src.data.dataset import Dataset

        return Dataset

    def _serialize(self):
        return self._element_spec, self._dataset_shape

    @property
    def _component_specs(self):
        return TensorSpec(self._dataset_shape, dtypes.variant)

    def _to_components(self, value):
        return value._variant_tensor

    def _from_components(self, components):
        return self.value_type(components, self._element_spec)

    def _to_legacy_output_types(self):
        return self

    def _to_legacy_output_shapes(self):
        return self

    def _to_legacy_output_classes(self):
        return self


class OptionalSpec(TypeSpec):
    """The type of an `Optional` element.

    Args:
      element_spec: the structure of the element that it may hold.
    """

    __slots__ = ("_element_spec",)

    def __init__(self, element_spec=None):
        self._element_spec = element_spec

    @property
    def value_type(self):
        """The class `Optional`."""
        from headwater._src.data.optional import Optional

        return Optional

    def _serialize(self):
        return (self._element_spec,)

    @property
    def _component_specs(self):
        return TensorSpec([], dtypes.variant)

    def _to_components(self, value):
        return value._variant_tensor

    def _from_components(self, components):
        return self.value_type(components, self._element_spec)


# --- structures ---------------------------------------------------------------------------------


def is_container(value):
    """Whether a value is structure rather than a leaf."""
    if isinstance(value, (SparseTensorValue, TypeSpec, list)):
        return False
    return (
        isinstance(value, (tuple, dict))
        or nest_containers.is_attrs(value)
        or isinstance(value, nest_containers.Mapping)
    )


def flatten(structure):
    """The leaves of a structure."""
    if not is_container(structure):
        return [structure]
    return [leaf for child in nest_containers.children_of(structure) for leaf in flatten(child)]


def pack(structure, leaves):
    """A structure like `structure` with other leaves."""
    leaves = iter(leaves)
    return _pack(structure, leaves)


def _pack(structure, leaves):
    if not is_container(structure):
        return next(leaves)
    children = [_pack(child, leaves) for child in nest_containers.children_of(structure)]
    return nest_containers.rebuild(structure, children)


def map_structure(function, structure):
    """`function` of each leaf, in the same structure."""
    return pack(structure, [function(leaf) for leaf in flatten(structure)])


def flatten_up_to(shallow, structure):
    """The parts of `structure` at the leaves of `shallow`.

    Raises:
      TypeError: `structure` has a leaf where `shallow` has more.
      ValueError: the structures differ otherwise.
    """
    if not is_container(shallow):
        return [structure]
    if isinstance(structure, list) and not isinstance(shallow, dict):
        structure = tuple(structure)
    if not is_container(structure):
        raise TypeError(
            "If shallow structure is a sequence, input must also be a sequence. Input has type: "
            f"'{type(structure).__name__}'."
        )
    if len(shallow) != len(structure):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{len(structure)}, while shallow structure has length {len(shallow)}."
        )
    if isinstance(shallow, dict):
        if set(shallow) != set(structure):
            raise ValueError(
                "The two structures don't have the same keys. Input structure has keys "
                f"{list(structure)}, while shallow structure has keys {list(shallow)}."
            )
        pairs = [(shallow[k], structure[k]) for k in nest_containers.sorted_keys(shallow)]
    else:
        children = nest_containers.children_of
        pairs = list(zip(children(shallow), children(structure), strict=True))
    return [part for a, b in pairs for part in flatten_up_to(a, b)]


# --- values and specs ---------------------------------------------------------------------------


def spec_of(value):
    """The spec of a leaf that is a tensor, sparse tensor, dataset or optional."""
    if isinstance(value, SparseTensor):
        return SparseTensorSpec(value.get_shape(), value.dtype)
    own = getattr(value, "_type_spec", None)
    if own is not None and hasattr(value, "_variant_tensor"):
        return own
    return TensorSpec(value.shape, value.dtype.base_dtype)


def as_leaf(value, dtype=None, name=None):
    """A leaf of an element as a tensor, sparse tensor, dataset or optional."""
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if isinstance(value, SparseTensor) or hasattr(value, "_variant_tensor"):
        return value
    return convert_to_tensor(value, dtype=dtype, name=name)


def normalized(element):
    """An element as a program writes it, its leaves converted."""
    from headwater._src.ops._scope import scope

    with scope(None, "normalize_element", ()):
        leaves = [as_leaf(v, name=f"component_{i}") for i, v in enumerate(flatten(element))]
    return pack(element, leaves)


def specs_of(element):
    """The structure of the specs of an element's leaves."""
    return map_structure(spec_of, element)


def to_tensor(leaf):
    """The tensor that stands for a leaf inside the graph."""
    if isinstance(leaf, SparseTensor):
        return raw.SerializeSparse(
            leaf.indices, leaf.values, leaf.dense_shape, out_type=dtypes.variant
        )
    return getattr(leaf, "_variant_tensor", leaf)


def to_rows(leaf):
    """The same for an element whose rows are to be elements."""
    if isinstance(leaf, SparseTensor):
        return raw.SerializeManySparse(
            leaf.indices, leaf.values, leaf.dense_shape, out_type=dtypes.variant
        )
    return getattr(leaf, "_variant_tensor", leaf)


def from_tensor(spec, tensor):
    """The leaf that a tensor inside the graph stands for."""
    if isinstance(spec, SparseTensorSpec):
        indices, values, shape = raw.DeserializeSparse(tensor, dtype=spec.dtype)
        rank = spec.shape.rank
        indices.set_shape([None, rank])
        shape.set_shape([rank])
        found = SparseTensor(indices, values, shape)
        if spec.shape.is_fully_defined():
            found.set_shape(spec.shape)
        return found
    if isinstance(spec, TensorSpec):
        tensor.set_shape(spec.shape)
        return tensor
    return spec._from_components(tensor)


def to_tensors(element):
    """The tensors of an element's leaves."""
    return [to_tensor(leaf) for leaf in flatten(element)]


def from_tensors(specs, tensors):
    """The element that tensors inside the graph stand for."""
    found = [from_tensor(s, t) for s, t in zip(flatten(specs), tensors, strict=True)]
    return pack(specs, found)


def types_and_shapes(specs):
    """The attrs `output_types` and `output_shapes` for a structure of specs."""
    types, shapes = [], []
    for spec in flatten(specs):
        if isinstance(spec, TensorSpec):
            types.append(spec.dtype)
            shapes.append(_dims(spec.shape))
        else:
            types.append(dtypes.variant)
            shapes.append(None if isinstance(spec, SparseTensorSpec) else ())
    return {"output_types": types, "output_shapes": shapes}


def _dims(shape):
    return None if shape.rank is None else tuple(shape.as_list())


# --- what programs of TensorFlow 1.x ask for ----------------------------------------------------


def types(specs):
    """The structure of dtypes."""
    return map_structure(lambda s: s.dtype if hasattr(s, "dtype") else s, specs)


def shapes(specs):
    """The structure of shapes."""
    return map_structure(lambda s: s.shape if hasattr(s, "dtype") else s, specs)


def classes(specs):
    """The structure of classes of the leaves."""
    return map_structure(lambda s: s.value_type if hasattr(s, "dtype") else s, specs)


def from_legacy(output_types, output_shapes, output_classes):
    """The structure of specs for types, shapes and classes.

    Raises:
      TypeError: a class that elements cannot have.
    """
    flat_types = flatten(map_structure(_type, output_types))
    flat_shapes = flatten_up_to(output_types, output_shapes)
    flat_classes = flatten_up_to(output_types, output_classes)
    return pack(output_types, map(_spec, flat_types, flat_shapes, flat_classes))


def _type(value):
    return value if isinstance(value, TypeSpec) else dtypes.as_dtype(value)


def _spec(dtype, shape, kind):
    from headwater._src.graph.operation import Tensor

    if isinstance(kind, TypeSpec):
        return kind
    if issubclass(kind, SparseTensor):
        return SparseTensorSpec(shape, dtype)
    if issubclass(kind, Tensor):
        return TensorSpec(shape, dtype)
    raise TypeError(
        f"Could not build a structure for output class {kind}. Make sure any component class in "
        "`output_classes` inherits from one of the following classes: `tf.TypeSpec`, "
        "`tf.sparse.SparseTensor`, `tf.Tensor`, `tf.TensorArray`."
    )


def all_tensors(structure):
    """A structure of the class `Tensor`."""
    from headwater._src.graph.operation import Tensor

    return map_structure(lambda _: Tensor, structure)


def unknown_shapes(structure):
    """A structure of unknown shapes."""
    return map_structure(lambda _: TensorShape(None), structure)


def batched(spec, size):
    """The spec of a batch of `size` (None: unknown) elements.

    Raises:
      TypeError: elements of this kind cannot be batched.
    """
    if not isinstance(spec, (TensorSpec, SparseTensorSpec)):
        if isinstance(spec, DatasetSpec):
            return DatasetSpec(spec.element_spec, TensorShape([size]))
        raise TypeError(f"Batching of {spec!r} is not supported")
    shape = TensorShape([size]).concatenate(spec.shape)
    return type(spec)(shape, spec.dtype)


def unbatched(spec):
    """The spec of a row.

    Raises:
      ValueError: there are no rows.
    """
    if isinstance(spec, DatasetSpec):
        return DatasetSpec(spec.element_spec)
    if spec.shape.rank == 0:
        raise ValueError("Unbatching a tensor is only supported for rank >= 1")
    return type(spec)(spec.shape[1:] if spec.shape.rank is not None else None, spec.dtype)


def wider(a, b):
    """The spec that covers two specs of one kind: what they agree on of their shapes."""
    if not isinstance(a, (TensorSpec, SparseTensorSpec)):
        return a
    if a.shape.rank is None or a.shape.rank != b.shape.rank:
        return type(a)(None, a.dtype)
    dims = [x if x == y else None for x, y in zip(a.shape.as_list(), b.shape.as_list())]
    return type(a)(dims, a.dtype)
