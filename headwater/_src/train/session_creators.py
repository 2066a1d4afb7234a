"""Session creators: how a `MonitoredSession` gets its session, again when it was lost."""

from headwater._src.graph.default import get_default_graph
from headwater._src.train.scaffold import Scaffold
from headwater._src.train.session_manager import SessionManager


class SessionCreator:
    """Base class of session creators."""

    def create_session(self):
        """Opens a session.

        Returns:
          The `Session`.

        Raises:
          NotImplementedError: the subclass does not say how.
        """
        raise NotImplementedError(f"create_session is not implemented for {self}.")


class _ScaffoldSessionCreator(SessionCreator):
    def __init__(self, scaffold, master, config):
        self._scaffold = scaffold or Scaffold()
        self._master, self._config = master, config
        self._manager = None

    def _session_manager(self):
        if self._manager is None:
            scaffold = self._scaffold
            self._manager = SessionManager(
                local_init_op=scaffold.local_init_op,
                local_init_feed_dict=scaffold.local_init_feed_dict,
                ready_op=scaffold.ready_op,
                ready_for_local_init_op=scaffold.ready_for_local_init_op,
                graph=get_default_graph(),
            )
        return self._manager


class ChiefSessionCreator(_ScaffoldSessionCreator):
    """Opens the session of a chief, which restores or initializes the model.

    Args:
      scaffold: a `Scaffold` (default: a new one).
      master: target of the session.
      config: a `ConfigProto`.
      checkpoint_dir: folder whose latest checkpoint is restored.
      checkpoint_filename_with_path: the checkpoint itself instead.
    """

    def __init__(
        self,
        scaffold=None,
        master="",
        config=None,
        checkpoint_dir=None,
        checkpoint_filename_with_path=None,
    ):
        super().__init__(scaffold, master, config)
        self._dir, self._path = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self):
        """Finalizes the scaffold and opens the session."""
        scaffold = self._scaffold.finalize()
        return self._session_manager().prepare_session(
            self._master,
            saver=scaffold.saver,
            checkpoint_dir=self._dir,
            checkpoint_filename_with_path=self._path,
            config=self._config,
            init_op=scaffold.init_op,
            init_feed_dict=scaffold.init_feed_dict,
            init_fn=scaffold.init_fn,
        )


class WorkerSessionCreator(_ScaffoldSessionCreator):
    """Opens the session of a worker, which waits until the chief has the model ready.

    Args:
      scaffold: a `Scaffold` (default: a new one).
      master: target of the session.
      config: a `ConfigProto`.
      max_wait_secs: how long to wait.
    """

    def __init__(self, scaffold=None, master="", config=None, max_wait_secs=30 * 60):
        super().__init__(scaffold, master, config)
        self._max_wait_secs = max_wait_secs

    def create_session(self):
        """Finalizes the scaffold, waits, and opens the session."""
        self._scaffold.finalize()
        return self._session_manager().wait_for_session(
            self._master, config=self._config, max_wait_secs=self._max_wait_secs
        )
