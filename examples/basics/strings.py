"""Words in the graph: splitting, replacing, joining, and turning words into numbers and back."""

import tensorflow as tf

lines = tf.constant(["the cat sat", "the dog  ran off"])
clean = tf.regex_replace(lines, " +", " ")
words = tf.string_split(clean)
table = tf.contrib.lookup.index_table_from_tensor(
    tf.constant(["the", "cat", "dog"]), num_oov_buckets=1
)
back = tf.contrib.lookup.index_to_string_table_from_tensor(
    tf.constant(["the", "cat", "dog"]), default_value="?"
)
ids = tf.sparse_tensor_to_dense(table.lookup(words), default_value=-1)
names = back.lookup(tf.constant([2, 0, 7], tf.int64))
joined = tf.reduce_join([["a", "b"], ["c", "d"]], 1, separator="-")
numbers = tf.string_to_number(["1.5", "-2"])
hashed = tf.string_to_hash_bucket_fast(words.values, 10)

with tf.Session() as sess:
    sess.run(tf.tables_initializer())
    print([w.decode() for w in sess.run(words.values)])
    print(sess.run(ids).tolist())
    print([w.decode() for w in sess.run(names)])
    print([w.decode() for w in sess.run(joined)])
    print(sess.run(numbers).tolist(), sess.run(tf.as_string([1, 20])).tolist())
    print(sess.run(tf.substr(lines, 4, 3)).tolist())
    print("one bucket for both 'the':", len(set(sess.run(hashed)[[0, 3]])) == 1)
    print(tf.compat.as_bytes("text"), tf.compat.as_text(b"bytes"))
