"""Layers by name: where each class is, so that configs can be read without importing all of them."""

import importlib

from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object

_MODULES = {
    "headwater._src.keras.base_layer": "Layer",
    "headwater._src.keras.input_layer": "InputLayer",
    "headwater._src.keras.functional_ops": "TensorFlowOpLayer",
    "headwater._src.keras.added": "AddLoss AddMetric",
    "headwater._src.keras.models": "Model Sequential",
    "headwater._src.keras.layers.core": (
        "Dense Activation Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D Flatten "
        "Reshape Permute RepeatVector Lambda Masking ActivityRegularization Embedding"
    ),
    "headwater._src.keras.layers.convolutional": (
        "Conv1D Conv2D Conv3D Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D "
        "DepthwiseConv2D LocallyConnected1D LocallyConnected2D"
    ),
    "headwater._src.keras.layers.pooling": (
        "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D "
        "AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
        "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D"
    ),
    "headwater._src.keras.layers.resizing": (
        "UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D "
        "Cropping1D Cropping2D Cropping3D"
    ),
    "headwater._src.keras.layers.normalization": "BatchNormalization LayerNormalization",
    "headwater._src.keras.layers.noise": (
        "GaussianNoise GaussianDropout AlphaDropout LeakyReLU PReLU ELU ThresholdedReLU Softmax "
        "ReLU"
    ),
    "headwater._src.keras.layers.merging": (
        "Add Subtract Multiply Average Maximum Minimum Concatenate Dot"
    ),
    "headwater._src.keras.layers.recurrent": "RNN",
    "headwater._src.keras.layers.recurrent_cells": (
        "AbstractRNNCell SimpleRNNCell GRUCell LSTMCell StackedRNNCells"
    ),
    "headwater._src.keras.layers.recurrent_layers": "SimpleRNN GRU LSTM CuDNNGRU CuDNNLSTM",
    "headwater._src.keras.layers.recurrent_convolutional": "ConvLSTM2D",
    "headwater._src.keras.layers.wrappers": "Wrapper TimeDistributed Bidirectional",
    "headwater._src.keras.layers.attention": "Attention AdditiveAttention",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}
_OTHER_NAMES = {
    "Functional": "Model",
    "BatchNormalizationV1": "BatchNormalization",
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    **{f"{kind}Pool{rank}D": f"{kind}Pooling{rank}D" for kind in ("Max",) for rank in (1, 2, 3)},
    **{f"AvgPool{rank}D": f"AveragePooling{rank}D" for rank in (1, 2, 3)},
}


class _Layers(dict):
    """Name -> class; a class is imported when it is asked for."""

    def __contains__(self, name):
        return _OTHER_NAMES.get(name, name) in _HOMES

    def __missing__(self, name):
        real = _OTHER_NAMES.get(name, name)
        self[name] = value = getattr(importlib.import_module(_HOMES[real]), real)
        return value


_LAYERS = _Layers()


def serialize(layer, use_legacy_format=False):
    """A layer as plain values.

    Args:
      layer: the layer.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(layer)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """The layer that `serialize` described.

    Args:
      config: `{"class_name": ..., "config": ...}`.
      custom_objects: dict from further names to classes.
      use_legacy_format: ignored; kept for newer programs.
    """
    return deserialize_keras_object(config, _LAYERS, custom_objects, "layer")
