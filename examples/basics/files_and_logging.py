"""tf.gfile for files and folders, tf.read_file in the graph, tf.logging for messages."""

import os
import tempfile

import tensorflow as tf

tf.flags.DEFINE_string("folder", "", "where to work; a temporary folder if empty")
tf.flags.DEFINE_enum("level", "INFO", ["DEBUG", "INFO", "WARN", "ERROR"], "least level logged")
tf.flags.DEFINE_list("names", ["a", "b"], "files to make")
tf.flags.DEFINE_bool("keep", False, "leave the files")
FLAGS = tf.flags.FLAGS


def main(_):
    tf.logging.set_verbosity(getattr(tf.logging, FLAGS.level))
    root = FLAGS.folder or tempfile.mkdtemp()
    deep = os.path.join(root, "x", "y")
    if not tf.gfile.Exists(deep):
        tf.gfile.MakeDirs(deep)
    tf.gfile.MkDir(os.path.join(root, "z"))
    for name in FLAGS.names:
        with tf.gfile.GFile(os.path.join(deep, name + ".txt"), "w") as f:
            f.write("contents of %s\n" % name)
    tf.gfile.Copy(os.path.join(deep, "a.txt"), os.path.join(root, "z", "c.txt"))
    tf.gfile.Rename(os.path.join(deep, "b.txt"), os.path.join(deep, "d.txt"))
    print(sorted(os.path.basename(p) for p in tf.gfile.Glob(os.path.join(deep, "*.txt"))))
    print(sorted(tf.gfile.ListDirectory(root)), tf.gfile.IsDirectory(deep))
    print([sorted(files) for _, _, files in tf.gfile.Walk(root)])
    print("bytes:", tf.gfile.Stat(os.path.join(deep, "a.txt")).length)
    path = os.path.join(root, "written.bin")
    text = tf.read_file(os.path.join(deep, "a.txt"))
    write = tf.write_file(path, tf.string_join([text, "and more"]))
    with tf.Session() as sess:
        sess.run(write)
        print(sess.run(tf.io.read_file(path)))
    tf.gfile.Remove(path)
    tf.logging.debug("not shown at level INFO")
    tf.logging.info("made %d files", len(FLAGS.names))
    tf.logging.warning("removing %s", "them")
    tf.logging.warn("an older spelling")
    tf.logging.error("nothing is wrong")
    if not FLAGS.keep:
        tf.gfile.DeleteRecursively(root)
    print("left:", tf.io.gfile.exists(root))


if __name__ == "__main__":
    tf.app.run()
