"""`tf.keras.layers`: what models are made of."""

from headwater._src.keras.base_layer import (
    Layer as Layer,
)
from headwater._src.keras.input_layer import (
    Input as Input,
    InputLayer as InputLayer,
)
from headwater._src.keras.layer_registry import deserialize as deserialize, serialize as serialize
from headwater._src.keras.layers.attention import (
    AdditiveAttention as AdditiveAttention,
    Attention as Attention,
)
from headwater._src.keras.layers.convolutional import (  # noqa: F401  classes under two names
    Conv1D as Conv1D,
    Conv1D as Convolution1D,
    Conv2D as Conv2D,
    Conv2D as Convolution2D,
    Conv2DTranspose as Conv2DTranspose,
    Conv2DTranspose as Convolution2DTranspose,
    Conv3D as Conv3D,
    Conv3D as Convolution3D,
    Conv3DTranspose as Conv3DTranspose,
    Conv3DTranspose as Convolution3DTranspose,
    DepthwiseConv2D as DepthwiseConv2D,
    LocallyConnected1D as LocallyConnected1D,
    LocallyConnected2D as LocallyConnected2D,
    SeparableConv1D as SeparableConv1D,
    SeparableConv1D as SeparableConvolution1D,
    SeparableConv2D as SeparableConv2D,
    SeparableConv2D as SeparableConvolution2D,
)
from headwater._src.keras.layers.core import (
    Activation as Activation,
    ActivityRegularization as ActivityRegularization,
    Dense as Dense,
    Dropout as Dropout,
    Embedding as Embedding,
    Flatten as Flatten,
    Lambda as Lambda,
    Masking as Masking,
    Permute as Permute,
    RepeatVector as RepeatVector,
    Reshape as Reshape,
    SpatialDropout1D as SpatialDropout1D,
    SpatialDropout2D as SpatialDropout2D,
    SpatialDropout3D as SpatialDropout3D,
)
from headwater._src.keras.layers.merging import (
    Add as Add,
    Average as Average,
    Concatenate as Concatenate,
    Dot as Dot,
    Maximum as Maximum,
    Minimum as Minimum,
    Multiply as Multiply,
    Subtract as Subtract,
    add as add,
    average as average,
    concatenate as concatenate,
    dot as dot,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    subtract as subtract,
)
from headwater._src.keras.layers.noise import (
    ELU as ELU,
    AlphaDropout as AlphaDropout,
    GaussianDropout as GaussianDropout,
    GaussianNoise as GaussianNoise,
    LeakyReLU as LeakyReLU,
    PReLU as PReLU,
    ReLU as ReLU,
    Softmax as Softmax,
    ThresholdedReLU as ThresholdedReLU,
)
from headwater._src.keras.layers.normalization import (
    BatchNormalization as BatchNormalization,
    LayerNormalization as LayerNormalization,
)
from headwater._src.keras.layers.pooling import (  # noqa: F401  classes under two names
    AveragePooling1D as AveragePooling1D,
    AveragePooling1D as AvgPool1D,
    AveragePooling2D as AveragePooling2D,
    AveragePooling2D as AvgPool2D,
    AveragePooling3D as AveragePooling3D,
    AveragePooling3D as AvgPool3D,
    GlobalAveragePooling1D as GlobalAveragePooling1D,
    GlobalAveragePooling1D as GlobalAvgPool1D,
    GlobalAveragePooling2D as GlobalAveragePooling2D,
    GlobalAveragePooling2D as GlobalAvgPool2D,
    GlobalAveragePooling3D as GlobalAveragePooling3D,
    GlobalAveragePooling3D as GlobalAvgPool3D,
    GlobalMaxPooling1D as GlobalMaxPool1D,
    GlobalMaxPooling1D as GlobalMaxPooling1D,
    GlobalMaxPooling2D as GlobalMaxPool2D,
    GlobalMaxPooling2D as GlobalMaxPooling2D,
    GlobalMaxPooling3D as GlobalMaxPool3D,
    GlobalMaxPooling3D as GlobalMaxPooling3D,
    MaxPooling1D as MaxPool1D,
    MaxPooling1D as MaxPooling1D,
    MaxPooling2D as MaxPool2D,
    MaxPooling2D as MaxPooling2D,
    MaxPooling3D as MaxPool3D,
    MaxPooling3D as MaxPooling3D,
)
from headwater._src.keras.layers.recurrent import (
    RNN as RNN,
)
from headwater._src.keras.layers.recurrent_cells import (
    AbstractRNNCell as AbstractRNNCell,
    GRUCell as GRUCell,
    LSTMCell as LSTMCell,
    SimpleRNNCell as SimpleRNNCell,
    StackedRNNCells as StackedRNNCells,
)
from headwater._src.keras.layers.recurrent_convolutional import (
    ConvLSTM2D as ConvLSTM2D,
)
from headwater._src.keras.layers.recurrent_layers import (
    GRU as GRU,
    LSTM as LSTM,
    CuDNNGRU as CuDNNGRU,
    CuDNNLSTM as CuDNNLSTM,
    SimpleRNN as SimpleRNN,
)
from headwater._src.keras.layers.resizing import (
    Cropping1D as Cropping1D,
    Cropping2D as Cropping2D,
    Cropping3D as Cropping3D,
    UpSampling1D as UpSampling1D,
    UpSampling2D as UpSampling2D,
    UpSampling3D as UpSampling3D,
    ZeroPadding1D as ZeroPadding1D,
    ZeroPadding2D as ZeroPadding2D,
    ZeroPadding3D as ZeroPadding3D,
)
from headwater._src.keras.layers.wrappers import (
    Bidirectional as Bidirectional,
    TimeDistributed as TimeDistributed,
    Wrapper as Wrapper,
)
from headwater._src.layers.base import InputSpec as InputSpec
