"""Signatures of SavedModels: named inputs and outputs of a graph, as `SignatureDef` protos."""

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph

DEFAULT_SERVING_SIGNATURE_DEF_KEY = "serving_default"
CLASSIFY_INPUTS = "inputs"
CLASSIFY_METHOD_NAME = "tensorflow/serving/classify"
CLASSIFY_OUTPUT_CLASSES = "classes"
CLASSIFY_OUTPUT_SCORES = "scores"
PREDICT_INPUTS = "inputs"
PREDICT_METHOD_NAME = "tensorflow/serving/predict"
PREDICT_OUTPUTS = "outputs"
REGRESS_INPUTS = "inputs"
REGRESS_METHOD_NAME = "tensorflow/serving/regress"
REGRESS_OUTPUTS = "outputs"


def build_tensor_info(tensor):
    """A `TensorInfo` proto: a tensor's name, type and shape.

    Args:
      tensor: a `Tensor`, variable or `SparseTensor`.

    Raises:
      RuntimeError: eager tensors (there are none here).
    """
    from headwater._src.core.proto import meta_graph_pb2

    info = meta_graph_pb2.TensorInfo()
    if isinstance(tensor, SparseTensor):
        info.dtype = tensor.dtype.as_datatype_enum
        info.tensor_shape.CopyFrom(tensor.get_shape().as_proto())
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
        return info
    info.name = tensor.name
    info.dtype = dtypes.as_dtype(tensor.dtype).as_datatype_enum
    info.tensor_shape.CopyFrom(TensorShape(tensor.get_shape()).as_proto())
    return info


def get_tensor_from_tensor_info(tensor_info, graph=None, import_scope=None):
    """The tensor that a `TensorInfo` names.

    Args:
      tensor_info: the proto.
      graph: the `Graph` (default: the default graph).
      import_scope: name scope put before the name.

    Returns:
      A `Tensor` or `SparseTensor`.

    Raises:
      KeyError: it is not in the graph.
      ValueError: the proto has no name.
    """
    graph = graph or get_default_graph()
    find = lambda name: graph.get_tensor_by_name(f"{import_scope}/{name}" if import_scope else name)
    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "name":
        return find(tensor_info.name)
    if encoding == "coo_sparse":
        sparse = tensor_info.coo_sparse
        return SparseTensor(
            find(sparse.indices_tensor_name),
            find(sparse.values_tensor_name),
            find(sparse.dense_shape_tensor_name),
        )
    raise ValueError(f"Invalid TensorInfo.encoding: {encoding}")


def build_signature_def(inputs=None, outputs=None, method_name=None, defaults=None):
    """A `SignatureDef` proto.

    Args:
      inputs: dict from name to `TensorInfo`.
      outputs: dict from name to `TensorInfo`.
      method_name: what it is for, such as `PREDICT_METHOD_NAME`.
      defaults: dict from an input's name to a `TensorProto`.

    Returns:
      The proto.
    """
    from headwater._src.core.proto import meta_graph_pb2

    result = meta_graph_pb2.SignatureDef()
    for field, infos in ((result.inputs, inputs), (result.outputs, outputs)):
        for name, info in (infos or {}).items():
            field[name].ParseFromString(info.SerializeToString())
    if method_name is not None:
        result.method_name = method_name
    for name, value in (defaults or {}).items():
        result.defaults[name].ParseFromString(value.SerializeToString())
    return result


def _infos(tensors):
    return {name: build_tensor_info(tensor) for name, tensor in tensors.items()}


def predict_signature_def(inputs, outputs):
    """A signature for predicting.

    Args:
      inputs: dict from name to `Tensor`.
      outputs: dict from name to `Tensor`.

    Raises:
      ValueError: one of them is empty.
    """
    if not inputs:
        raise ValueError("Prediction inputs cannot be None or empty.")
    if not outputs:
        raise ValueError("Prediction outputs cannot be None or empty.")
    return build_signature_def(_infos(inputs), _infos(outputs), PREDICT_METHOD_NAME)


