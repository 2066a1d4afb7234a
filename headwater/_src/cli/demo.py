"""`headwater demo`: trains the tutorials' digit classifiers and draws what one has learned."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm import trange

import headwater as tf
from headwater._src.cli.classifiers import Classifier, softmax_regression, two_hidden_layers
from headwater._src.cli.digits import load_digits
from headwater._src.cli.main import CommandError
from headwater._src.cli.picture import digit_templates, png
from headwater._src.data.mnist import Datasets

_BATCH = 100
_SEED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `headwater demo`."""
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        help="folder of the four MNIST files (default: $HEADWATER_DATA/mnist, the user's cache, "
        "the network, and else scikit-learn's digits)",
    )
    parser.add_argument(
        "--steps",
        type=_positive,
        metavar="N",
        help="training steps of each classifier (default: 1000 of the first, 5000 of the second)",
    )
    parser.add_argument(
        "--out",
        default="digit_templates.png",
        metavar="FILE",
        help="where the picture of the learned weights goes (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Trains, reports, and saves the picture."""
    folder = os.path.dirname(options.out) or "."
    if not os.path.isdir(folder):  # said now, not after the training
        raise CommandError(f"cannot write {options.out}: there is no folder {folder}")
    source, digits = load_digits(options.data, _SEED)
    train, test = digits.train.num_examples, digits.test.num_examples
    print(f"Digits: {source}; {train} to train, {test} to test")
    weights = _train("softmax regression", softmax_regression, digits, options.steps or 1000)
    _save(options.out, png(digit_templates(weights)))
    print(f"The ten digit templates it has learned: {options.out}")
    _train("784-500-100-10 network", two_hidden_layers, digits, options.steps or 5000)
    return 0


def _train(title: str, build: Callable[[], Classifier], digits: Datasets, steps: int) -> np.ndarray:
    """Trains a classifier in a graph of its own, prints its accuracy, gives its first weights."""
    with tf.Graph().as_default():
        tf.set_random_seed(_SEED)
        model = build()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            start = time.perf_counter()
            for _ in trange(steps, desc=title, unit=" steps", disable=not sys.stderr.isatty()):
                images, labels = digits.train.next_batch(_BATCH)
                session.run(model.train_step, _feeds(model, images, labels, keep_prob=0.2))
            seconds = time.perf_counter() - start
            test = _feeds(model, digits.test.images, digits.test.labels, keep_prob=1.0)
            accuracy, weights = session.run([model.accuracy, model.weights], test)
    print(f"{title}: test accuracy {accuracy:.4f} after {steps} steps ({seconds:.1f} s)")
    return weights


def _feeds(model: Classifier, images: np.ndarray, labels: np.ndarray, keep_prob: float) -> dict:
    feeds: dict[Any, Any] = {model.images: images, model.labels: labels}
    if model.keep_prob is not None:
        feeds[model.keep_prob] = keep_prob
    return feeds


def _save(path: str, content: bytes) -> None:
    """Writes a file by renaming a complete one into its place."""
    temporary = f"{path}.part"
    try:
        with open(temporary, "wb") as f:
            f.write(content)
        os.replace(temporary, path)
    except OSError as e:
        raise CommandError(f"cannot write {path}: {e.strerror}") from e


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number
