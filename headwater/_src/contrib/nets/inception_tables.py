"""The layers of Inception v1, v2 and v3, as tables.

A step is text: the rest of the layer's scope, whose last part is the window (`"0b_3x3 96"` is the scope
`Conv2d_0b_3x3`, a window of 3 by 3 and 96 channels), `/2` for a stride, `V` for padding `VALID`. Where
a published name has another window, `=3x3` says the real one. `max` and `avg` begin poolings. A
tuple is the concatenation of its steps. A module is a list of branches, a branch a list of steps.
The odd names are those of the published checkpoints.
"""


def _v1(ones, three_in, three, five_in, five, pooled, last="0b_3x3"):
    return [
        [f"0a_1x1 {ones}"],
        [f"0a_1x1 {three_in}", f"0b_3x3 {three}"],
        [f"0a_1x1 {five_in}", f"{last} {five}"],
        ["max 0a_3x3", f"0b_1x1 {pooled}"],
    ]


V1 = {
    "Conv2d_1a_7x7": "1a_7x7 64 /2",
    "MaxPool_2a_3x3": "max 2a_3x3 /2",
    "Conv2d_2b_1x1": "2b_1x1 64",
    "Conv2d_2c_3x3": "2c_3x3 192",
    "MaxPool_3a_3x3": "max 3a_3x3 /2",
    "Mixed_3b": _v1(64, 96, 128, 16, 32, 32),
    "Mixed_3c": _v1(128, 128, 192, 32, 96, 64),
    "MaxPool_4a_3x3": "max 4a_3x3 /2",
    "Mixed_4b": _v1(192, 96, 208, 16, 48, 64),
    "Mixed_4c": _v1(160, 112, 224, 24, 64, 64),
    "Mixed_4d": _v1(128, 128, 256, 24, 64, 64),
    "Mixed_4e": _v1(112, 144, 288, 32, 64, 64),
    "Mixed_4f": _v1(256, 160, 320, 32, 128, 128),
    "MaxPool_5a_2x2": "max 5a_2x2 /2",
    "Mixed_5b": _v1(256, 160, 320, 32, 128, 128, "0a_3x3"),
    "Mixed_5c": _v1(384, 192, 384, 48, 128, 128),
}


def _v2(ones, single, double, pooled, pooling="avg"):
    return [
        [f"0a_1x1 {ones}"],
        [f"0a_1x1 {single[0]}", f"0b_3x3 {single[1]}"],
        [f"0a_1x1 {double[0]}", f"0b_3x3 {double[1]}", f"0c_3x3 {double[1]}"],
        [f"{pooling} 0a_3x3", f"0b_1x1 {pooled}"],
    ]


def _v2_smaller(single, double):
    return [
        [f"0a_1x1 {single[0]}", f"1a_3x3 {single[1]} /2"],
        [f"0a_1x1 {double[0]}", f"0b_3x3 {double[1]}", f"1a_3x3 {double[1]} /2"],
        ["max 1a_3x3 /2"],
    ]


V2 = {
    "Conv2d_1a_7x7": "separable 1a_7x7 64 /2",
    "MaxPool_2a_3x3": "max 2a_3x3 /2",
    "Conv2d_2b_1x1": "2b_1x1 64",
    "Conv2d_2c_3x3": "2c_3x3 192",
    "MaxPool_3a_3x3": "max 3a_3x3 /2",
    "Mixed_3b": _v2(64, (64, 64), (64, 96), 32),
    "Mixed_3c": _v2(64, (64, 96), (64, 96), 64),
    "Mixed_4a": _v2_smaller((128, 160), (64, 96)),
    "Mixed_4b": _v2(224, (64, 96), (96, 128), 128),
    "Mixed_4c": _v2(192, (96, 128), (96, 128), 128),
    "Mixed_4d": _v2(160, (128, 160), (128, 160), 96),
    "Mixed_4e": _v2(96, (128, 192), (160, 192), 96),
    "Mixed_5a": _v2_smaller((128, 192), (192, 256)),
    "Mixed_5b": _v2(352, (192, 320), (160, 224), 128),
    "Mixed_5c": _v2(352, (192, 320), (192, 224), 128, "max"),
}


def _v3_five(pooled, first="0a_1x1 48", second="0b_5x5 64"):
    return [
        ["0a_1x1 64"],
        [first, second],
        ["0a_1x1 64", "0b_3x3 96", "0c_3x3 96"],
        ["avg 0a_3x3", f"0b_1x1 {pooled}"],
    ]


def _v3_seven(n):
    return [
        ["0a_1x1 192"],
        [f"0a_1x1 {n}", f"0b_1x7 {n}", "0c_7x1 192"],
        [f"0a_1x1 {n}", f"0b_7x1 {n}", f"0c_1x7 {n}", f"0d_7x1 {n}", "0e_1x7 192"],
        ["avg 0a_3x3", "0b_1x1 192"],
    ]


def _v3_three(last):
    return [
        ["0a_1x1 320"],
        ["0a_1x1 384", ("0b_1x3 384", f"{last} 384")],
        ["0a_1x1 448", "0b_3x3 384", ("0c_1x3 384", "0d_3x1 384")],
        ["avg 0a_3x3", "0b_1x1 192"],
    ]


V3 = {
    "Conv2d_1a_3x3": "1a_3x3 32 /2 V",
    "Conv2d_2a_3x3": "2a_3x3 32 V",
    "Conv2d_2b_3x3": "2b_3x3 64",
    "MaxPool_3a_3x3": "max 3a_3x3 /2 V",
    "Conv2d_3b_1x1": "3b_1x1 80 V",
    "Conv2d_4a_3x3": "4a_3x3 192 V",
    "MaxPool_5a_3x3": "max 5a_3x3 /2 V",
    "Mixed_5b": _v3_five(32),
    "Mixed_5c": _v3_five(64, "0b_1x1 48", "Conv_1_0c_5x5 64"),
    "Mixed_5d": _v3_five(64),
    "Mixed_6a": [
        ["1a_1x1 384 /2 V =3x3"],
        ["0a_1x1 64", "0b_3x3 96", "1a_1x1 96 /2 V =3x3"],
        ["max 1a_3x3 /2 V"],
    ],
    "Mixed_6b": _v3_seven(128),
    "Mixed_6c": _v3_seven(160),
    "Mixed_6d": _v3_seven(160),
    "Mixed_6e": _v3_seven(192),
    "Mixed_7a": [
        ["0a_1x1 192", "1a_3x3 320 /2 V"],
        ["0a_1x1 192", "0b_1x7 192", "0c_7x1 192", "1a_3x3 192 /2 V"],
        ["max 1a_3x3 /2 V"],
    ],
    "Mixed_7b": _v3_three("0b_3x1"),
    "Mixed_7c": _v3_three("0c_3x1"),
}
