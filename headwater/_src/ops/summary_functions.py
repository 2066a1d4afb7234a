"""`tf.summary`: functions that add summary nodes, and their names before 1.0."""

import contextlib
import re

from headwater._src.core import dtypes, logging
from headwater._src.graph import raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.ops._args import deprecated

_ILLEGAL = re.compile(r"[^-/\w\.]")


def clean_tag(name):
    """A name as a tag: characters that may not be in one become `_`, slashes at its start go."""
    if name is None:
        return name
    new = _ILLEGAL.sub("_", name).lstrip("/")
    if new != name:
        logging.info("Summary name %s is illegal; using %s instead.", name, new)
    return new


@contextlib.contextmanager
def summary_scope(name, family=None, default_name=None, values=None):
    """The name scope of a summary node.

    Args:
      name: name of the node and of the series.
      family: a group in TensorBoard, which comes before the tag.
      default_name: the name when `name` is None.
      values: the node's inputs; not needed.

    Yields:
      The tag and the scope.
    """
    name, family = clean_tag(name), clean_tag(family)
    graph = get_default_graph()
    asked = name if family is None else f"{family}/{name}"
    with graph.name_scope(asked or default_name) as scope:
        if family is None:
            tag = scope.rstrip("/")
        else:  # the family comes first, so that TensorBoard groups by it
            tag = f"{family}/{scope.rstrip('/')}"
        yield tag, scope


def collect(val, collections, default_collections):
    """Puts a summary into collections.

    Args:
      val: the summary, a `Tensor`.
      collections: their names; None for `default_collections`.
      default_collections: names.
    """
    for key in default_collections if collections is None else collections:
        get_default_graph().add_to_collection(key, val)


def skip_summary():
    """Whether summaries of this replica of a distributed program are left out: there is only one.

    Returns:
      False.
    """
    return False


def _collect(value, collections):
    collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def scalar(name, tensor, collections=None, family=None):
    """A summary of a number.

    Args:
      name: name of the node and of the series.
      tensor: real `Tensor` with one element.
      collections: collections it is added to (default: the summaries).
      family: a group in TensorBoard; put before the tag.

    Returns:
      A scalar string `Tensor`: a `Summary` message.
    """
    with summary_scope(name, family) as (tag, scope):
        value = (
            raw.ScalarSummary(tags=tag, values=tensor, name=scope)
            if name
            else (raw.ScalarSummary(tags=tag, values=tensor))
        )
    return _collect(value, collections)


def histogram(name, values, collections=None, family=None):
    """A summary of how numbers are distributed.

    Args:
      name: name of the node and of the series.
      values: real `Tensor` of any shape.
      collections: collections it is added to (default: the summaries).
      family: a group in TensorBoard.

    Returns:
      A scalar string `Tensor`: a `Summary` message.

    Raises:
      InvalidArgumentError: a value is not finite, when run.
    """
    with summary_scope(name, family, "HistogramSummary") as (tag, scope):
        value = raw.HistogramSummary(tag=tag, values=values, name=scope)
    return _collect(value, collections)


def image(name, tensor, max_outputs=3, collections=None, family=None):
    """A summary of pictures.

    Args:
      name: name of the node and of the series.
      tensor: `Tensor` of shape `[batch, height, width, channels]`, channels 1, 3 or 4; uint8, or
        float that is scaled to bytes (NaN and infinity become red).
      max_outputs: how many of the batch.
      collections: collections it is added to (default: the summaries).
      family: a group in TensorBoard.

    Returns:
      A scalar string `Tensor`: a `Summary` message.
    """
    with summary_scope(name, family) as (tag, scope):
        value = raw.ImageSummary(tag=tag, tensor=tensor, max_images=max_outputs, name=scope)
    return _collect(value, collections)


def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family=None):
    """A summary of sound.

    Args:
      name: name of the node and of the series.
      tensor: float32 `Tensor` of shape `[batch, frames]` or `[batch, frames, channels]`, -1 to 1.
      sample_rate: frames per second, a number or scalar `Tensor`.
      max_outputs: how many of the batch.
      collections: collections it is added to (default: the summaries).
      family: a group in TensorBoard.

    Returns:
      A scalar string `Tensor`: a `Summary` message.
    """
    with summary_scope(name, family) as (tag, scope):
        sample_rate = convert_to_tensor(sample_rate, dtypes.float32, name="sample_rate")
        value = raw.AudioSummaryV2(
            tag=tag, tensor=tensor, sample_rate=sample_rate, max_outputs=max_outputs, name=scope
        )
    return _collect(value, collections)


def tensor_summary(
    name,
    tensor,
    summary_description=None,
    collections=None,
    summary_metadata=None,
    family=None,
    display_name=None,
):
    """A summary of any tensor.

    Args:
      name: name of the node and of the series.
      tensor: `Tensor` of any type and shape.
      summary_description: a text for TensorBoard.
      collections: collections it is added to (default: the summaries).
      summary_metadata: a `SummaryMetadata` proto, such as the plugin that shows it.
      family: a group in TensorBoard.
      display_name: the name TensorBoard shows.

    Returns:
      A scalar string `Tensor`: a `Summary` message.
    """
    from headwater._src.core.proto import summary_pb2

    metadata = summary_pb2.SummaryMetadata()
    if summary_metadata is not None:
        metadata.MergeFromString(summary_metadata.SerializeToString())
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    with summary_scope(name, family) as (tag, scope):
        value = raw.TensorSummaryV2(
            tag=tag,
            tensor=tensor,
            name=scope,
            serialized_summary_metadata=metadata.SerializeToString(),
        )
    return _collect(value, collections)


