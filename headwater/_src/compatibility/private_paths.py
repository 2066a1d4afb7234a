"""`tensorflow.python.*`: where the names of those private modules are in headwater.

Programs import from them all the same, most often what has a public name too.  So a row says which
modules are asked, in order; below `ops`, `framework`, `training` and `eager` every public name and,
by its name in lower case, every raw op is found as well.
"""

import functools

from headwater._src.compatibility import modules

# package -> [(modules, sources)]; `tf` is headwater, a leading dot means `headwater._src`.
_ROWS = {
    "": [
        ("ops framework training platform client util layers lib eager summary", ""),
        ("saved_model feature_column data tools distribute estimator", ""),
        ("profiler", "tf.profiler"),
        ("debug", ".contrib.debugger"),
        ("pywrap_tensorflow", "tf.train .compatibility.pywrap"),
        ("tf2", ".compatibility.switches"),
        ("keras", "tf.keras"),
        ("training.saving training.tracking training.checkpointable", "tf.train"),
        ("ops.losses", "tf.losses"),
        ("ops.distributions ops.linalg ops.ragged ops.signal ops.parallel_for", "tf"),
        ("data.ops data.util data.experimental.ops", "tf.data"),
        ("data.experimental", "tf.data.experimental"),
        ("lib.io lib.core", ""),
        ("summary.writer", "tf.summary"),
        ("platform.default", ""),
    ],
    "framework": [
        ("ops framework_lib op_def_library registry", "tf .compatibility.framework_names"),
        ("ops tensor_conversion", ".graph.convert .graph.gradient_registry .graph.graph"),
        ("constant_op importer graph_io sparse_tensor indexed_slices type_spec tensor_spec", "tf"),
        ("composite_tensor kernels auto_control_deps subscribe traceable_stack tensor", "tf"),
        ("dtypes", "tf.dtypes tf .core.dtypes"),
        ("tensor_shape", "tf .core.tensor_shape .compatibility.framework_names"),
        ("tensor_util", "tf .graph.static_value .core.tensor_proto"),
        ("graph_util graph_util_impl convert_to_constants", "tf.graph_util .graph.graph_util"),
        ("function", ".ops.defun"),
        ("function func_graph", "tf .graph.func_graph"),
        ("errors errors_impl", "tf.errors"),
        ("random_seed", "tf .graph.seeds"),
        ("common_shapes", ".compatibility.framework_names"),
        ("device device_spec", "tf .core.device"),
        ("versions", "tf .core.versions"),
        ("meta_graph", "tf.train .train.meta_graph"),
        ("smart_cond", ".layers.core"),
        ("load_library", "tf .compatibility.switches"),
        ("test_util", "tf.test tf .compatibility.test_decorators"),
        ("test_ops", ""),
    ],
    "ops": [
        ("array_ops math_ops check_ops clip_ops functional_ops map_fn control_flow_ops", "tf"),
        ("control_flow_ops", ".ops.dataflow"),
        ("variable_scope", ".graph.variable_store"),
        ("functional_ops gen_functional_ops", ".ops.functional_calls"),
        ("state_ops tensor_array_ops template session_ops script_ops logging_ops", "tf"),
        ("histogram_ops confusion_matrix numerics sort_ops special_math_ops standard_ops", "tf"),
        ("variables variable_scope partitioned_variables manip_ops list_ops", "tf"),
        ("resources", ".compatibility.resource_handles"),
        ("cond_v2 while_v2 control_flow_state while_loop cond batch_ops", "tf"),
        ("inplace_ops", ".ops.in_place tf"),
        ("math_grad array_grad nn_grad control_flow_grad weights_broadcast_ops", "tf"),
        ("control_flow_ops", ".ops.grouping"),
        ("random_ops stateless_random_ops", "tf tf.random"),
        ("variable_scope", ".graph.variable_scope .graph.variable_store"),
        ("variables", ".graph.variable"),
        ("custom_gradient gradients gradients_impl gradients_util", "tf .graph.gradients"),
        ("nn nn_ops nn_impl ctc_ops candidate_sampling_ops embedding_ops", "tf.nn tf"),
        ("init_ops init_ops_v2", "tf.initializers .layers.initializers tf"),
        ("initializers_ns", "tf.initializers"),
        ("rnn", "tf.nn .layers.rnn"),
        ("rnn_cell", "tf.nn.rnn_cell .compatibility.rnn_names"),
        ("rnn_cell_impl", "tf.nn.rnn_cell .compatibility.rnn_names"),
        ("seq2seq", "tf.contrib.legacy_seq2seq"),
        ("image_ops image_ops_impl random_crop_ops", "tf.image tf"),
        ("string_ops", "tf.strings tf"),
        ("lookup_ops", "tf.lookup tf .ops.vocabulary_tables tf.contrib.lookup"),
        ("lookup_ops", ".ops._table_classes .ops._table_initializers"),
        ("data_flow_ops", "tf tf.queue .ops.queue_classes"),
        ("io_ops parsing_ops", "tf tf.io"),
        ("sparse_ops", "tf tf.sparse .ops.sparse_composite"),
        ("linalg_ops linalg_ops_impl linalg.linalg linalg.linalg_impl", "tf.linalg tf"),
        ("signal.signal signal.spectral_ops signal.window_ops signal.shape_ops", "tf.signal"),
        ("signal.fft_ops signal.mel_ops", "tf.signal tf"),
        ("spectral_ops fft_ops", "tf.spectral tf"),
        ("bitwise_ops", "tf.bitwise"),
        ("sets sets_impl", "tf.sets"),
        ("resource_variable_ops", ".graph.resource_variable tf"),
        ("losses.losses losses.losses_impl losses.util losses.loss_reduction", "tf.losses"),
        ("metrics metrics_impl", "tf.metrics"),
        ("gradient_checker", "tf.test"),
        ("summary_ops summary_ops_v2", "tf.summary .ops._summary"),
        ("summary_op_util", ".ops.summary_functions"),
        ("distributions.distribution distributions.normal", "tf.distributions"),
        ("distributions.distributions distributions.util", "tf.distributions"),
        ("control_flow_util", ".compatibility.framework_names"),
    ],
    "training": [
        ("adadelta adagrad adagrad_da adam ftrl gradient_descent momentum optimizer", "tf.train"),
        ("rmsprop proximal_adagrad proximal_gradient_descent input basic_loops", "tf.train"),
        ("basic_session_run_hooks session_run_hook monitored_session training", "tf.train"),
        ("checkpoint_management checkpoint_utils coordinator device_setter", "tf.train"),
        ("learning_rate_decay learning_rate_decay_v2 queue_runner queue_runner_impl", "tf.train"),
        ("saver server_lib session_manager supervisor sync_replicas_optimizer", "tf.train"),
        ("training_util warm_starting_util evaluation summary_io saveable_object", "tf.train"),
        ("saving.saveable_object saving.saveable_object_util", "tf.train .train.saveable"),
        ("tracking.base tracking.util checkpointable.base checkpointable.util", "tf.train"),
        ("moving_averages", ".train.moving_averages"),
        ("optimizer", ".train.optimizer"),
        ("slot_creator", ".train.slots"),
        ("saver", ".train.saver"),
        ("training_util", ".train.global_step"),
        ("training_ops gen_training_ops", ""),
    ],
    "platform": [
        ("gfile", "tf.gfile"),
        ("tf_logging", "tf.logging"),
        ("app", "tf.app"),
        ("flags", "tf.flags"),
        ("test googletest", "tf.test"),
        ("resource_loader", "tf.resource_loader"),
        ("sysconfig", "tf.sysconfig"),
        ("default.gfile default._gfile", "tf.gfile"),
        ("default.flags default._flags", "tf.flags"),
    ],
    "client": [
        ("device_lib", ".runtime.device_lib"),
        ("timeline", ".runtime.timeline"),
        ("session", "tf .runtime.session"),
        ("client_lib", "tf"),
    ],
    "util": [
        ("nest nest_util", "tf.nest .core.nest"),
        ("compat", "tf.compat"),
        ("tf_inspect", ".compatibility.signatures"),
        ("tf_decorator tf_export deprecation tf_contextlib", ".compatibility.decorators"),
        ("tf_should_use keyword_args function_utils", ".compatibility.decorators"),
        ("all_util lazy_loader", ".compatibility.decorators"),
    ],
    "layers": [
        ("base", "tf.layers .layers.base"),
        ("core convolutional normalization pooling layers", "tf.layers"),
        ("utils", ".layers.core"),
    ],
    "lib": [
        ("io.file_io", "tf.gfile .compatibility.file_names"),
        ("io.python_io io.tf_record", "tf.python_io"),
    ],
    "eager": [
        ("context", ".eager.mode .compatibility.switches"),
        ("backprop", "tf tf.contrib.eager"),
        ("def_function function", "tf.contrib.eager .eager.defun tf"),
    ],
    "summary": [
        ("summary summary_iterator writer.writer writer.writer_cache", "tf.summary tf.train"),
        ("event_accumulator plugin_asset", "tf.summary"),
    ],
    "saved_model": [
        ("builder builder_impl save saved_model", "tf.saved_model tf.saved_model.builder"),
        ("loader loader_impl load", "tf.saved_model.loader tf.saved_model"),
        ("constants", "tf.saved_model.constants"),
        ("main_op main_op_impl", "tf.saved_model.main_op"),
        ("signature_constants", "tf.saved_model.signature_constants"),
        ("signature_def_utils", "tf.saved_model.signature_def_utils"),
        ("signature_def_utils_impl", "tf.saved_model.signature_def_utils"),
        ("simple_save", "tf.saved_model"),
        ("tag_constants", "tf.saved_model.tag_constants"),
        ("utils utils_impl", "tf.saved_model tf.saved_model.utils"),
    ],
    "data": [
        ("ops.dataset_ops ops.iterator_ops ops.readers ops.multi_device_iterator_ops", "tf.data"),
        ("util.nest util.structure util.sparse", "tf.nest tf.data"),
        ("experimental.ops.batching experimental.ops.grouping", "tf.data.experimental"),
        ("experimental.ops.interleave_ops experimental.ops.shuffle_ops", "tf.data.experimental"),
        ("experimental.ops.optimization experimental.ops.readers", "tf.data.experimental"),
    ],
    "feature_column": [
        ("feature_column feature_column_v2 feature_column_lib", "tf.feature_column"),
    ],
    "estimator": [
        ("estimator estimator_lib run_config model_fn training", "tf.estimator"),
    ],
    "debug": [
        ("lib lib.debug_data lib.debug_utils cli", ".contrib.debugger"),
        ("wrappers wrappers.framework wrappers.hooks", ".contrib.debugger"),
        ("wrappers.dumping_wrapper wrappers.local_cli_wrapper", ".contrib.debugger"),
    ],
    "profiler": [
        ("model_analyzer option_builder profile_context", "tf.profiler"),
    ],
    "distribute": [
        ("summary_op_util", ".ops.summary_functions"),
        ("distribute_lib distribution_strategy_context reduce_util", "tf.distribute"),
        ("one_device_strategy mirrored_strategy", "tf.distribute"),
    ],
}

