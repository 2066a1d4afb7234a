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
from headwater._src.keras.applications_inception import (
    InceptionResNetV2 as InceptionResNetV2,
    InceptionV3 as InceptionV3,
)
from headwater._src.keras.applications_nasnet import (
    NASNetLarge as NASNetLarge,
    NASNetMobile as NASNetMobile,
)
from headwater._src.keras.applications_resnet_v2 import (
    ResNet50V2 as ResNet50V2,
    ResNet101V2 as ResNet101V2,
    ResNet152V2 as ResNet152V2,
)
from headwater._src.keras.applications_xception import Xception as Xception
from headwater.keras.applications import (
    densenet as densenet,
    imagenet_utils as imagenet_utils,
    inception_resnet_v2 as inception_resnet_v2,
    inception_v3 as inception_v3,
    mobilenet as mobilenet,
    mobilenet_v2 as mobilenet_v2,
    nasnet as nasnet,
    resnet as resnet,
    resnet50 as resnet50,
    resnet_v2 as resnet_v2,
    vgg16 as vgg16,
    vgg19 as vgg19,
    xception as xception,
)
