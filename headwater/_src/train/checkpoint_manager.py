"""`tf.train.CheckpointManager`: numbered checkpoints of objects, of which the last few are kept."""

import os
import time

from headwater._src.train import checkpoint_state
from headwater._src.train.object_checkpoint import values_of


class CheckpointManager:
    """Writes checkpoints of one `tf.train.Checkpoint` into a folder and deletes old ones.

    What the folder's `checkpoint` file lists is taken over, so that a program that is started again
    goes on deleting where it had stopped.

    Args:
      checkpoint: a `tf.train.Checkpoint`.
      directory: the folder.
      max_to_keep: how many checkpoints to keep; None for all.
      keep_checkpoint_every_n_hours: one checkpoint of that many hours is kept for good.
      checkpoint_name: what the files' names begin with.

    Raises:
      ValueError: `max_to_keep` is not positive.
    """

    def __init__(
        self,
        checkpoint,
        directory,
        max_to_keep,
        keep_checkpoint_every_n_hours=None,
        checkpoint_name="ckpt",
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}."
            )
        self._checkpoint, self._directory = checkpoint, os.fspath(directory)
        self._max_to_keep, self._hours = max_to_keep, keep_checkpoint_every_n_hours
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._kept = {}  # path -> when it was written; oldest first
        self._latest, self._preserved = None, time.time()
        state = checkpoint_state.get_checkpoint_state(self._directory)
        if state is not None:
            self._take_over(state)

    def _take_over(self, state):
        self._latest = state.model_checkpoint_path
        self._preserved = state.last_preserved_timestamp or self._preserved
        paths = list(state.all_model_checkpoint_paths)
        times = list(state.all_model_checkpoint_timestamps) or [self._preserved] * len(paths)
        self._kept = dict(zip(paths, times))

    @property
    def directory(self):
        """The folder."""
        return self._directory

    @property
    def checkpoint(self):
        """The `tf.train.Checkpoint`."""
        return self._checkpoint

    @property
    def latest_checkpoint(self):
        """The path of the newest checkpoint, or None."""
        return self._latest

    @property
    def checkpoints(self):
        """The paths of the checkpoints that may still be deleted, oldest first."""
        return list(self._kept)

    def save(self, checkpoint_number=None, session=None):
        """Writes a checkpoint and deletes those that are too many.

        Args:
          checkpoint_number: int, variable or tensor: its number (default: one more than the last).
          session: the session that holds the values (default: the default session).

        Returns:
          The path of the checkpoint.
        """
        number = self._checkpoint._count(session)
        if checkpoint_number is not None:
            number = self._number(checkpoint_number, session)
        path = self._checkpoint.write(f"{self._prefix}-{number}", session)
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        # The file is written before anything is deleted: what it names is always there.
        old = self._too_many()
        self._write_state()
        for path_to_delete in old:
            checkpoint_state.remove_checkpoint(path_to_delete)
        return path

    def _number(self, given, session):
        return int(given if hasattr(given, "__index__") else values_of([given], session)[0])

    def _too_many(self):
        """Takes the checkpoints that are not kept any longer off the list; those to delete."""
        delete = []
        while self._max_to_keep is not None and len(self._kept) > self._max_to_keep:
            path, written = next(iter(self._kept.items()))
            del self._kept[path]
            if self._hours is not None and written - self._preserved >= self._hours * 3600:
                self._preserved = written
            else:
                delete.append(path)
        return delete

    def _write_state(self):
        checkpoint_state.write_state(
            self._directory,
            self._latest,
            list(self._kept),
            None,
            True,
            list(self._kept.values()),
            self._preserved,
        )
