"""`SessionManager`: opens sessions whose model is initialized or restored."""

import time

from headwater._src.core import errors, logging
from headwater._src.graph.default import get_default_graph
from headwater._src.runtime.session import Session
from headwater._src.train import checkpoint_state


class SessionManager:
    """Opens sessions, initializes or restores their variables, and waits for those of others.

    Args:
      local_init_op: what initializes local variables and tables in every session.
      ready_op: gives the names of what is not initialized.
      ready_for_local_init_op: gives the names of what `local_init_op` still needs.
      graph: the `Graph` (default: the default graph).
      recovery_wait_secs: seconds between two looks.
      local_init_run_options: `RunOptions` for `local_init_op`.
      local_init_feed_dict: what to feed to it.

    Raises:
      ValueError: `ready_for_local_init_op` is given without `local_init_op`.
    """

    def __init__(
        self,
        local_init_op=None,
        ready_op=None,
        ready_for_local_init_op=None,
        graph=None,
        recovery_wait_secs=30,
        local_init_run_options=None,
        local_init_feed_dict=None,
    ):
        self._graph = get_default_graph() if graph is None else graph
        self._local_init_op, self._ready_op = local_init_op, ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        self._local_init_feed_dict = local_init_feed_dict
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                "If you pass a ready_for_local_init_op you must also pass a local_init_op , "
                f"ready_for_local_init_op [{ready_for_local_init_op}]"
            )

    def prepare_session(
        self,
        master,
        init_op=None,
        saver=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
        wait_for_checkpoint=False,
        max_wait_secs=7200,
        config=None,
        init_feed_dict=None,
        init_fn=None,
    ):
        """Opens a session and restores its model, or initializes it when there is no checkpoint.

        Args:
          master: target of the session.
          init_op: what initializes the model.
          saver: `Saver` to restore with.
          checkpoint_dir: folder whose latest checkpoint is restored.
          checkpoint_filename_with_path: the checkpoint itself instead.
          wait_for_checkpoint: whether to wait for a checkpoint.
          max_wait_secs: how long.
          config: a `ConfigProto`.
          init_feed_dict: what to feed to `init_op`.
          init_fn: function of the session, called after `init_op`.

        Returns:
          The `Session`.

        Raises:
          RuntimeError: there is nothing to initialize with, or the model is not ready after it.
          ValueError: both a folder and a checkpoint are given.
        """
        session, restored = self._restore(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        if not restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError(
                    "Model is not initialized and no init_op or init_fn or local_init_op was given"
                )
            if init_op is not None:
                session.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(session)
        for check, what in ((self._try_local_init, "ready for local_init"), (self._ready, "ready")):
            ready, problem = check(session)
            if not ready:
                raise RuntimeError(
                    f"Init operations did not make model {what}.  Init op: {_name(init_op)}, init "
                    f"fn: {init_fn}, local_init_op: {_name(self._local_init_op)}, error: {problem}"
                )
        return session

    def recover_session(
        self,
        master,
        saver=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
        wait_for_checkpoint=False,
        max_wait_secs=7200,
        config=None,
    ):
        """Opens a session and restores its model, if there is a checkpoint.

        Args:
          master: target of the session.
          saver: `Saver` to restore with.
          checkpoint_dir: folder whose latest checkpoint is restored.
          checkpoint_filename_with_path: the checkpoint itself instead.
          wait_for_checkpoint: whether to wait for a checkpoint.
          max_wait_secs: how long.
          config: a `ConfigProto`.

        Returns:
          `(session, whether its model is restored and ready)`.
        """
        session, restored = self._restore(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        locally_ready, local_problem = self._try_local_init(session)
        if not restored:
            return session, False
        source = checkpoint_dir or checkpoint_filename_with_path
        if not locally_ready:
            logging.info(
                "Restoring model from %s did not make model ready for local init: %s",
                source,
                local_problem,
            )
            return session, False
        ready, problem = self._ready(session)
        if not ready:
            logging.info("Restoring model from %s did not make model ready: %s", source, problem)
            return session, False
        logging.info("Restored model from %s", source)
        return session, True

    def wait_for_session(self, master, config=None, max_wait_secs=float("inf")):
        """Opens a session as soon as someone else has initialized the model it shares.

        Args:
          master: target of the session.
          config: a `ConfigProto`.
          max_wait_secs: how long to wait.

        Returns:
          The `Session`.

        Raises:
          tf.errors.DeadlineExceededError: the model was not ready in time.
        """
        self._target = master
        limit = time.monotonic() + (float("inf") if max_wait_secs is None else max_wait_secs)
        while True:
            session = Session(master, graph=self._graph, config=config)
            ready, problem = self._try_local_init(session)
            if ready:
                ready, problem = self._ready(session)
                if ready:
                    return session
            session.close()
            if limit - time.monotonic() - self._wait_secs < 0:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {max_wait_secs} secs."
                )
            logging.info("Waiting for model to be ready.  %s", problem)
            time.sleep(self._wait_secs)

    # -- parts -----------------------------------------------------------------------------------

    def _restore(self, master, saver, folder, path, wait, max_wait_secs, config):
        """`(session, whether a checkpoint was restored in it)`."""
        self._target = master
        if folder and path:
            raise ValueError(
                "Can not provide both checkpoint_dir and checkpoint_filename_with_path."
            )
        session = Session(master, graph=self._graph, config=config)
        if not saver or not (folder or path):
            return session, False
        if path:
            saver.restore(session, path)
            return session, True
        waited = 0
        state = checkpoint_state.get_checkpoint_state(folder)
        while not state or not state.model_checkpoint_path:
            if not wait or waited >= max_wait_secs:
                return session, False
            logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._wait_secs)
            waited += self._wait_secs
            state = checkpoint_state.get_checkpoint_state(folder)
        saver.restore(session, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return session, True

    def _try_local_init(self, session):
        """Runs the local initializer if the model is ready for it."""
        if self._local_init_op is None:
            return True, None
        ready, problem = _look(self._ready_for_local_init_op, session, "local init")
        if ready:
            logging.info("Running local_init_op.")
            session.run(
                self._local_init_op,
                feed_dict=self._local_init_feed_dict,
                options=self._local_init_run_options,
            )
            logging.info("Done running local_init_op.")
        return ready, problem

    def _ready(self, session):
        return _look(self._ready_op, session, "use")


def _name(op):
    return getattr(op, "name", op)


def _look(op, session, purpose):
    """`(whether nothing is left to initialize, what is)`."""
    if op is None:
        return True, None
    try:
        missing = session.run(op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            logging.warning("Model not ready for %s: %s", purpose, error)
            raise
        return False, str(error)
    if missing is None or missing.size == 0:
        return True, None
    names = ", ".join(m.decode() for m in missing.reshape(-1))
    return False, f"Variables not initialized: {names}"
