"""`tf.compat.v2`: the names that mean the same in TensorFlow 1.x and 2; the others are refused."""

import importlib

# Names that both versions have and that differ: in their arguments, or in what they do.
_DIFFERENT = {
    "": """
        VariableAggregation argmax argmin assert_equal assert_greater assert_less assert_rank
        audio autograph batch_to_space boolean_mask case cond config data debugging distribute
        estimator executing_eagerly expand_dims experimental feature_column foldl foldr gather
        gather_nd gradients graph_util hessians image initializers io layers linalg lite logging
        lookup losses map_fn math metrics mlir name_scope nn norm ones_like pad profiler
        quantization queue ragged random reduce_all reduce_any reduce_logsumexp reduce_max
        reduce_mean reduce_min reduce_prod reduce_sum reverse_sequence scalar_mul scan shape size
        space_to_batch squeeze strings summary sysconfig tpu transpose tuple where while_loop
        variable_creator_scope xla zeros_like contrib Variable Session placeholder get_variable
        variable_scope ConfigProto InteractiveSession app flags gfile train saved_model
    """,
    "nn": """
        avg_pool batch_norm_with_global_normalization conv1d conv2d conv2d_transpose conv3d
        conv3d_transpose convolution crelu ctc_beam_search_decoder ctc_loss depthwise_conv2d
        dropout embedding_lookup embedding_lookup_sparse in_top_k leaky_relu log_softmax max_pool
        moments nce_loss pool sampled_softmax_loss separable_conv2d silu swish softmax
        sigmoid_cross_entropy_with_logits softmax_cross_entropy_with_logits sufficient_statistics
        sparse_softmax_cross_entropy_with_logits weighted_cross_entropy_with_logits
        weighted_moments dynamic_rnn static_rnn bidirectional_dynamic_rnn rnn_cell
    """,
    "train": """
        Optimizer GradientDescentOptimizer AdamOptimizer MomentumOptimizer AdagradOptimizer
        AdadeltaOptimizer RMSPropOptimizer FtrlOptimizer Saver MonitoredSession
        MonitoredTrainingSession SessionRunHook Supervisor get_global_step experimental
    """,
}
_SAME_BELOW = ("nn", "train")  # modules of which only some names differ
_KEPT = {
    "keras": "headwater.keras",
    "dtypes": "headwater.dtypes",
    "errors": "headwater.errors",
    "test": "headwater.test",
    "compat": "headwater.compat",
    "nest": "headwater.nest",
    "signal": "headwater.signal",
    "bitwise": "headwater.bitwise",
    "sets": "headwater.sets",
}
_ADVICE = {
    "lite": "models for TensorFlow Lite are not written or read here",
    "saved_model": (
        "SavedModels of TensorFlow 2 hold objects. Use tf.compat.v1.saved_model.load, "
        "tf.compat.v1.saved_model.simple_save or model.save"
    ),
}


class Part:
    """A module of `tf.compat.v2` of which only some names are here.

    Args:
      path: its path below `tf.compat.v2`, `""` for that itself.
    """

    def __init__(self, path):
        self._path = path

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return look_up(self._path, name)

    def __repr__(self):
        return f"<tf.compat.v2.{self._path}: the names that mean the same in 1.x>"


def look_up(path, name):
    """What a name of TensorFlow 2 means.

    Args:
      path: the module's path below `tf.compat.v2`, `""` for that itself.
      name: the name.

    Returns:
      headwater's object of that name.

    Raises:
      NotImplementedError: it means something else in 1.x, or headwater does not have it.
    """
    full = f"{path}.{name}".lstrip(".")
    if full in _KEPT:
        return importlib.import_module(_KEPT[full])
    if full in _SAME_BELOW or full in _ADVICE:
        return Part(full)
    if path not in _ADVICE and name not in _DIFFERENT[path].split():
        module = importlib.import_module(f"headwater.{path}".rstrip("."))
        try:
            return getattr(module, name)
        except AttributeError:
            pass  # the error below says more
    advice = _ADVICE.get(path, f"see whether tf.{full} of 1.x does what the program needs")
    raise NotImplementedError(
        f"tf.compat.v2.{full} is not in headwater, which is TensorFlow 1.x: {advice}."
    )