# Packages in which a public name is found whatever the module: the private files of TensorFlow 1.0
# and of 1.15 keep the same functions in different ones.
_GENEROUS = ("framework", "ops", "training", "eager")
# Where, in this order.
_NAMESPACES = (
    "tf tf.nn tf.math tf.linalg tf.image tf.strings tf.io tf.train tf.random tf.signal "
    "tf.nn.rnn_cell tf.debugging tf.queue tf.lookup tf.graph_util tf.initializers"
).split()
# Rows that must not guess: the same name means something else elsewhere.
_EXACT = (
    "ops.metrics ops.metrics_impl ops.losses.losses ops.losses.util ops.sets ops.bitwise_ops "
    "framework.errors framework.errors_impl framework.test_util framework.test_ops"
).split()


def _full(source):
    if source.startswith("."):
        return "headwater._src" + source
    return "headwater" + source[2:]


@functools.cache
def table():
    """The rows as a dict from a path below `python` to the names of its sources."""
    found = {}
    for package, rows in _ROWS.items():
        for names, sources in rows:
            for name in names.split():
                path = f"{package}.{name}" if package else name
                found[path] = found.get(path, ()) + tuple(map(_full, sources.split()))
    return found


@functools.cache
def locate(path):
    """The `Place` of a module below `python`.

    Args:
      path: such as `"ops.array_ops"`; `""` is `python` itself.

    Returns:
      A `Place`, or `None` when there is no such module.
    """
    if not path:
        return modules.Place(submodules=_below(""))
    package, _, name = path.partition(".")
    sources = table().get(path)
    if package == "keras" and name:
        return _keras_place(name)
    if sources is None and package == "ops" and name.startswith("gen_") and "." not in name:
        return modules.Place((), raw_function)
    if sources is None:
        return None
    if sources and not any(modules.module_or_none(s) for s in sources):
        return None  # that part of headwater is not there (yet)
    generous = package in _GENEROUS and name and path not in _EXACT
    return modules.Place(sources, _anywhere if generous else None, submodules=_below(path))


