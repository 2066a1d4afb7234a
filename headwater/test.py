"""`tf.test`: test cases with sessions, a gradient checker, benchmarks."""

from unittest import mock as mock

from headwater._src.cluster.local_cluster import create_local_cluster as create_local_cluster
from headwater._src.testing.benchmark import (
    Benchmark as Benchmark,
    benchmark_config as benchmark_config,
)
from headwater._src.testing.gradient_checker import (
    compute_gradient as compute_gradient,
    compute_gradient_error as compute_gradient_error,
)
from headwater._src.testing.machine import (
    assert_equal_graph_def as assert_equal_graph_def,
    gpu_device_name as gpu_device_name,
    is_built_with_cuda as is_built_with_cuda,
    is_built_with_gpu_support as is_built_with_gpu_support,
    is_built_with_rocm as is_built_with_rocm,
    is_built_with_xla as is_built_with_xla,
    is_gpu_available as is_gpu_available,
)
from headwater._src.testing.stub_out import StubOutForTesting as StubOutForTesting
from headwater._src.testing.test_case import (
    TestCase as TestCase,
    get_temp_dir as get_temp_dir,
    main as main,
    test_src_dir_path as test_src_dir_path,
)
