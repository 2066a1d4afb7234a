"""004, "Tensorflow Overview" (a lecture of 2018): its code blocks as programs.

Slides that build on each other are put together; what they leave out (`Sequential`, sizes, the
helpers of the summaries) is added from the pages they point to.
"""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from .conftest import mnist_folder
from .scripts import run_script


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """`mnist.npz` with some of the digits, as `tf.keras.datasets.mnist` keeps it."""
    folder = mnist_folder()

    def read(name, header, shape):
        data = gzip.decompress((folder / f"{name}-ubyte.gz").read_bytes())
        return np.frombuffer(data, np.uint8, offset=header).reshape(shape)

    path = tmp_path_factory.mktemp("keras") / "mnist.npz"
    np.savez(
        path,
        x_train=read("train-images-idx3", 16, [-1, 28, 28])[:10000],
        y_train=read("train-labels-idx1", 8, [-1])[:10000],
        x_test=read("t10k-images-idx3", 16, [-1, 28, 28])[:2000],
        y_test=read("t10k-labels-idx1", 8, [-1])[:2000],
    )
    return path


KERAS = """
import sys
import tensorflow as tf
mnist = tf.keras.datasets.mnist
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Flatten

(x_train, y_train), (x_test, y_test) = mnist.load_data(sys.argv[1])
x_train, x_test = x_train / 255.0, x_test / 255.0
"""


def accuracy(shown: str) -> float:
    """The last number a program prints."""
    return float(shown.split()[-1].strip("[]"))


def test_simple_mnist_in_keras(tmp_path, digits):
    """The slide trains five epochs of 60,000 digits; and `Keras and Tensorboard` watches them."""
    shown = run_script(
        tmp_path,
        KERAS
        + """
model = Sequential()
model.add(Flatten(input_shape=(28, 28)))
model.add(Dense(units=256, activation='relu'))
model.add(Dense(units=256, activation='relu'))
model.add(Dense(units=10, activation='softmax'))

model.compile(optimizer='adam',
              loss='sparse_categorical_crossentropy',
              metrics=['accuracy'])
LOG_DIR = './log'
tbCallBack = tf.keras.callbacks.TensorBoard(log_dir=LOG_DIR, write_graph=True)
model.fit(x_train, y_train, epochs=1, callbacks=[tbCallBack])
print(model.evaluate(x_test, y_test))
""",
        str(digits),
    )
    assert accuracy(shown) > 0.85
    assert "loss: " in shown and "acc: " in shown
    assert [*(tmp_path / "log").rglob("events.out.tfevents.*")]


def test_logistic_classifier(tmp_path, digits):
    shown = run_script(
        tmp_path,
        KERAS
        + """
input_dim = 28*28
output_dim = nb_classes = 10

model = Sequential()
model.add(Flatten(input_shape=(28, 28)))
model.add(Dense(output_dim, activation='softmax'))

model.compile(optimizer='adam',
              loss='sparse_categorical_crossentropy',
              metrics=['accuracy'])

model.fit(x_train, y_train, epochs=5, batch_size=128)
print(model.count_params())
print(model.evaluate(x_test, y_test))
""",
        str(digits),
    )
    assert accuracy(shown) > 0.85
    assert "\n7850\n" in shown and "Epoch 5/5" in shown


MNIST = """
import sys
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets(sys.argv[1], one_hot=True)
learning_rate, num_steps, batch_size, display_step = 0.01, 300, 128, 100
n_hidden_1, n_hidden_2, num_input, num_classes = 256, 256, 784, 10

# tf Graph input
X = tf.placeholder("float", [None, num_input])
Y = tf.placeholder("float", [None, num_classes])

# Store layers weight & bias
weights = {
    'h1': tf.Variable(tf.random_normal([num_input, n_hidden_1])),
    'h2': tf.Variable(tf.random_normal([n_hidden_1, n_hidden_2])),
    'out': tf.Variable(tf.random_normal([n_hidden_2, num_classes]))
}
biases = {
    'b1': tf.Variable(tf.random_normal([n_hidden_1])),
    'b2': tf.Variable(tf.random_normal([n_hidden_2])),
    'out': tf.Variable(tf.random_normal([num_classes]))
}

# Create model
def neural_net(x):
    layer_1 = tf.add(tf.matmul(x, weights['h1']), biases['b1'])
    layer_2 = tf.add(tf.matmul(layer_1, weights['h2']), biases['b2'])
    out_layer = tf.matmul(layer_2, weights['out']) + biases['out']
    return out_layer

# Construct model
logits = neural_net(X)

# Define loss and optimizer
loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(
    logits=logits, labels=Y))
optimizer = tf.train.AdamOptimizer(learning_rate=learning_rate)
train_op = optimizer.minimize(loss_op)

# Evaluate model (with test logits, for dropout to be disabled)
correct_pred = tf.equal(tf.argmax(logits, 1), tf.argmax(Y, 1))
accuracy = tf.reduce_mean(tf.cast(correct_pred, tf.float32))

# Initialize the variables (i.e. assign their default value)
init = tf.global_variables_initializer()

# Start training
with tf.Session() as sess:
    sess.run(init)

    for step in range(1, num_steps+1):
        batch_x, batch_y = mnist.train.next_batch(batch_size)
        sess.run(train_op, feed_dict={X: batch_x, Y: batch_y})
        if step % display_step == 0 or step == 1:
            loss, acc = sess.run([loss_op, accuracy], feed_dict={X: batch_x,
                                                                Y: batch_y})
            print("Step " + str(step) + ", Minibatch Loss= " + \\
                  "{:.4f}".format(loss) + ", Training Accuracy= " + \\
                  "{:.3f}".format(acc))

    print("Optimization Finished!")
    print("Testing Accuracy:", \\
          sess.run(accuracy, feed_dict={X: mnist.test.images,
                                       Y: mnist.test.labels}))
"""