def _below(path):
    """Names of the modules directly below one."""
    start = f"{path}." if path else ""
    inner = [p[len(start) :] for p in table() if p.startswith(start)]
    return tuple(sorted({p for p in inner if "." not in p}))


def _keras_place(path):
    """`python.keras.layers.convolutional` is asked of `tf.keras.layers`, then of all of Keras."""
    if modules.module_or_none("headwater.keras") is None:
        return None
    parts = path.split(".")
    exact = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
    sources = [f"headwater.keras.{p}" for p in (*exact, "layers", "models", "utils")]
    present = [s for s in dict.fromkeys(sources) if modules.module_or_none(s)]
    known = {"engine", "saving", "estimator", "wrappers", "preprocessing", "distribute"}
    if parts[0] not in known and modules.module_or_none(f"headwater.keras.{parts[0]}") is None:
        return None
    return modules.Place((*present, "headwater.keras"))


def _anywhere(name):
    """A raw op by its name in lower case, or a public name, wherever it is."""
    try:
        return raw_function(name)
    except AttributeError:
        pass
    for candidate in dict.fromkeys((name, name.lstrip("_"))):
        for namespace in map(_full, _NAMESPACES):
            module = modules.module_or_none(namespace)
            value = None if module is None else modules.attribute_or(module, candidate, None)
            if value is not None:
                return value
    raise AttributeError(name)


