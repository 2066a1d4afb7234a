"""000 and 002, "Introduction to Tensorflow", from "Choosing devices" to the end, as programs.

Files go to the current folder instead of /tmp.
"""

from __future__ import annotations

from .conftest import mnist_folder
from .scripts import run_script


def test_choosing_devices(tmp_path):
    shown = run_script(
        tmp_path,
        """
        import tensorflow as tf
        with tf.device("/gpu:0"):
            a = tf.multiply(tf.Variable(3), tf.Variable(4))
        with tf.device("/cpu:0"):
            b = tf.add(a, 1)
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            print(sess.run(b))
        """,
    )
    assert shown == "13\n"


def test_distributed_computing(tmp_path):
    """Both tasks in one process: headwater does not reach others yet."""
    shown = run_script(
        tmp_path,
        """
        import socket
        import tensorflow as tf

        def free_address():
            with socket.socket() as s:
                s.bind(("localhost", 0))
                return "localhost:%d" % s.getsockname()[1]

        cluster = tf.train.ClusterSpec({"my_job": [free_address(), free_address()]})
        worker = tf.train.Server(cluster, job_name="my_job", task_index=0)
        server = tf.train.Server(cluster, job_name="my_job", task_index=1)
        a = tf.Variable(5)
        with tf.device("/job:my_job/task:0"):
            b = tf.multiply(a, 10)
        with tf.device("/job:my_job/task:1"):
            c = tf.add(b, a)
        with tf.Session(server.target) as sess:
            sess.run(tf.global_variables_initializer())
            res = sess.run(c)
            print(res)
        """,
    )
    assert shown == "55\n"


def test_saving_and_loading_variables(tmp_path):
    shown = run_script(
        tmp_path,
        """
        import tensorflow as tf
        a = tf.Variable(5)
        b = tf.Variable(4, name="my_variable")

        # set the value of a to 3
        op = tf.assign(a, 3)

        # create saver object
        saver = tf.train.Saver()
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            sess.run(op)
            print ("a:", sess.run(a))
            print ("my_variable:", sess.run(b))
            saver.save(sess, "./my_model.ckpt")
        """,
    )
    assert shown == "a: 3\nmy_variable: 4\n"
    shown = run_script(
        tmp_path,
        """
        import tensorflow as tf
        # Only necessary if you use IDLE or a jupyter notebook
        tf.reset_default_graph()

        a = tf.Variable(0)
        c = tf.Variable(0, name="my_variable")
        saver = tf.train.Saver()
        with tf.Session() as sess:
            # use saver object to load variables from the saved model
            saver.restore(sess, "./my_model.ckpt")
            print ("a:", sess.run(a))
            print ("my_variable:", sess.run(c))
        """,
    )
    assert shown == "a: 3\nmy_variable: 4\n"


READ_EVENTS = """
import glob
def events():
    (path,) = glob.glob("summary/events*")
    return list(tf.train.summary_iterator(path))
def graph_nodes():
    graph = tf.GraphDef()
    graph.ParseFromString(next(e.graph_def for e in events() if e.graph_def))
    return [node.name for node in graph.node]
"""


def test_visualizing_the_graph(tmp_path):
    program = """
import tensorflow as tf
a = tf.Variable(5, name="a")
b = tf.Variable(10, name="b")
c = tf.multiply(a,b, name="result")

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print (sess.run(c))
    fw = tf.summary.FileWriter("summary", sess.graph)
fw.close()
"""
    shown = run_script(tmp_path, program + READ_EVENTS + "print('result' in graph_nodes())")
    assert shown == "50\nTrue\n"


def test_naming_and_scopes(tmp_path):
    program = """
import tensorflow as tf
with tf.name_scope('primitives') as scope:
    a = tf.Variable(5, name='a')
    b = tf.Variable(10, name='b')
with tf.name_scope('fancy_pants_procedure') as scope:
    c = tf.multiply(a,b)
    with tf.name_scope('very_mean_reduction') as scope:
        d = tf.reduce_mean([a,b,c])
    e = tf.add(c,d)
with tf.name_scope('not_so_fancy_procedure') as scope:
    d = tf.add(a,b)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print (sess.run(c))
    print (sess.run(e))
    fw = tf.summary.FileWriter("summary", sess.graph)
fw.close()
"""
    check = """
wanted = ["primitives/a", "fancy_pants_procedure/Mul", "not_so_fancy_procedure/Add"]
wanted += ["fancy_pants_procedure/very_mean_reduction/Mean"]
print(set(wanted) - set(graph_nodes()))
"""
    assert run_script(tmp_path, program + READ_EVENTS + check) == "50\n71\nset()\n"


