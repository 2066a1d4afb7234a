"""`TensorBoard`: results, histograms of variables and the graph in event files."""

import os

from headwater._src.core.proto import summary_pb2
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.optable import PUBLIC
from headwater._src.keras.callback_base import Callback
from headwater._src.keras.sessions import get_session
from headwater._src.train.summary_writer import FileWriter


class TensorBoard(Callback):
    """Writes what TensorBoard shows.

    Args:
      log_dir: the folder of the event files.
      histogram_freq: the number of epochs from one histogram of the variables to the next; 0: none.
      batch_size: accepted for compatibility.
      write_graph: whether the graph is written.
      write_grads: not implemented.
      write_images: whether variables are also written as images.
      embeddings_freq: not implemented.
      embeddings_layer_names: for `embeddings_freq`.
      embeddings_metadata: for `embeddings_freq`.
      embeddings_data: for `embeddings_freq`.
      update_freq: `"epoch"`, `"batch"`, or the number of examples from one writing to the next.
      profile_batch: accepted as 0 or 2; nothing is profiled.

    Raises:
      NotImplementedError: gradients or embeddings are asked for.
    """

    def __init__(
        self,
        log_dir="./logs",
        histogram_freq=0,
        batch_size=32,
        write_graph=True,
        write_grads=False,
        write_images=False,
        embeddings_freq=0,
        embeddings_layer_names=None,
        embeddings_metadata=None,
        embeddings_data=None,
        update_freq="epoch",
        profile_batch=2,
    ):
        super().__init__()
        if write_grads or embeddings_freq:
            raise NotImplementedError("TensorBoard: write_grads and embeddings_freq are missing")
        self.log_dir, self.histogram_freq = os.fspath(log_dir), histogram_freq
        self.write_graph, self.write_images = write_graph, write_images
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._examples = self._last = 0
        self._merged = None
        self.writer = None

    def set_model(self, model):
        super().set_model(model)
        session = get_session()
        if self.histogram_freq and self._merged is None:
            self._merged = self._summaries(model)
        self.writer = FileWriter(self.log_dir, session.graph if self.write_graph else None)

    def _summaries(self, model):
        """One operation with the histograms (and images) of all variables."""
        from headwater._src.ops.summary_functions import histogram, image, merge

        made = []
        collection = f"_keras_tensorboard_{id(self)}"
        with model.weights[0].graph.as_default(), control_dependencies(None):
            for layer in model.layers:
                for weight in layer.weights:
                    name = weight.name.replace(":", "_")
                    made.append(histogram(name, weight, collections=[collection]))
                    if self.write_images and weight.dims is not None and len(weight.dims) == 2:
                        picture = PUBLIC["reshape"](weight, [1, *weight.dims, 1])
                        made.append(image(name, picture, collections=[collection]))
            return merge(made, collections=[collection])

    def on_batch_end(self, batch, logs=None):
        if self.update_freq == "epoch":
            return
        logs = logs or {}
        self._examples += logs.get("size", 1) if self.update_freq != 1 else 1
        if self._examples - self._last >= self.update_freq:
            self._last = self._examples
            shown = {f"batch_{k}": v for k, v in logs.items() if k not in ("batch", "size")}
            self._write(shown, self._examples)

    def on_epoch_end(self, epoch, logs=None):
        self._write({f"epoch_{k}": v for k, v in (logs or {}).items()}, epoch)
        if self._merged is not None and epoch % self.histogram_freq == 0:
            self.writer.add_summary(get_session().run(self._merged), epoch)
            self.writer.flush()

    def _write(self, values, step):
        summary = summary_pb2.Summary()
        for name, value in values.items():
            summary.value.add(tag=name, simple_value=float(value))
        self.writer.add_summary(summary, step)
        self.writer.flush()

    def on_train_end(self, logs=None):
        self.writer.close()