def text(name, tensor, collections=None):
    """A summary of text, which TensorBoard shows as Markdown; arrays become tables.

    Args:
      name: name of the node and of the series.
      tensor: string `Tensor`.
      collections: collections it is added to (default: the summaries).

    Returns:
      A scalar string `Tensor`: a `Summary` message.

    Raises:
      ValueError: `tensor` is not of strings.
    """
    from headwater._src.core.proto import summary_pb2

    tensor = convert_to_tensor(tensor) if not hasattr(tensor, "dtype") else tensor
    if tensor.dtype != dtypes.string:
        raise ValueError(f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}")
    metadata = summary_pb2.SummaryMetadata()
    metadata.plugin_data.plugin_name = "text"
    return tensor_summary(name, tensor, summary_metadata=metadata, collections=collections)


def merge(inputs, collections=None, name=None):
    """One summary with the values of several.

    Args:
      inputs: list of string `Tensor`s: `Summary` messages.
      collections: collections it is added to (default: none).
      name: name of the node.

    Returns:
      A scalar string `Tensor`.

    Raises:
      InvalidArgumentError: two values have the same tag, when run.
    """
    name = clean_tag(name)
    with get_default_graph().name_scope(name or "Merge"):
        value = raw.MergeSummary(inputs=inputs, name=name)
    return _collect(value, () if collections is None else collections)


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """One summary with all of the graph's.

    Args:
      key: the collection that they are in.
      scope: a regular expression that their names match at the start.
      name: name of the node.

    Returns:
      A scalar string `Tensor`, or None when there is none.
    """
    found = get_default_graph().get_collection(key, scope=scope)
    return merge(found, name=name) if found else None


def get_summary_description(node_def):
    """The description that a `TensorSummary` node carries.

    Args:
      node_def: its `NodeDef`.

    Returns:
      A `SummaryDescription` proto.

    Raises:
      ValueError: it is another node.
    """
    from google.protobuf import json_format

    from headwater._src.core.proto import summary_pb2

    if node_def.op != "TensorSummary":
        raise ValueError(f"Can't get_summary_description on {node_def.op}")
    description = node_def.attr["description"].s
    return json_format.Parse(description.decode(), summary_pb2.SummaryDescription())


def all_v2_summary_ops():
    """The nodes of 2.x's summaries in the graph: none, since there are none here."""
    return []


def initialize(graph=None, session=None):
    """Begins 2.x's summaries, of which there are none here; nothing is to be done.

    Args:
      graph: ignored.
      session: ignored.
    """


# --- the names before 1.0 -----------------------------------------------------------------------


def scalar_summary(tags, values, collections=None, name=None):
    """The name before 1.0 of `tf.summary.scalar`, with the tags as an input.

    Args:
      tags: string or string `Tensor`.
      values: real `Tensor` of the shape of `tags`.
      collections: collections it is added to (default: the summaries).
      name: name of the node.

    Returns:
      A scalar string `Tensor`.
    """
    deprecated("tf.scalar_summary", "tf.summary.scalar")
    value = raw.ScalarSummary(tags=tags, values=values, name=name)
    return _collect(value, collections)


def histogram_summary(tag, values, collections=None, name=None):
    """The name before 1.0 of `tf.summary.histogram`, with the tag as an input.

    Args:
      tag: string or scalar string `Tensor`.
      values: real `Tensor` of any shape, whose values are counted.
      collections: collections it is added to (default: the summaries).
      name: name of the node.

    Returns:
      A scalar string `Tensor`.
    """
    deprecated("tf.histogram_summary", "tf.summary.histogram")
    return _collect(raw.HistogramSummary(tag=tag, values=values, name=name), collections)


def image_summary(tag, tensor, max_images=3, collections=None, name=None):
    """The name before 1.0 of `tf.summary.image`.

    Args:
      tag: string or scalar string `Tensor`.
      tensor: pictures, see `tf.summary.image`.
      max_images: how many of the batch.
      collections: collections it is added to (default: the summaries).
      name: name of the node.

    Returns:
      A scalar string `Tensor`.
    """
    deprecated("tf.image_summary", "tf.summary.image")
    value = raw.ImageSummary(tag=tag, tensor=tensor, max_images=max_images, name=name)
    return _collect(value, collections)


def audio_summary(tag, tensor, sample_rate, max_outputs=3, collections=None, name=None):
    """The name before 1.0 of `tf.summary.audio`.

    Args:
      tag: string or scalar string `Tensor`.
      tensor: sound, see `tf.summary.audio`.
      sample_rate: frames per second.
      max_outputs: how many of the batch.
      collections: collections it is added to (default: the summaries).
      name: name of the node.

    Returns:
      A scalar string `Tensor`.
    """
    deprecated("tf.audio_summary", "tf.summary.audio")
    value = raw.AudioSummaryV2(
        tag=tag,
        tensor=tensor,
        sample_rate=convert_to_tensor(sample_rate, dtypes.float32),
        max_outputs=max_outputs,
        name=name,
    )
    return _collect(value, collections)


def merge_summary(inputs, collections=None, name=None):
    """The name before 1.0 of `tf.summary.merge`.

    Args:
      inputs: list of string `Tensor`s of serialized summaries.
      collections: collections it is added to (default: none).
      name: name of the node.

    Returns:
      A scalar string `Tensor`.
    """
    deprecated("tf.merge_summary", "tf.summary.merge")
    return _collect(raw.MergeSummary(inputs=inputs, name=name), collections or ())


def merge_all_summaries(key=GraphKeys.SUMMARIES):
    """The name before 1.0 of `tf.summary.merge_all`.

    Args:
      key: the collection that they are in.
    """
    deprecated("tf.merge_all_summaries", "tf.summary.merge_all")
    found = get_default_graph().get_collection(key)
    return merge_summary(found) if found else None
