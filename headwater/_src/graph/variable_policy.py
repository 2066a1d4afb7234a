"""How replicas of a variable are kept and combined: names that programs pass, recorded only."""

import enum


class VariableSynchronization(enum.Enum):
    """When the copies of a variable on several devices are brought together."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How updates of several replicas of a variable are combined."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = 3  # its older name


def validated(synchronization, aggregation, trainable, name):
    """The three settings with their defaults filled in.

    Args:
      synchronization: a `VariableSynchronization`, or None.
      aggregation: a `VariableAggregation`, or None.
      trainable: True, False, or None for the default, which is yes unless reads synchronize.
      name: the variable's name, for messages.

    Returns:
      `(synchronization, aggregation, trainable)`.

    Raises:
      ValueError: a setting is none of the known ones.
    """
    if aggregation is None:
        aggregation = VariableAggregation.NONE
    elif getattr(aggregation, "name", None) not in VariableAggregation.__members__:
        raise ValueError(f"Invalid variable aggregation mode: {aggregation} for variable: {name}")
    if synchronization is None:
        synchronization = VariableSynchronization.AUTO
    elif getattr(synchronization, "name", None) not in VariableSynchronization.__members__:
        raise ValueError(
            f"Invalid variable synchronization mode: {synchronization} for variable: {name}"
        )
    if trainable is None:
        trainable = synchronization is not VariableSynchronization.ON_READ
    return synchronization, aggregation, trainable
