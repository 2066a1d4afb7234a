"""`ModeKeys`: what a model function is called for."""


class ModeKeys:
    """What a model function is called for.

    Attributes:
      TRAIN: to train.
      EVAL: to measure.
      PREDICT: to predict, or to be exported.
    """

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