def test_a_changing_number(tmp_path):
    program = """
import random
import tensorflow as tf
a = tf.Variable(5, name="a")
b = tf.Variable(10, name="b")
# set the intial value of c to be the product of a and b
init_value = tf.multiply(a,b, name="result")
c = tf.Variable(init_value, name="changingNumber")
# update the value of c by incrementing it by a placeholder number
number = tf.placeholder(tf.int32, shape=[], name="number")
c_update = tf.assign(c, tf.add(c,number))

tf.summary.scalar("changingNumber", c)
summary_op = tf.summary.merge_all()

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    fw = tf.summary.FileWriter("summary", sess.graph)
    for step in range(1000):
        num = int(random.random()*100)
        sess.run(c_update, feed_dict={number:num})
        summary = sess.run(summary_op)
        fw.add_summary(summary, step)
    fw.close()
"""
    check = """
values = [e.summary.value[0].simple_value for e in events() if e.summary.value]
print(len(values), 50 <= values[0] < 150, values == sorted(values), 40000 < values[-1] < 60000)
"""
    assert run_script(tmp_path, program + READ_EVENTS + check) == "1000 True True True\n"


DIGITS = """
import sys
import tensorflow as tf
tf.reset_default_graph()
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets(sys.argv[1], one_hot=True)

# input
with tf.name_scope('input') as scope:
    x = tf.placeholder(tf.float32, [None, 28*28], name="input")
    labels = tf.placeholder(tf.float32, [None, 10], name="label")
    keep_prob = tf.placeholder(tf.float32, name="keep_prob")
with tf.name_scope('model') as scope:
    with tf.name_scope('fc1') as scope:
        w1 = tf.Variable(tf.truncated_normal([28*28, 500], stddev=0.1), name="weights")
        b1 = tf.Variable(tf.constant(0.1, shape=[500]), name="biases")
        with tf.name_scope('softmax_activation') as scope:
            a1 = tf.nn.softmax(tf.matmul(x, w1) + b1)
        with tf.name_scope('dropout') as scope:
            drop1 = tf.nn.dropout(a1, keep_prob)
    with tf.name_scope('fc2') as scope:
        w2 = tf.Variable(tf.truncated_normal([500, 100], stddev=0.1), name="weights")
        b2 = tf.Variable(tf.constant(0.1, shape=[100]), name="biases")
        with tf.name_scope('relu_activation') as scope:
            a2 = tf.nn.relu(tf.matmul(drop1, w2) + b2)
        with tf.name_scope('dropout') as scope:
            drop2 = tf.nn.dropout(a2, keep_prob)
    with tf.name_scope('fc3') as scope:
        w3 = tf.Variable(tf.truncated_normal([100, 10], stddev=0.1), name="weights")
        b3 = tf.Variable(tf.constant(0.1, shape=[10]), name="biases")
        with tf.name_scope('logits') as scope:
            logits = tf.matmul(drop2, w3) + b3
with tf.name_scope('train') as scope:
    with tf.name_scope('loss') as scope:
        cross_entropy = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    train_step = tf.train.AdamOptimizer(0.001).minimize(cross_entropy)
with tf.name_scope('evaluation') as scope:
    correct_prediction = tf.equal(tf.argmax(logits,1), tf.argmax(labels,1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
tf.summary.scalar("accuracy", accuracy)
tf.summary.scalar("loss", tf.reduce_mean(cross_entropy))
summary_op = tf.summary.merge_all()
saver = tf.train.Saver()

with tf.Session() as sess:
    tf.global_variables_initializer().run()
    fw = tf.summary.FileWriter("summary", sess.graph)
    for step in range(int(sys.argv[2])):
        batch_xs, batch_ys = mnist.train.next_batch(100)
        sess.run(train_step, feed_dict={x: batch_xs, labels: batch_ys, keep_prob:0.2})
        if step%1000 == 0:
            acc = sess.run(accuracy, feed_dict={
                x: batch_xs, labels: batch_ys, keep_prob:1})
            print("mid train accuracy:", acc, "at step:", step)
        if step%100 == 0:
            summary = sess.run(summary_op, feed_dict={
                x: mnist.test.images, labels: mnist.test.labels, keep_prob:1})
            fw.add_summary(summary, step)
    print ("final test accuracy:", sess.run(accuracy, feed_dict={
                x: mnist.test.images, labels: mnist.test.labels, keep_prob:1}))
    saver.save(sess, "./my_nn.ckpt")
"""


def test_the_digits(tmp_path):
    """1,000 steps of the article's 20,000."""
    folder = str(mnist_folder())
    shown = run_script(tmp_path, DIGITS, folder, "1000").splitlines()
    names = "train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1".split()
    assert shown[:4] == [f"Extracting {folder}/{name}-ubyte.gz" for name in names]
    assert shown[4].startswith("mid train accuracy: ") and shown[4].endswith(" at step: 0")
    assert float(shown[-1].removeprefix("final test accuracy: ")) > 0.8
    assert (tmp_path / "my_nn.ckpt.index").exists()
