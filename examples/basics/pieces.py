"""Cutting tensors into pieces and putting them together again."""

import tensorflow as tf

image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
blocks = tf.space_to_depth(image, 2)
patches = tf.extract_image_patches(image, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")
parts = tf.dynamic_partition([10, 20, 30, 40], [0, 1, 0, 1], 2)
indices = tf.dynamic_partition(tf.range(4), [0, 1, 0, 1], 2)
together = tf.dynamic_stitch(indices, parts)
turned = tf.reverse_sequence([[1, 2, 3, 0], [4, 5, 0, 0]], [3, 2], seq_axis=1, batch_axis=0)
matrix = tf.confusion_matrix([0, 1, 2, 2], [0, 2, 2, 2], num_classes=3)
sparse = tf.SparseTensor([[0, 0], [1, 2]], [1.0, 2.0], [2, 3])

with tf.Session() as sess:
    print(sess.run(tf.depth_to_space(blocks, 2)).ravel().tolist() == list(range(16)))
    print("patches:", sess.run(patches)[0, 0, 0].tolist())
    print("parts:", [p.tolist() for p in sess.run(parts)], sess.run(together).tolist())
    print("reversed:", sess.run(turned).tolist())
    print("confusion:", sess.run(matrix).tolist(), sess.run(tf.trace(matrix)))
    print("gathered:", sess.run(tf.gather_nd([[1, 2], [3, 4]], [[1, 0], [0, 1]])).tolist())
    print("scattered:", sess.run(tf.scatter_nd([[2], [0]], [5, 6], [4])).tolist())
    print("top:", [v.tolist() for v in sess.run(tf.nn.top_k([3, 9, 4], 2))])
    print("sparse:", sess.run(tf.sparse_tensor_to_dense(sparse)).tolist())
    print("softmax of two alone:", sess.run(tf.sparse_softmax(sparse)).values.tolist())
    print("mask:", sess.run(tf.boolean_mask([1, 2, 3], [True, False, True])).tolist())
    print("one hot:", sess.run(tf.one_hot([1, 0], 3, on_value=5)).tolist())
    print("split:", [v.tolist() for v in sess.run(tf.split(tf.range(6), [1, 2, 3]))])
    print("tiled:", sess.run(tf.tile([[1, 2]], [2, 2])).tolist())
