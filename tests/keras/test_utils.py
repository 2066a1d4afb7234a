"""`tf.keras.utils`: sources of batches, names of objects, parts of files, drawings; initializers."""

import time
from pathlib import Path

import numpy as np
import pytest

import headwater as tf


class Squares(tf.keras.utils.Sequence):
    epochs = 0

    def __len__(self):
        return 4

    def __getitem__(self, index):
        time.sleep(0.001 * (4 - index))
        return np.full(2, index**2)

    def on_epoch_end(self):
        self.epochs += 1


def test_ordered_enqueuer_keeps_the_order():
    squares = Squares()
    enqueuer = tf.keras.utils.OrderedEnqueuer(squares)
    enqueuer.start(workers=3, max_queue_size=4)
    batches = enqueuer.get()
    assert [int(next(batches)[0]) for _ in range(6)] == [0, 1, 4, 9, 0, 1]
    enqueuer.stop(5)
    assert not enqueuer.is_running() and squares.epochs >= 1


def test_generator_enqueuer_gives_all_and_its_error():
    def numbers():
        yield from range(3)
        raise KeyError("gone")

    enqueuer = tf.keras.utils.GeneratorEnqueuer(numbers())
    enqueuer.start()
    batches = enqueuer.get()
    assert [next(batches) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError, match="gone"):
        next(batches)
    enqueuer.stop(5)


def test_custom_objects_have_a_scope():
    class Twice(tf.keras.layers.Layer):
        pass

    config = {"class_name": "Twice", "config": {"name": "two"}}
    with pytest.raises(ValueError, match="Unknown layer: Twice"):
        tf.keras.layers.deserialize(config)
    with tf.keras.utils.custom_object_scope({"Twice": Twice}):
        assert tf.keras.layers.deserialize(config).name == "two"
    with tf.keras.utils.CustomObjectScope({"Twice": Twice}):
        assert "Twice" in tf.keras.utils.get_custom_objects()
    assert "Twice" not in tf.keras.utils.get_custom_objects()
    made = tf.keras.utils.deserialize_keras_object(config, {"Twice": Twice})
    assert tf.keras.utils.serialize_keras_object(made)["class_name"] == "Twice"


def test_hdf5_matrix(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.arange(20).reshape(10, 2)
    part = tf.keras.utils.HDF5Matrix(tmp_path / "a.h5", "x", 2, 8, normalizer=lambda a: a + 1)
    assert len(part) == 6 and part.shape == (6, 2) and part.ndim == 2
    np.testing.assert_array_equal(part[1:3], [[7, 8], [9, 10]])
    np.testing.assert_array_equal(part[[3, 0, 3]], [[11, 12], [5, 6], [11, 12]])


def test_models_are_drawn(tmp_path):
    with tf.Graph().as_default():
        entry = tf.keras.layers.Input((3,))
        left, right = (tf.keras.layers.Dense(2, name=n)(entry) for n in ("left", "right"))
        model = tf.keras.Model(entry, tf.keras.layers.Add(name="sum")([left, right]))
    text = tf.keras.utils.model_to_dot(model, show_shapes=True).to_string()
    assert '"left" -> "sum"' in text and '"right" -> "sum"' in text
    path = tf.keras.utils.plot_model(model, to_file=str(tmp_path / "m.png"))
    assert path.endswith(".svg") and "<svg" in Path(path).read_text()


def test_optimizer_of_tf_train_is_wrapped():
    wrapped = tf.keras.optimizers.get(tf.train.GradientDescentOptimizer(0.5))
    with tf.Graph().as_default(), tf.Session() as sess:
        wrapped = tf.keras.optimizers.get(tf.train.GradientDescentOptimizer(0.5))
        w = tf.Variable(1.0, use_resource=True)
        updates = wrapped.get_updates(w * w, [w])
        sess.run(tf.global_variables_initializer())
        sess.run(updates)
        assert sess.run([w, wrapped.iterations]) == [0.0, 1]
    with pytest.raises(ValueError, match="Could not interpret optimizer"):
        tf.keras.optimizers.get(3)


@pytest.mark.parametrize(
    "module", ["initializers", "regularizers", "constraints", "activations", "losses", "metrics"]
)
def test_unknown_names_are_refused(module):
    with pytest.raises(ValueError, match="Unknown .*no_such_thing"):
        getattr(tf.keras, module).get("no_such_thing")


def test_load_img_and_folders(tmp_path):
    image = tf.keras.preprocessing.image
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i in range(2):
            image.save_img(tmp_path / name / f"{i}.png", np.full((4, 6, 3), 40 * i), scale=False)
    picture = image.load_img(tmp_path / "a" / "1.png", target_size=(8, 3))
    assert picture.size == (3, 8) and image.img_to_array(picture)[0, 0, 0] == 40
    flow = image.ImageDataGenerator(rescale=0.5).flow_from_directory(
        str(tmp_path), target_size=(4, 4), batch_size=4, shuffle=False
    )
    pictures, labels = next(flow)
    assert pictures.shape == (4, 4, 4, 3) and pictures[1, 0, 0, 0] == 20
    np.testing.assert_array_equal(labels, [[1, 0], [1, 0], [0, 1], [0, 1]])
    assert flow.class_indices == {"a": 0, "b": 1}
