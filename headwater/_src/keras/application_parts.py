"""What the networks of `tf.keras.applications` share: inputs, tops, weights, preprocessing."""

import inspect
import json
import os

import numpy as np

from headwater._src.graph.operation import Tensor
from headwater._src.keras.cached_files import get_file
from headwater._src.keras.functions import fn
from headwater._src.keras.input_layer import Input
from headwater._src.keras.layers.core import Activation, Dense
from headwater._src.keras.layers.pooling import GlobalAveragePooling2D, GlobalMaxPooling2D
from headwater._src.keras.models import Model
from headwater._src.keras.state import image_data_format

_CAFFE_MEANS = (103.939, 116.779, 123.68)  # of blue, green and red in the training set
_TORCH_MEANS, _TORCH_DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_CLASSES = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"

_ARGUMENTS = {
    "include_top": "whether it ends in classes, or in features.",
    "weights": "path of a file of weights, or None for random ones.",
    "input_tensor": "a tensor to begin with, or None.",
    "input_shape": "shape of a picture, or None.",
    "pooling": 'without classes: `"avg"`, `"max"` or None: what becomes of the features.',
    "classes": "number of classes.",
}
_RESULT = """

    Returns:
      A `Model`.

    Raises:
      ValueError: `weights` is no file; trained weights are not downloaded.
    """


def documented(function, name, summary):
    """A network's function, named and described.

    Args:
      function: it.
      name: its public name.
      summary: what it is, in one line.

    Returns:
      The function.
    """
    function.__name__ = function.__qualname__ = name
    lines = [f"      {p}: {_ARGUMENTS[p]}" for p in inspect.signature(function).parameters]
    function.__doc__ = "\n".join([f"{summary}\n", "    Args:", *lines]) + _RESULT
    return function


def entry(input_tensor, input_shape, include_top, size):
    """The input of a network.

    Args:
      input_tensor: a tensor to begin with, or None.
      input_shape: shape of a picture, or None.
      include_top: whether the network ends in classes, which fixes the size of pictures.
      size: height and width that it was made for.

    Returns:
      A Keras tensor.
    """
    first = image_data_format() == "channels_first"
    if input_tensor is not None:
        return Input(tensor=input_tensor)
    if input_shape is None:
        side = size if include_top else None
        input_shape = (3, side, side) if first else (side, side, 3)
    return Input(shape=input_shape)


def channel_axis():
    """The channels' dimension."""
    return 1 if image_data_format() == "channels_first" else 3


def classifier(x, include_top, pooling, classes):
    """The end of most networks: the mean of each channel, then classes.

    Args:
      x: the features.
      include_top: whether there are classes.
      pooling: without them: `"avg"`, `"max"` or None.
      classes: their number.

    Returns:
      A Keras tensor.
    """
    if include_top:
        x = GlobalAveragePooling2D(name="avg_pool")(x)
        return Dense(classes, activation="softmax", name="predictions")(x)
    return pooled(x, pooling, ("avg_pool", "max_pool"))


def pooled(x, pooling, names=(None, None)):
    """Features, or the mean or greatest value of each channel.

    Args:
      x: the features.
      pooling: `"avg"`, `"max"` or None.
      names: names of the layers that take the mean and the greatest value.
    """
    if pooling == "avg":
        return GlobalAveragePooling2D(name=names[0])(x)
    return GlobalMaxPooling2D(name=names[1])(x) if pooling == "max" else x


def network(inputs, outputs, name, weights):
    """The model, with weights out of a file.

    Args:
      inputs: what `entry` gave.
      outputs: its end.
      name: the model's name.
      weights: path of a file of weights, or None.

    Raises:
      ValueError: `weights` is no file; trained weights are not downloaded.
    """
    model = Model(inputs, outputs, name=name)
    if weights is None:
        return model
    if not os.path.exists(weights):
        raise ValueError(
            f"weights={weights!r}: headwater downloads no trained weights. Give the path of a file "
            "of weights, or None for random ones."
        )
    model.load_weights(weights)
    return model


def activated(x, name, kind="relu"):
    """`x` after an activation.

    Args:
      x: Keras tensor.
      name: the layer's name.
      kind: the activation.
    """
    return Activation(kind, name=name)(x)


def preprocess_input(x, data_format=None, mode="caffe"):
    """Pictures as a network expects them.

    Args:
      x: array or tensor of pictures, red, green, blue, 0 to 255; an array of floats is changed.
      data_format: `"channels_last"` or `"channels_first"`.
      mode: `"caffe"`: blue first, less the means; `"tf"`: -1 to 1; `"torch"`: 0 to 1, less the
        means, divided by the deviations.

    Returns:
      Array or tensor of the same shape.

    Raises:
      ValueError: `mode` is unknown.
    """
    if mode not in ("caffe", "tf", "torch"):
        raise ValueError(f"Expected mode to be one of `caffe`, `tf` or `torch`. Received: {mode}")
    first = (data_format or image_data_format()) == "channels_first"
    if not isinstance(x, Tensor):
        x = np.array(x, dtype="float32")
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = -3 if first else -1
    shape = (-1, 1, 1) if first else (-1,)
    spread = lambda values: np.array(values, np.float32).reshape(shape)
    if mode == "torch":
        return (x / 255.0 - spread(_TORCH_MEANS)) / spread(_TORCH_DEVIATIONS)
    if isinstance(x, Tensor):
        x = fn.reverse(x, [len(x.dims) + axis])
    else:
        x = np.flip(x, axis)
    return x - spread(_CAFFE_MEANS)


def decode_predictions(preds, top=5):
    """The most probable ImageNet classes.

    Args:
      preds: array `[batch, 1000]`.
      top: how many.

    Returns:
      For each picture a list of `(id, name, probability)`.

    Raises:
      ValueError: there are not 1000 classes.
    """
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != 1000:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of shape "
            f"(samples, 1000)). Found array with shape: {preds.shape}"
        )
    path = get_file(
        "imagenet_class_index.json",
        origin=_CLASSES,
        cache_subdir="models",
        file_hash="c2c37ea517e94d9795004a39431a14cb",
    )
    with open(path) as file:
        classes = json.load(file)
    return [[(*classes[str(i)], row[i]) for i in np.argsort(row)[::-1][:top]] for row in preds]


def preprocessor(kind):
    """The `preprocess_input` of networks of one kind.

    Args:
      kind: the mode.
    """

    def preprocess(x, data_format=None):
        return preprocess_input(x, data_format, kind)

    preprocess.__name__ = preprocess.__qualname__ = "preprocess_input"
    preprocess.__doc__ = f"""Pictures as the network expects them (mode `{kind}`).

    Args:
      x: array or tensor of pictures, red, green, blue, 0 to 255.
      data_format: `"channels_last"` or `"channels_first"`.

    Returns:
      Array or tensor of the same shape.
    """
    return preprocess


preprocess_caffe, preprocess_tf, preprocess_torch = map(preprocessor, ("caffe", "tf", "torch"))
