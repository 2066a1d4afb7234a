"""The transformations of a `tf.data.Dataset` by functions of its elements."""

from headwater._src.core import dtypes
from headwater._src.data import structure
from headwater._src.data.functions import DatasetFunction, scalar_bool, state_function
from headwater._src.data.transforms import int64
from headwater._src.graph import raw


class Mapping:
    """The part of `Dataset` that calls functions: they are traced once, when it is made."""

    def _function(self, function, name):
        return DatasetFunction(function, self._element_spec, name)

    def map(self, map_func, num_parallel_calls=None, deterministic=None):
        """A function of each element.

        Args:
          map_func: function of an element (of the parts of a tuple as separate arguments) that
            gives a structure of tensors, sparse tensors and datasets. It may use tensors,
            variables and tables around it.
          num_parallel_calls: how many elements may be computed side by side; -1 (`AUTOTUNE`)
            leaves it open. Their order is kept.
          deterministic: accepted; the order is always kept.

        Raises:
          TypeError: the function gives something else.
        """
        f = self._function(map_func, "Dataset_map")
        if num_parallel_calls is None:
            return self._made(raw.MapDataset, f.captured, f=f.graph, specs=f.specs)
        return self._made(
            raw.ParallelMapDatasetV2,
            f.captured,
            int64(num_parallel_calls, "num_parallel_calls"),
            f=f.graph,
            specs=f.specs,
        )

    def map_with_legacy_function(self, map_func, num_parallel_calls=None, deterministic=None):
        """The same as `map`.

        Args:
          map_func: as in `map`.
          num_parallel_calls: as in `map`.
          deterministic: as in `map`.
        """
        return self.map(map_func, num_parallel_calls, deterministic)

    def filter(self, predicate):
        """The elements for which a function is true.

        Args:
          predicate: function of an element that gives a scalar bool.

        Raises:
          ValueError: it gives something else.
        """
        f = self._function(predicate, "Dataset_filter")
        scalar_bool(f, "predicate")
        return self._made(raw.FilterDataset, f.captured, predicate=f.graph)

    def filter_with_legacy_function(self, predicate):
        """The same as `filter`.

        Args:
          predicate: as in `filter`.
        """
        return self.filter(predicate)

    def take_while(self, predicate):
        """The elements before the first for which a function is false.

        Args:
          predicate: function of an element that gives a scalar bool.
        """
        f = self._function(predicate, "Dataset_take_while")
        scalar_bool(f, "predicate")
        return self._made(raw.TakeWhileDataset, f.captured, predicate=f.graph)

    def flat_map(self, map_func):
        """The elements of the datasets that a function makes, one after another.

        Args:
          map_func: function of an element that gives a `Dataset`.

        Raises:
          TypeError: it gives something else.
        """
        f = self._function(map_func, "Dataset_flat_map")
        specs = f.must_be_dataset("map_func")
        return self._made(raw.FlatMapDataset, f.captured, f=f.graph, specs=specs)

    def interleave(
        self,
        map_func,
        cycle_length=-1,
        block_length=1,
        num_parallel_calls=None,
        deterministic=None,
    ):
        """The elements of several of the datasets that a function makes, taking turns.

        Args:
          map_func: function of an element that gives a `Dataset`.
          cycle_length: how many datasets take turns; -1 leaves it open.
          block_length: how many elements one gives in its turn.
          num_parallel_calls: how many datasets may work side by side.
          deterministic: accepted; the order is always kept.

        Raises:
          TypeError: the function gives something else.
        """
        f = self._function(map_func, "Dataset_interleave")
        specs = f.must_be_dataset("map_func")
        cycle, block = int64(cycle_length, "cycle_length"), int64(block_length, "block_length")
        if num_parallel_calls is None:
            return self._made(
                raw.InterleaveDataset, f.captured, cycle, block, f=f.graph, specs=specs
            )
        return self._made(
            raw.ParallelInterleaveDatasetV4,
            f.captured,
            cycle,
            block,
            int64(-1, "buffer_output_elements"),
            int64(-1, "prefetch_input_elements"),
            int64(num_parallel_calls, "num_parallel_calls"),
            f=f.graph,
            specs=specs,
        )

    def reduce(self, initial_state, reduce_func):
        """The state that a function reaches after all elements.

        Args:
          initial_state: a structure of tensors.
          reduce_func: function of a state and an element that gives the next state.

        Returns:
          The last state, tensors in the structure of `initial_state`.

        Raises:
          TypeError: the function gives a state of another kind.
        """
        initial = structure.normalized(initial_state)
        f, specs = state_function(reduce_func, initial, self._element_spec, "Dataset_reduce")
        tensors = raw.ReduceDataset(
            self._variant_tensor,
            structure.to_tensors(initial),
            f.captured,
            f=f.graph,
            **structure.types_and_shapes(specs),
        )
        found = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        return structure.from_tensors(specs, found)

    def _scan(self, initial_state, scan_func):
        """A function of a state and each element that gives the next state and an element."""
        initial = structure.normalized(initial_state)
        f, _ = state_function(scan_func, initial, self._element_spec, "Dataset_scan", True)
        return self._made(
            raw.ScanDataset,
            structure.to_tensors(initial),
            f.captured,
            f=f.graph,
            specs=f.specs[1],
            preserve_cardinality=True,
        )

    def _group_by_window(self, key_func, reduce_func, window_size_func):
        from headwater._src.data.structure import DatasetSpec
        from headwater._src.graph.type_spec import TensorSpec

        number = TensorSpec([], dtypes.int64)
        key = self._function(lambda *e: _int64(key_func(*e), "key_func"), "Dataset_key")
        size = DatasetFunction(
            lambda k: _int64(window_size_func(k), "window_size_func"), number, "Dataset_size"
        )
        reduce = DatasetFunction(
            reduce_func, (number, DatasetSpec(self._element_spec)), "Dataset_group"
        )
        specs = reduce.must_be_dataset("reduce_func")
        return self._made(
            raw.GroupByWindowDataset,
            key.captured,
            reduce.captured,
            size.captured,
            key_func=key.graph,
            reduce_func=reduce.graph,
            window_size_func=size.graph,
            specs=specs,
        )


def _int64(value, name):
    from headwater._src.graph.convert import convert_to_tensor

    tensor = convert_to_tensor(value)
    if tensor.dtype.base_dtype is dtypes.int32 and name == "window_size_func":
        tensor = raw.Cast(tensor, DstT=dtypes.int64)
    if tensor.dtype.base_dtype is not dtypes.int64 or tensor.shape.rank not in (0, None):
        raise ValueError(f"`{name}` must return a single `tf.int64` tensor, not {tensor}.")
    return tensor
