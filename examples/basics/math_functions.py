"""A table of functions, linear algebra, and numbers that are not finite."""

import numpy as np
import tensorflow as tf

x = tf.constant([0.25, 0.5, 0.75])
functions = [
    tf.sqrt, tf.rsqrt, tf.cos, tf.tan, tf.erf, tf.log1p, tf.expm1, tf.atanh, tf.math.rsqrt, tf.math.cos, tf.lgamma,
    tf.nn.softplus, tf.nn.softsign, tf.nn.elu, tf.nn.selu, tf.nn.swish, tf.nn.leaky_relu,
]  # fmt: skip
matrix = tf.constant([[4.0, 1.0], [2.0, 3.0]])
right = tf.constant([[1.0], [2.0]])
solution = tf.matrix_solve(matrix, right)
strange = tf.constant([1.0, np.inf, -np.inf, np.nan])
batch = tf.reshape(tf.range(12.0), [2, 2, 3])

with tf.Session() as sess:
    for function in functions:
        values = sess.run(function(x))
        assert np.all(np.isfinite(values))
        print("%s: %s" % (function.__name__, np.round(values, 4).tolist()))
    print("determinant: %.1f" % sess.run(tf.matrix_determinant(matrix)))
    print("solution:", np.round(sess.run(solution), 3).ravel().tolist())
    print("residual: %.5f" % sess.run(tf.norm(tf.matmul(matrix, solution) - right)))
    print("cross:", sess.run(tf.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])).tolist())
    print("einsum:", sess.run(tf.einsum("bij,bkj->bik", batch, batch))[0].tolist())
    print("finite:", sess.run(tf.is_finite(strange)).tolist())
    print("infinite:", sess.run(tf.is_inf(strange)).tolist())
    print("smallest at", sess.run(tf.arg_min(tf.abs(x - 0.5), 0)))
    values, vectors = sess.run(tf.self_adjoint_eig(tf.matmul(matrix, matrix, transpose_a=True)))
    print("eigenvalues: %.3f %.3f" % tuple(values))
