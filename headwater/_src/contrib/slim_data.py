"""`tf.contrib.slim.dataset` and `tfexample_decoder`: examples in files, and what is in them."""

import headwater as tf


class Dataset:
    """What a program knows of a data set: files, how they are read, what each item means.

    Args:
      data_sources: paths of the files, or a pattern.
      reader: class of a reader.
      decoder: what makes items of an example.
      num_samples: how many examples there are.
      items_to_descriptions: dict from items' names to texts.
      **kwargs: anything else; becomes attributes.
    """

    def __init__(self, data_sources, reader, decoder, num_samples, items_to_descriptions, **kwargs):
        self.data_sources, self.reader, self.decoder = data_sources, reader, decoder
        self.num_samples, self.items_to_descriptions = num_samples, items_to_descriptions
        vars(self).update(kwargs)


class Tensor:
    """An item that is one feature, maybe in another shape.

    Args:
      tensor_key: name of the feature.
      shape_keys: name(s) of the features that hold the shape, or None.
      shape: the shape, or None.
      default_value: what fills up a sparse feature.

    Raises:
      ValueError: there are both a shape and features that hold it.
    """

    def __init__(self, tensor_key, shape_keys=None, shape=None, default_value=0):
        if shape_keys and shape is not None:
            raise ValueError("Cannot specify both shape_keys and shape parameters.")
        names = [shape_keys] if isinstance(shape_keys, str) else list(shape_keys or ())
        self.keys = [tensor_key, *names]
        self._key, self._shape_keys = tensor_key, names
        self._shape, self._default = shape, default_value

    def tensors_to_item(self, keys_to_tensors):
        """The item.

        Args:
          keys_to_tensors: dict from features' names to tensors.
        """
        tensor, shape = keys_to_tensors[self._key], self._shape
        dense = lambda t, fill: (
            tf.sparse_tensor_to_dense(t, default_value=fill)
            if isinstance(t, tf.SparseTensor)
            else t
        )
        if self._shape_keys:
            sizes = [tf.reshape(dense(keys_to_tensors[k], 0), [-1]) for k in self._shape_keys]
            shape = tf.concat(sizes, 0)
        if isinstance(tensor, tf.SparseTensor) and shape is not None:
            tensor = tf.sparse_reshape(tensor, tf.cast(shape, tf.int64))
            return tf.sparse_tensor_to_dense(tensor, default_value=self._default)
        tensor = dense(tensor, self._default)
        return tensor if shape is None else tf.reshape(tensor, shape)


class Image:
    """An item that is a picture in a file format, or raw bytes.

    Args:
      image_key: name of the feature with the bytes.
      format_key: name of the feature with the format: `"raw"` or another.
      shape: the picture's shape, or None.
      channels: number of channels.
      dtype: type of the pixels.
    """

    def __init__(
        self,
        image_key="image/encoded",
        format_key="image/format",
        shape=None,
        channels=3,
        dtype=tf.uint8,
    ):
        self.keys = [image_key, format_key]
        self._shape, self._channels, self._dtype = shape, channels, dtype

    def tensors_to_item(self, keys_to_tensors):
        """The picture.

        Args:
          keys_to_tensors: dict from features' names to tensors.
        """
        contents, kind = (keys_to_tensors[key] for key in self.keys)
        is_raw = tf.logical_or(tf.equal(kind, "raw"), tf.equal(kind, "RAW"))
        raw = lambda: tf.reshape(tf.decode_raw(contents, self._dtype), self._shape or [-1, 1, 1])
        decoded = lambda: tf.cast(tf.image.decode_png(contents, self._channels), self._dtype)
        image = tf.cond(is_raw, raw, decoded)
        image.set_shape([None, None, self._channels])
        return image if self._shape is None else tf.reshape(image, self._shape)


class TFExampleDecoder:
    """Items of serialized `tf.train.Example`s.

    Args:
      keys_to_features: dict from features' names to how they are parsed.
      items_to_handlers: dict from items' names to handlers such as `Tensor`.
    """

    def __init__(self, keys_to_features, items_to_handlers):
        self._features, self._handlers = keys_to_features, items_to_handlers

    def list_items(self):
        """The names of the items."""
        return list(self._handlers)

    def decode(self, serialized_example, items=None):
        """Items of one example.

        Args:
          serialized_example: scalar string `Tensor`.
          items: names of the items (default: all).

        Returns:
          A list of tensors.
        """
        found = tf.parse_single_example(serialized_example, self._features)
        return [self._handlers[item].tensors_to_item(found) for item in items or self._handlers]
