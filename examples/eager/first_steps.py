"""Operations that run as they are called: values, gradients, variables, datasets, no session."""

import numpy as np
import tensorflow as tf

tf.enable_eager_execution()
tfe = tf.contrib.eager

a = tf.constant([[2.0, 1.0], [1.0, 0.0]])
print("a tensor with its value:", a)
print(
    "tensors, arrays, numbers:",
    (tf.matmul(a, np.eye(2, dtype=np.float32)) * 2 + 1).numpy().tolist(),
)
print("Python chooses:", "large" if tf.reduce_sum(a) > 3 else "small")
print("rows:", [float(tf.reduce_sum(row)) for row in a])

try:
    tf.matmul(a, tf.ones([3, 3]))
except tf.errors.InvalidArgumentError as error:
    print("wrong at its line:", "[Op:MatMul]" in error.message)

x = tf.constant(3.0)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x
    z = tf.sin(y)
print("dy/dx at 3: %.1f" % tape.gradient(y, x))
print("dz/dx agrees:", abs(tape.gradient(z, x) - 6 * np.cos(9)).numpy() < 1e-5)
square = lambda v: v * v
print("second derivative: %.1f" % tfe.gradients_function(tfe.gradients_function(square))(3.0)[0])

w = tfe.Variable(0.0, name="w")
optimizer = tf.train.GradientDescentOptimizer(0.1)
for _ in range(50):
    optimizer.minimize(lambda: (w - 5.0) ** 2)
print("%s found the minimum: %.2f" % (w.name, w.numpy()))

squares = tf.data.Dataset.range(5).map(lambda i: i * i).batch(2)
print("a dataset:", [batch.numpy().tolist() for batch in squares])
mean = tfe.metrics.Mean("mean")
for batch in squares:
    mean(batch)
print("mean of the squares: %.1f" % mean.result())

with tf.Graph().as_default(), tf.Session() as sess:
    print("a graph, still:", sess.run(tf.constant(1) + 2), tf.executing_eagerly())
