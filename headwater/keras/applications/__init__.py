"""`tf.keras.applications`: known networks for pictures."""

from headwater._src.keras.applications import (
    VGG16 as VGG16,
    VGG19 as VGG19,
    DenseNet121 as DenseNet121,
    DenseNet169 as DenseNet169,
    DenseNet201 as DenseNet201,
    MobileNet as MobileNet,
    MobileNetV2 as MobileNetV2,
    ResNet50 as ResNet50,
    ResNet101 as ResNet101,
    ResNet152 as ResNet152,
)
from headwater.keras.applications import (
    densenet as densenet,
    imagenet_utils as imagenet_utils,
    mobilenet as mobilenet,
    mobilenet_v2 as mobilenet_v2,
    resnet as resnet,
    resnet50 as resnet50,
    vgg16 as vgg16,
    vgg19 as vgg19,
)
