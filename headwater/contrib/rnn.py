"""`tf.contrib.rnn`: recurrent cells, wrappers and unrolling."""

from headwater._src.layers.contrib_rnn_cells import (
    CoupledInputForgetGateLSTMCell as CoupledInputForgetGateLSTMCell,
    IntersectionRNNCell as IntersectionRNNCell,
    LayerNormBasicLSTMCell as LayerNormBasicLSTMCell,
    NASCell as NASCell,
    PhasedLSTMCell as PhasedLSTMCell,
    UGRNNCell as UGRNNCell,
)
from headwater._src.layers.contrib_rnn_fused import (
    FusedRNNCell as FusedRNNCell,
    FusedRNNCellAdaptor as FusedRNNCellAdaptor,
    GRUBlockCell as GRUBlockCell,
    GRUBlockCellV2 as GRUBlockCellV2,
    LSTMBlockCell as LSTMBlockCell,
    LSTMBlockFusedCell as LSTMBlockFusedCell,
    TimeReversedFusedRNN as TimeReversedFusedRNN,
)
from headwater._src.layers.contrib_rnn_wrappers import (
    AttentionCellWrapper as AttentionCellWrapper,
    Conv1DLSTMCell as Conv1DLSTMCell,
    Conv2DLSTMCell as Conv2DLSTMCell,
    Conv3DLSTMCell as Conv3DLSTMCell,
    ConvLSTMCell as ConvLSTMCell,
    EmbeddingWrapper as EmbeddingWrapper,
    GLSTMCell as GLSTMCell,
    HighwayWrapper as HighwayWrapper,
    InputProjectionWrapper as InputProjectionWrapper,
    OutputProjectionWrapper as OutputProjectionWrapper,
)
from headwater._src.layers.rnn import (
    static_bidirectional_rnn as static_bidirectional_rnn,
    static_rnn as static_rnn,
)
from headwater._src.layers.rnn_cell import (
    BasicLSTMCell as BasicLSTMCell,
    BasicRNNCell as BasicRNNCell,
    GRUCell as GRUCell,
    LSTMCell as LSTMCell,
    LSTMStateTuple as LSTMStateTuple,
    RNNCell as RNNCell,
)
from headwater._src.layers.rnn_raw import (
    stack_bidirectional_dynamic_rnn as stack_bidirectional_dynamic_rnn,
    stack_bidirectional_rnn as stack_bidirectional_rnn,
    static_state_saving_rnn as static_state_saving_rnn,
    transpose_batch_time as transpose_batch_time,
)
from headwater._src.layers.rnn_wrappers import (
    DeviceWrapper as DeviceWrapper,
    DropoutWrapper as DropoutWrapper,
    MultiRNNCell as MultiRNNCell,
    ResidualWrapper as ResidualWrapper,
)
