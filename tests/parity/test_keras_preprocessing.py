"""`tf.keras.preprocessing` and `tf.keras.utils` against TensorFlow's: the same arrays."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations
TEXTS = ["The cat sat on the mat.", "The dog, the dog ate my homework!", "Cat & dog"]
SERIES = np.arange(40).reshape(20, 2)
PICTURE = np.random.RandomState(0).uniform(0, 255, (12, 10, 3)).astype(np.float32)


def tokenized(keras, mode, **options):
    tokenizer = keras.preprocessing.text.Tokenizer(**options)
    tokenizer.fit_on_texts(TEXTS)
    sequences = tokenizer.texts_to_sequences([*TEXTS, "my cat is new"])
    again = keras.preprocessing.text.tokenizer_from_json(tokenizer.to_json())
    return [
        sequences,
        tokenizer.sequences_to_texts(sequences),
        tokenizer.texts_to_matrix(TEXTS, mode),
        sorted(tokenizer.word_index.items()),
        again.texts_to_sequences(TEXTS),
    ]


def changed(keras, **options):
    generator = keras.preprocessing.image.ImageDataGenerator(**options)
    flow = generator.flow(np.stack([PICTURE] * 5), np.arange(5), batch_size=3, seed=4)
    return [*next(flow), *next(flow)]


def batches(keras, **options):
    generator = keras.preprocessing.sequence.TimeseriesGenerator(SERIES, SERIES[:, 0], **options)
    return [len(generator), *[part for i in range(len(generator)) for part in generator[i]]]


PROGRAMS = {
    "pad_sequences": lambda k: k.preprocessing.sequence.pad_sequences([[1, 2, 3], [4], []]),
    "pad_sequences_post": lambda k: k.preprocessing.sequence.pad_sequences(
        [[1, 2, 3], [4]], maxlen=2, padding="post", truncating="post", value=-1.0, dtype="float32"
    ),
    "pad_sequences_pre": lambda k: k.preprocessing.sequence.pad_sequences(
        [[[1, 2]], [[3, 4], [5, 6]]], maxlen=3
    ),
    "sampling_table": lambda k: k.preprocessing.sequence.make_sampling_table(50),
    "skipgrams": lambda k: k.preprocessing.sequence.skipgrams(
        [1, 0, 2, 3, 1], 4, window_size=2, negative_samples=0.0, shuffle=False
    ),
    "skipgrams_shuffled": lambda k: k.preprocessing.sequence.skipgrams(
        [1, 2, 3, 1], 4, window_size=1, negative_samples=0.0, seed=3, categorical=True
    ),
    "timeseries": lambda k: batches(k, length=4, batch_size=3),
    "timeseries_options": lambda k: batches(
        k, length=6, sampling_rate=2, stride=3, reverse=True, start_index=2, end_index=18
    ),
    "words": lambda k: k.preprocessing.text.text_to_word_sequence(TEXTS[1]),
    "hashing_trick": lambda k: k.preprocessing.text.hashing_trick(TEXTS[1], 9, "md5"),
    "one_hot": lambda k: k.preprocessing.text.one_hot(TEXTS[1], 9),
    "Tokenizer": lambda k: tokenized(k, "count"),
    "Tokenizer_unknown": lambda k: tokenized(k, "tfidf", num_words=5, oov_token="?"),
    "Tokenizer_characters": lambda k: tokenized(k, "freq", char_level=True),
    "to_categorical": lambda k: k.utils.to_categorical([[1], [0], [3]]),
    "to_categorical_wide": lambda k: k.utils.to_categorical([1, 0], 4, dtype="int32"),
    "normalize": lambda k: k.utils.normalize(np.array([[3.0, 4.0], [0.0, 0.0]])),
    "img_to_array": lambda k: k.preprocessing.image.img_to_array(
        k.preprocessing.image.array_to_img(PICTURE)
    ),
    "affine": lambda k: k.preprocessing.image.apply_affine_transform(
        PICTURE, 20, 1, 2, 5, 0.9, 1.1, row_axis=0, col_axis=1, channel_axis=2
    ),
    "brightness": lambda k: k.preprocessing.image.apply_brightness_shift(PICTURE, 0.5),
    "channel_shift": lambda k: k.preprocessing.image.apply_channel_shift(PICTURE, 30, 2),
    "generator": lambda k: changed(k, rescale=1 / 255),
    "generator_samplewise": lambda k: changed(
        k, samplewise_center=True, samplewise_std_normalization=True
    ),
}


def leaves(value):
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


@pytest.mark.parametrize("name", PROGRAMS)
def test_preprocessing(name):
    got, want = (leaves(PROGRAMS[name](tf.keras)) for tf in (ours(), oracle()))
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        assert type(a) is type(b) or np.shape(a) == np.shape(b)
        if isinstance(b, str):
            assert a == b
        else:
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-4)
