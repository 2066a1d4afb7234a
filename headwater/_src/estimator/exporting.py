"""Writing an estimator's model as a SavedModel."""

import os
import shutil
import time

from headwater._src.core import logging
from headwater._src.estimator.mode_keys import ModeKeys
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.graph import Graph
from headwater._src.graph.seeds import set_random_seed
from headwater._src.io import local
from headwater._src.ops import variables
from headwater._src.ops._table_initializers import tables_initializer
from headwater._src.ops.grouping import group
from headwater._src.runtime.session import Session
from headwater._src.train import saved_model, signatures
from headwater._src.train.global_step import create_global_step
from headwater._src.train.saver import Saver


def _new_folder(base):
    """A folder named after the time, in seconds, that is not there yet."""
    while True:
        path = os.path.join(base, str(int(time.time())))
        if not local.exists(path):
            return path
        time.sleep(0.2)


def export_saved_model(
    estimator, base, receiver_fn, assets_extra, as_text, checkpoint_path, mode=ModeKeys.PREDICT
):
    """Writes the model; `Estimator.export_saved_model` says what the arguments are.

    Returns:
      The path of the new folder, as bytes.
    """
    if receiver_fn is None:
        raise ValueError("An input_receiver_fn must be defined for mode " + mode)
    checkpoint_path = checkpoint_path or estimator.latest_checkpoint()
    if not checkpoint_path:
        raise ValueError(f"Couldn't find trained model at {estimator.model_dir}.")
    final = _new_folder(os.fspath(base))
    # A server that watches the folder must not see half a model.
    unfinished = os.path.join(os.path.dirname(final), f"temp-{os.path.basename(final)}")
    with Graph().as_default() as graph:
        set_random_seed(estimator._config.tf_random_seed)
        create_global_step(graph)
        receiver = receiver_fn()
        labels = getattr(receiver, "labels", None) if mode != ModeKeys.PREDICT else None
        spec = estimator._call_model_fn(receiver.features, labels, mode, estimator._config)
        with Session(config=estimator._config.session_config) as session:
            local_init = spec.scaffold.local_init_op
            if local_init is None:
                local_init = group(variables.local_variables_initializer(), tables_initializer())
            saver = spec.scaffold.saver or Saver(sharded=True)
            saver.restore(session, checkpoint_path)
            builder = saved_model.SavedModelBuilder(unfinished)
            builder.add_meta_graph_and_variables(
                session,
                [saved_model.SERVING if mode == ModeKeys.PREDICT else mode],
                signature_def_map=_signatures(receiver, spec.export_outputs or {}),
                assets_collection=get_default_graph().get_collection(GraphKeys.ASSET_FILEPATHS),
                main_op=local_init,
                saver=saver,
            )
            builder.save(as_text)
    for name, source in (assets_extra or {}).items():
        target = os.path.join(unfinished, "assets.extra", name)
        local.makedirs(os.path.dirname(target))
        shutil.copyfile(source, target)
    os.rename(unfinished, final)
    logging.info("SavedModel written to: %s", final)
    return final.encode()


def _signatures(receiver, outputs):
    """The signatures that fit: those whose outputs cannot take these inputs are left out."""
    inputs = {signatures.DEFAULT_SERVING_SIGNATURE_DEF_KEY: receiver.receiver_tensors}
    found, problems = {}, {}
    alternatives = getattr(receiver, "receiver_tensors_alternatives", None) or {}
    for name, output in outputs.items():
        for label, tensors in ((None, receiver.receiver_tensors), *alternatives.items()):
            tensors = tensors if isinstance(tensors, dict) else {"input": tensors}
            key = name if label is None else f"{label}:{name}"
            try:
                found[key] = output.as_signature_def(tensors)
            except ValueError as error:
                problems[key] = str(error)
    for key, problem in problems.items():
        logging.info("Signature %r is not exported: %s", key, problem)
    if outputs and not found:
        raise ValueError(f"no signature can be exported for inputs {inputs}: {problems}")
    return found
