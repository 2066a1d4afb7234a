"""Networks of images: convolutions, residual blocks, an autoencoder, a generative pair."""

import numpy as np
from registry import repeated
from training import cross_entropy, dense, labelled, trainer, weight


def convolution(tf, x, inputs, outputs, size, stride=1):
    """A convolution with `SAME` padding, without a bias."""
    kernel = weight(tf, [size, size, inputs, outputs], (2.0 / (size * size * inputs)) ** 0.5)
    return tf.nn.conv2d(x, kernel, [1, stride, stride, 1], "SAME")


def batch_norm(tf, x, channels):
    """Normalizes by the batch's own moments."""
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    scale, offset = tf.Variable(tf.ones([channels])), tf.Variable(tf.zeros([channels]))
    return tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-5)


@repeated
def two_convolutions_adam(tf):
    """The tutorials' convolutional network: 5x5x32, 5x5x64, dense 1024, dropout, Adam, batch 100."""
    images, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
    x = tf.reshape(images, [-1, 28, 28, 1])
    for inputs, outputs in ((1, 32), (32, 64)):
        x = convolution(tf, x, inputs, outputs, 5) + tf.Variable(tf.zeros([outputs]))
        x = tf.nn.max_pool(tf.nn.relu(x), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    x = dense(tf, tf.reshape(x, [-1, 7 * 7 * 64]), 7 * 7 * 64, 1024, tf.nn.relu)
    logits = dense(tf, tf.nn.dropout(x, keep_prob=0.5), 1024, 10)
    train = tf.train.AdamOptimizer(1e-4).minimize(cross_entropy(tf, logits, labels))
    return trainer(tf, train, labelled(images, labels, [100, 784]))


@repeated
def resnet_20(tf):
    """ResNet-20 on 32x32 images with batch normalization and momentum, batch of 32."""
    images = tf.placeholder(tf.float32, [None, 32, 32, 3])
    labels = tf.placeholder(tf.float32, [None, 10])
    x = tf.nn.relu(batch_norm(tf, convolution(tf, images, 3, 16, 3), 16))
    channels = 16
    for width in (16, 32, 64):
        for _ in range(3):
            stride = width // channels
            y = batch_norm(tf, convolution(tf, x, channels, width, 3, stride), width)
            y = batch_norm(tf, convolution(tf, tf.nn.relu(y), width, width, 3), width)
            if stride > 1:  # half the pixels, and twice the channels: the new ones are zero
                x = tf.pad(x[:, ::2, ::2, :], [[0, 0], [0, 0], [0, 0], [0, width - channels]])
            x, channels = tf.nn.relu(x + y), width
    logits = dense(tf, tf.reduce_mean(x, [1, 2]), 64, 10)
    train = tf.train.MomentumOptimizer(0.01, 0.9).minimize(cross_entropy(tf, logits, labels))
    return trainer(tf, train, labelled(images, labels, [32, 32, 32, 3]))


@repeated
def variational_autoencoder(tf):
    """A training step of 784-500-20-500-784, batch of 100, Adam."""
    images = tf.placeholder(tf.float32, [None, 784])
    hidden = dense(tf, images, 784, 500, tf.nn.softplus)
    mean, log_variance = dense(tf, hidden, 500, 20), dense(tf, hidden, 500, 20)
    code = mean + tf.exp(0.5 * log_variance) * tf.random_normal(tf.shape(mean))
    logits = dense(tf, dense(tf, code, 20, 500, tf.nn.softplus), 500, 784)
    pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
    divergence = -0.5 * tf.reduce_sum(
        1.0 + log_variance - tf.square(mean) - tf.exp(log_variance), axis=1
    )
    loss = tf.reduce_mean(tf.reduce_sum(pixels, axis=1) + divergence)
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    rng = np.random.RandomState(0)
    batches = [{images: rng.random_sample([100, 784]).astype(np.float32)} for _ in range(8)]
    return trainer(tf, [train, loss], batches)


def _generator(tf, noise):
    x = tf.reshape(dense(tf, noise, 64, 7 * 7 * 64), [32, 7, 7, 64])
    x = tf.nn.relu(batch_norm(tf, x, 64))
    x = tf.nn.conv2d_transpose(x, weight(tf, [5, 5, 32, 64], 0.02), [32, 14, 14, 32], [1, 2, 2, 1])
    x = tf.nn.relu(batch_norm(tf, x, 32))
    x = tf.nn.conv2d_transpose(x, weight(tf, [5, 5, 1, 32], 0.02), [32, 28, 28, 1], [1, 2, 2, 1])
    return tf.tanh(x)


def _discriminator(tf):
    first, second = weight(tf, [5, 5, 1, 32], 0.02), weight(tf, [5, 5, 32, 64], 0.02)
    last = weight(tf, [7 * 7 * 64, 1], 0.02)

    def judge(x):
        for kernel in (first, second):
            x = tf.nn.leaky_relu(tf.nn.conv2d(x, kernel, [1, 2, 2, 1], "SAME"))
        return tf.matmul(tf.reshape(x, [32, 7 * 7 * 64]), last)

    return judge


@repeated
def dcgan(tf):
    """A step of the discriminator and one of the generator, 28x28 images, batch of 32."""
    images = tf.placeholder(tf.float32, [32, 28, 28, 1])
    before = len(tf.trainable_variables())
    fake = _generator(tf, tf.random_uniform([32, 64], -1.0, 1.0))
    between = len(tf.trainable_variables())
    judge = _discriminator(tf)
    real_logits, fake_logits = judge(images), judge(fake)

    def loss(logits, target):
        labels = tf.fill(tf.shape(logits), target)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        return tf.reduce_mean(entropy)

    variables = tf.trainable_variables()
    judging = tf.train.AdamOptimizer(2e-4, beta1=0.5).minimize(
        loss(real_logits, 0.9) + loss(fake_logits, 0.0), var_list=variables[between:]
    )
    generating = tf.train.AdamOptimizer(2e-4, beta1=0.5).minimize(
        loss(fake_logits, 1.0), var_list=variables[before:between]
    )
    rng = np.random.RandomState(0)
    batch = {images: rng.uniform(-1, 1, [32, 28, 28, 1]).astype(np.float32)}
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())

    def step():
        sess.run(judging, batch)
        sess.run(generating)

    return step
