"""Losses and metrics of a graph of layers as layers, so that a configuration has them."""

from headwater._src.graph.optable import raw
from headwater._src.keras.base_layer import Layer


class AddLoss(Layer):
    """Adds its input to the losses.

    Args:
      unconditional: accepted for compatibility.
      **kwargs: as for `Layer`.
    """

    def __init__(self, unconditional=False, **kwargs):
        super().__init__(**kwargs)
        self.unconditional = unconditional

    def call(self, inputs):
        """The input, which becomes a loss."""
        self.add_loss(inputs)
        return raw.Identity(inputs)

    def get_config(self):
        return {**super().get_config(), "unconditional": self.unconditional}


class AddMetric(Layer):
    """Adds its input to the metrics.

    Args:
      aggregation: `"mean"`.
      metric_name: the metric's name.
      **kwargs: as for `Layer`.
    """

    def __init__(self, aggregation=None, metric_name=None, **kwargs):
        super().__init__(**kwargs)
        self.aggregation, self.metric_name = aggregation, metric_name

    def call(self, inputs):
        """The input, which becomes a metric."""
        self.add_metric(inputs, self.aggregation, self.metric_name)
        return raw.Identity(inputs)

    def get_config(self):
        return {
            **super().get_config(),
            "aggregation": self.aggregation,
            "metric_name": self.metric_name,
        }
