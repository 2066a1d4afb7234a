"""A model with signatures is exported as a SavedModel, loaded, and called by signature."""

import os
import tempfile

import tensorflow as tf

tf.app.flags.DEFINE_integer("version", 1, "version number of the export")
FLAGS = tf.app.flags.FLAGS


def export(path):
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None, 2], name="features")
        w = tf.get_variable("w", initializer=[[1.0, 0.0], [0.0, 2.0]])
        scores = tf.nn.softmax(tf.matmul(x, w))
        table = tf.contrib.lookup.index_to_string_table_from_tensor(["first", "second"])
        classes = table.lookup(tf.argmax(scores, 1))
        sess.run([tf.global_variables_initializer(), tf.tables_initializer()])
        info = tf.saved_model.utils.build_tensor_info
        constants = tf.saved_model.signature_constants
        predict = tf.saved_model.signature_def_utils.build_signature_def(
            inputs={"x": info(x)},
            outputs={"scores": info(scores)},
            method_name=tf.saved_model.signature_constants.PREDICT_METHOD_NAME,
        )
        classify = tf.saved_model.signature_def_utils.build_signature_def(
            inputs={tf.saved_model.signature_constants.CLASSIFY_INPUTS: info(x)},
            outputs={tf.saved_model.signature_constants.CLASSIFY_OUTPUT_CLASSES: info(classes)},
            method_name=tf.saved_model.signature_constants.CLASSIFY_METHOD_NAME,
        )
        builder = tf.saved_model.builder.SavedModelBuilder(path)
        builder.add_meta_graph_and_variables(
            sess,
            [tf.saved_model.tag_constants.SERVING],
            signature_def_map={
                "predict": predict,
                constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY: classify,
            },
            main_op=tf.tables_initializer(),
        )
        builder.save()


def main(_):
    path = os.path.join(tempfile.mkdtemp(), str(FLAGS.version))
    export(path)
    print("files:", sorted(os.listdir(path)))
    with tf.Graph().as_default(), tf.Session() as sess:
        meta = tf.saved_model.loader.load(sess, [tf.saved_model.tag_constants.SERVING], path)
        signature = meta.signature_def["predict"]
        x, scores = signature.inputs["x"].name, signature.outputs["scores"].name
        print("scores: %.3f %.3f" % tuple(sess.run(scores, {x: [[1.0, 1.0]]})[0]))
        key = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        names = meta.signature_def[key].outputs["classes"].name
        print("class:", sess.run(names, {x: [[3.0, 1.0]]})[0].decode())
        print("signatures:", sorted(meta.signature_def))


if __name__ == "__main__":
    tf.app.run()