@functools.cache
def raw_function(name):
    """The function of `gen_*_ops` that makes a node of an op.

    Args:
      name: the op's name in lower case with underscores, such as `"mat_mul"`; a leading underscore
        is passed over.

    Returns:
      A function of the op's inputs and attrs, by position or by name.

    Raises:
      AttributeError: there is no such op.
    """
    from headwater import raw_ops

    op = getattr(raw_ops, _camel_names().get(name.replace("_", "").lower(), name))
    names = [p for p in op.__signature__.parameters if p != "name"]

    def function(*args, **kwargs):
        # The op takes its attrs by name only; programs give them by position too, `name` last.
        kwargs.update(zip([*names, "name"], args, strict=False))
        return op(**kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"A node of op `{op.name}`; see `tf.raw_ops.{op.name}`."
    return function


@functools.cache
def _camel_names():
    from headwater import raw_ops

    return {name.lower(): name for name in dir(raw_ops)}


def open_tree(root):
    """Makes the modules of the table importable below a package.

    Args:
      root: the package's name.

    Returns:
      `__getattr__` and `__dir__` for the package.
    """
    import importlib
    import sys

    tree = modules.Tree(root, locate)
    sys.meta_path.insert(0, tree)

    def module_getattr(name):
        if name.startswith("_") or not tree.covers(f"{root}.{name}"):
            text = modules.advice(sys.modules[root], name)
            raise AttributeError(f"module {root!r} has no attribute {text}")
        return importlib.import_module(f"{root}.{name}")

    def module_dir():
        return sorted({*vars(sys.modules[root]), *_below("")})

    return module_getattr, module_dir