def test_mnist_in_tensorflow(tmp_path):
    shown = run_script(tmp_path, MNIST, str(mnist_folder()))
    lines = shown.splitlines()
    shown_steps = [line.split(",")[0] for line in lines if line.startswith("Step ")]
    assert shown_steps == ["Step 1", "Step 100", "Step 200", "Step 300"]
    assert lines[-2] == "Optimization Finished!" and lines[-1].startswith("Testing Accuracy: ")
    assert accuracy(shown) > 0.7


TWO_VARIABLES = """
import tensorflow as tf
# Create graph
a = tf.get_variable(name="A", initializer=tf.constant([[0, 1], [2, 3]]))
b = tf.get_variable(name="B", initializer=tf.constant([[4, 5], [6, 7]]))
c = tf.add(a, b, name="Add")
"""
WITH_PLACEHOLDER = """
import tensorflow as tf
a = tf.constant([5, 5, 5], tf.float32, name='A')
b = tf.placeholder(tf.float32, shape=[3], name='B')
c = tf.add(a, b, name="Add")
"""
SLIDES = [  # title, program, exit status, what is shown (or is part of an error)
    (
        "a simple example",
        """
import tensorflow as tf
a = tf.constant(2, name='A')
b = tf.constant(3, name='B')
c = tf.add(a, b, name='Add')
print(c)
with tf.Session() as sess:
    print(sess.run(c))
""",
        0,
        'Tensor("Add:0", shape=(), dtype=int32)\n5\n',
    ),
    (
        "data types",
        """
import tensorflow as tf
s = tf.constant(2, name='scalar')
m = tf.constant([[1, 2], [3, 4]], name='matrix')
print(s.name, m.name, m.shape)
s = tf.get_variable(name='scalar2', initializer=tf.constant(2))
m = tf.get_variable('matrix', initializer=tf.constant([[0, 1], [2, 3]]))
M = tf.get_variable('big_matrix', shape=(784, 10), initializer=tf.zeros_initializer())
W = tf.get_variable('weight', shape=(784, 10),
                    initializer=tf.truncated_normal_initializer(mean=0.0, stddev=0.01))
print(s.name, m.name, M.shape, W.dtype)
a = tf.placeholder(tf.float32, shape=[5])
b = tf.placeholder(dtype=tf.float32, shape=None, name=None)
X = tf.placeholder(tf.float32, shape=[None, 784], name='input')
Y = tf.placeholder(tf.float32, shape=[None, 10], name='label')
print(a.shape, b.shape, X.shape, Y.name)
""",
        0,
        "scalar:0 matrix:0 (2, 2)\n"
        "scalar2:0 matrix_1:0 (784, 10) <dtype: 'float32_ref'>\n"
        "(5,) <unknown> (?, 784) label:0\n",
    ),
    (
        "variables as the debugger shows them",
        TWO_VARIABLES + "print(a, b, c, sep='\\n')\n",
        0,
        "<tf.Variable 'A:0' shape=(2, 2) dtype=int32_ref>\n"
        "<tf.Variable 'B:0' shape=(2, 2) dtype=int32_ref>\n"
        'Tensor("Add:0", shape=(2, 2), dtype=int32)\n',
    ),
    (
        "variables without values",
        TWO_VARIABLES + "with tf.Session() as sess:\n    print(sess.run(c))\n",
        1,
        "FailedPreconditionError: Attempting to use uninitialized value",
    ),
    (
        "variables",
        TWO_VARIABLES
        + """
# Add an Op to initialize variables
init_op = tf.global_variables_initializer()
with tf.Session() as sess:
    sess.run(init_op)
    print(sess.run(c))
""",
        0,
        "[[ 4  6]\n [ 8 10]]\n",
    ),
    (
        "placeholders without values",
        WITH_PLACEHOLDER + "with tf.Session() as sess:\n    print(sess.run(c))\n",
        1,
        "You must feed a value for placeholder tensor 'B' with dtype float and shape [3]",
    ),
    (
        "placeholders",
        WITH_PLACEHOLDER
        + """
with tf.Session() as sess:
    # Create a dictionary:
    d = {b: [1, 2, 3]}
    # Feed it to the placeholder
    print(sess.run(c, feed_dict=d))
    print(d)
""",
        0,
        "[6. 7. 8.]\n{<tf.Tensor 'B:0' shape=(3,) dtype=float32>: [1, 2, 3]}\n",
    ),
    (
        "relu(Wx + b), a loss and a training step",
        """
import numpy as np
import tensorflow as tf

b = tf.Variable(tf.zeros((100,)))
W = tf.Variable(tf.random_uniform((784, 100), -1, 1))

x = tf.placeholder(tf.float32, (100, 784))

h = tf.nn.relu(tf.matmul(x, W) + b)
prediction = tf.nn.softmax(h[:, :10])
label = tf.placeholder(tf.float32, [None, 10])

cross_entropy = tf.reduce_mean(-tf.reduce_sum(label * tf.log(prediction),
                                         reduction_indices=[1]))

train_step = tf.train.GradientDescentOptimizer(1e-3).minimize(cross_entropy)
sess = tf.Session()
sess.run(tf.initialize_all_variables())
print(sess.run(h, {x: np.random.random((100, 784))}).shape)
data = np.full((100, 784), 0.01)
first = []
for i in range(20):
    feed = {x: data, label: np.full((100, 10), 0.1)}
    first.append(sess.run([cross_entropy, train_step], feed_dict=feed)[0])
print(first[-1] < first[0])
""",
        0,
        "(100, 100)\nTrue\n",
    ),
    (
        "sharing variables",
        """
import tensorflow as tf
variables_dict = {
    "weights": tf.Variable(tf.random_normal([782, 100]), name="weights"),
    "biases": tf.Variable(tf.zeros([100]), name="biases")
}
with tf.variable_scope("foo"):
    v = tf.get_variable("v", shape=[1])
print(v.name)
with tf.variable_scope("foo", reuse=True):
    v1 = tf.get_variable("v") # Shared variable found!
print(v1 is v)
""",
        0,
        "foo/v:0\nTrue\n",
    ),
    (
        "a variable that exists",
        """
import tensorflow as tf
with tf.variable_scope("foo"):
    v = tf.get_variable("v", shape=[1])
with tf.variable_scope("foo", reuse=False):
    v1 = tf.get_variable("v") # CRASH foo/v:0 already exists!
""",
        1,
        "ValueError: Variable foo/v already exists, disallowed.",
    ),
    (
        "a layer with summaries",
        """
import numpy as np
import tensorflow as tf

def weight_variable(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))

def bias_variable(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))

def variable_summaries(var):
    with tf.name_scope('summaries'):
        mean = tf.reduce_mean(var)
        tf.summary.scalar('mean', mean)
        tf.summary.histogram('histogram', var)

def nn_layer(input_tensor, input_dim, output_dim, layer_name, act=tf.nn.relu):
    # Adding a name scope ensures logical grouping of the layers in the graph.
    with tf.name_scope(layer_name):
        with tf.name_scope('weights'):
            weights = weight_variable([input_dim, output_dim])
            variable_summaries(weights)
        with tf.name_scope('biases'):
            biases = bias_variable([output_dim])
            variable_summaries(biases)
        with tf.name_scope('Wx_plus_b'):
            preactivate = tf.matmul(input_tensor, weights) + biases
            tf.summary.histogram('pre_activations', preactivate)
        activations = act(preactivate, name='activation')
        tf.summary.histogram('activations', activations)
    return activations

x = tf.placeholder(tf.float32, [None, 784])
hidden1 = nn_layer(x, 784, 500, 'layer1')
print(hidden1)
merged = tf.summary.merge_all()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    text = sess.run(merged, {x: np.ones((2, 784))})
summary = tf.Summary.FromString(text)
print(sorted(value.tag for value in summary.value))
""",
        0,
        'Tensor("layer1/activation:0", shape=(?, 500), dtype=float32)\n'
        "['layer1/Wx_plus_b/pre_activations', 'layer1/activations', "
        "'layer1/biases/summaries/histogram', 'layer1/biases/summaries/mean_1', "
        "'layer1/weights/summaries/histogram', 'layer1/weights/summaries/mean_1']\n",
    ),
]


@pytest.mark.parametrize(
    ("program", "status", "shown"), [s[1:] for s in SLIDES], ids=[s[0] for s in SLIDES]
)
def test_slide(tmp_path, program, status, shown):
    found = run_script(tmp_path, program, status=status)
    if status:
        assert shown in found
    else:
        assert found == shown
