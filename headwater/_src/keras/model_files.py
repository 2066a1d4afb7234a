"""Models and weights in files: the part of `Model` that saves and loads."""

import os


class ModelFiles:
    """`save`, `save_weights` and `load_weights`."""

    def save(self, filepath, overwrite=True, include_optimizer=True, save_format=None, **kwargs):
        """Writes the model: layers, variables, what `compile` was given, and the optimizer's state.

        Args:
          filepath: the file or folder.
          overwrite: whether an existing file is replaced; else it is an error.
          include_optimizer: whether the optimizer's state is written.
          save_format: `"h5"`, `"tf"` for a SavedModel, or None: a SavedModel where there is a
            folder.
          **kwargs: `signatures`, `options`: accepted as None.
        """
        from headwater._src.keras.saving import save_model

        save_model(self, filepath, overwrite, include_optimizer, save_format)

    def save_weights(self, filepath, overwrite=True, save_format=None):
        """Writes the variables.

        Args:
          filepath: the file; one that ends in `.h5`, `.hdf5` or `.keras` is in HDF5, others are
            checkpoints.
          overwrite: whether an existing file is replaced; else it is an error.
          save_format: `"h5"` or `"tf"`, where the name does not say.

        Raises:
          ValueError: the model has no variables yet, or the format is unknown.
        """
        from headwater._src.keras import saving

        if not self.built:
            raise ValueError(
                f"Weights for model {self.name} have not yet been created. Weights are created "
                "when the Model is first called on inputs or `build()` is called with an "
                "`input_shape`."
            )
        saving.save_weights(self, filepath, overwrite, save_format)

    def load_weights(self, filepath, by_name=False, skip_mismatch=False):
        """Reads the variables.

        Args:
          filepath: the file.
          by_name: whether layers are found by their names instead of their order.
          skip_mismatch: whether layers whose shapes differ are left as they are (only `by_name`).

        Raises:
          ValueError: the file is of another model.
        """
        from headwater._src.keras import saving

        saving.load_weights(self, os.fspath(filepath), by_name, skip_mismatch)
