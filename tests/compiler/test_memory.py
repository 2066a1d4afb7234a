"""Compiled steps use the memory of earlier steps again."""

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
import headwater as tf

x = tf.placeholder(tf.float32, [500, 20])
wide = tf.matmul(x, tf.ones([20, 20_000]) * tf.reduce_sum(x))  # 40 MB
product = tf.reduce_sum(tf.matmul(tf.nn.relu(wide), tf.ones([20_000, 1])))
with tf.Session() as session:
    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        session.run(product, {x: np.ones([500, 20])})
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    print(sorted(faults() for _ in range(15))[5])  # each of XLA's threads has a heap to fill once
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="memory is kept by glibc's rules")
def test_steps_do_not_fetch_their_pages_anew():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "HEADWATER_TIER": "compile"},
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 2_000  # 40 MB are 10,000 pages
