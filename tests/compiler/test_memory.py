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


def test_an_updated_variable_is_not_copied_first():
    import jax
    import jax.numpy as jnp

    from headwater._src.compiler import lower

    def step(w, m, x):
        h = jnp.maximum(x @ w, 0)
        m = 0.9 * m + x.T @ h
        return w - m, m, (h @ w.T).sum()

    w, x = jnp.ones([300, 200]), jnp.ones([50, 300])
    jitted = jax.jit(step, donate_argnums=(0, 1), compiler_options=lower._OPTIONS)
    text = jitted.lower(w, w, x).compile().as_text()
    assert "f32[300,200]" in text or "f64[300,200]" in text
    assert " copy(" not in text[text.index("ENTRY") :]