def _examples(kind, examples):
    if examples is None:
        raise ValueError(f"{kind} inputs cannot be None.")
    info = build_tensor_info(convert_to_tensor(examples))
    if info.dtype != dtypes.string.as_datatype_enum:
        raise ValueError(
            f"{kind} input tensors must be of type string. Found tensor with dtype: "
            f"{dtypes.as_dtype(info.dtype)}"
        )
    return info


def regression_signature_def(examples, predictions):
    """A signature for regression on serialized examples.

    Args:
      examples: string `Tensor`.
      predictions: float32 `Tensor`.

    Raises:
      ValueError: a type is another, or something is None.
    """
    inputs = {REGRESS_INPUTS: _examples("Regression", examples)}
    if predictions is None:
        raise ValueError("Regression predictions cannot be None.")
    info = build_tensor_info(convert_to_tensor(predictions))
    if info.dtype != dtypes.float32.as_datatype_enum:
        raise ValueError(
            "Regression output tensors must be of type float. Found tensor with "
            f"dtype: {dtypes.as_dtype(info.dtype)}"
        )
    return build_signature_def(inputs, {REGRESS_OUTPUTS: info}, REGRESS_METHOD_NAME)


def classification_signature_def(examples, classes, scores):
    """A signature for classification of serialized examples.

    Args:
      examples: string `Tensor`.
      classes: string `Tensor`, or None.
      scores: float32 `Tensor`, or None.

    Raises:
      ValueError: a type is another, or both results are None.
    """
    inputs = {CLASSIFY_INPUTS: _examples("Classification", examples)}
    if classes is None and scores is None:
        raise ValueError("Classification classes and scores cannot both be None.")
    outputs = {}
    for name, tensor, wanted, what in (
        (CLASSIFY_OUTPUT_CLASSES, classes, dtypes.string, "classes must be of type string"),
        (CLASSIFY_OUTPUT_SCORES, scores, dtypes.float32, "scores must be of type float"),
    ):
        if tensor is None:
            continue
        info = build_tensor_info(convert_to_tensor(tensor))
        if info.dtype != wanted.as_datatype_enum:
            raise ValueError(
                f"Classification {what}. Found tensor with dtype: {dtypes.as_dtype(info.dtype)}"
            )
        outputs[name] = info
    return build_signature_def(inputs, outputs, CLASSIFY_METHOD_NAME)


_METHODS = {
    PREDICT_METHOD_NAME: lambda s: bool(s.inputs) and bool(s.outputs),
    REGRESS_METHOD_NAME: lambda s: (
        set(s.inputs) == {REGRESS_INPUTS}
        and set(s.outputs) == {REGRESS_OUTPUTS}
        and s.inputs[REGRESS_INPUTS].dtype == dtypes.string.as_datatype_enum
        and s.outputs[REGRESS_OUTPUTS].dtype == dtypes.float32.as_datatype_enum
    ),
    CLASSIFY_METHOD_NAME: lambda s: _is_classification(s),
}


def _is_classification(signature):
    wanted = {CLASSIFY_OUTPUT_CLASSES: dtypes.string, CLASSIFY_OUTPUT_SCORES: dtypes.float32}
    if set(signature.inputs) != {CLASSIFY_INPUTS} or not signature.outputs:
        return False
    if signature.inputs[CLASSIFY_INPUTS].dtype != dtypes.string.as_datatype_enum:
        return False
    return all(
        name in wanted and info.dtype == wanted[name].as_datatype_enum
        for name, info in signature.outputs.items()
    )


def is_valid_signature(signature_def):
    """Whether a signature is one of those for predicting, regression or classification.

    Args:
      signature_def: a `SignatureDef` proto, or None.

    Returns:
      A bool.
    """
    if signature_def is None:
        return False
    check = _METHODS.get(signature_def.method_name)
    return check is not None and check(signature_def)
