"""`tf.distribute`: strategies, with one replica."""

from headwater._src.cluster.server import Server as Server
from headwater._src.estimator.distribute import (
    InputContext as InputContext,
    MirroredStrategy as MirroredStrategy,
    OneDeviceStrategy as OneDeviceStrategy,
    ReduceOp as ReduceOp,
    ReplicaContext as ReplicaContext,
    Strategy as Strategy,
    StrategyExtended as StrategyExtended,
    get_replica_context as get_replica_context,
    get_strategy as get_strategy,
    has_strategy as has_strategy,
    in_cross_replica_context as in_cross_replica_context,
)
