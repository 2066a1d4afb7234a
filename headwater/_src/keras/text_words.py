"""Text as numbers: splitting into words, hashing them, `Tokenizer`."""

import hashlib
import json
from collections import OrderedDict, defaultdict

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" "):
    """The words of a text.

    Args:
      input_text: the text.
      filters: characters that count as separators.
      lower: whether capitals are made small.
      split: the separator.

    Returns:
      List of words.
    """
    text = input_text.lower() if lower else input_text
    return [word for word in text.translate({ord(c): split for c in filters}).split(split) if word]


def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" "):
    """The words of a text as numbers from 1 to `n - 1`, by their hashes.

    Args:
      text: the text.
      n: the number of values.
      hash_function: function from a word to an integer, `"md5"`, or None for Python's `hash`.
      filters: characters that count as separators.
      lower: whether capitals are made small.
      split: the separator.

    Returns:
      List of integers; different words may share one.
    """
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    words = text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def one_hot(input_text, n, filters=FILTERS, lower=True, split=" "):
    """The words of a text as numbers from 1 to `n - 1`, by Python's hashes.

    Args:
      input_text: the text.
      n: the number of values.
      filters: characters that count as separators.
      lower: whether capitals are made small.
      split: the separator.

    Returns:
      List of integers.
    """
    return hashing_trick(input_text, n, hash, filters, lower, split)


class Tokenizer:
    """Words of texts as numbers by how often they occur, the most frequent one first.

    Args:
      num_words: only numbers below it are given.
      filters: characters that count as separators.
      lower: whether capitals are made small.
      split: the separator.
      char_level: whether each character is a word.
      oov_token: the word in place of unknown ones, which gets number 1.
      document_count: the number of texts seen.
      **kwargs: `nb_words`, older name of `num_words`.
    """

    def __init__(
        self,
        num_words=None,
        filters=FILTERS,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        document_count=0,
        **kwargs,
    ):
        num_words = kwargs.pop("nb_words", num_words)
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {kwargs}")
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token = char_level, oov_token
        self.document_count = document_count
        self.word_counts, self.word_docs = OrderedDict(), defaultdict(int)
        self.index_docs, self.word_index, self.index_word = defaultdict(int), {}, {}

    def _words(self, text):
        if self.char_level or isinstance(text, list):
            if self.lower:
                text = [t.lower() for t in text] if isinstance(text, list) else text.lower()
            return text
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts):
        """Counts words and numbers them.

        Args:
          texts: list of texts, or of lists of words.
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ranked = sorted(self.word_counts.items(), key=lambda item: item[1], reverse=True)
        names = [] if self.oov_token is None else [self.oov_token]
        names += [word for word, _ in ranked]
        self.word_index = {word: i for i, word in enumerate(names, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):
        """Counts in how many sequences each number occurs.

        Args:
          sequences: list of lists of numbers.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for i in set(sequence):
                self.index_docs[i] += 1

    def texts_to_sequences(self, texts):
        """Texts as lists of numbers.

        Args:
          texts: list of texts.
        """
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """A generator of texts as lists of numbers.

        Args:
          texts: list of texts.
        """
        unknown = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = []
            for word in self._words(text):
                i = self.word_index.get(word)
                if i is None or (self.num_words and i >= self.num_words):
                    i = unknown
                if i is not None:
                    numbers.append(i)
            yield numbers

    def sequences_to_texts(self, sequences):
        """Lists of numbers as texts.

        Args:
          sequences: list of lists of numbers.
        """
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """A generator of texts from lists of numbers.

        Args:
          sequences: list of lists of numbers.
        """
        for sequence in sequences:
            words = []
            for i in sequence:
                word = self.index_word.get(i)
                if word is None or (self.num_words and i >= self.num_words):
                    word = self.oov_token
                if word is not None:
                    words.append(word)
            yield " ".join(words)

    def texts_to_matrix(self, texts, mode="binary"):
        """Texts as rows with a column for each word number.

        Args:
          texts: list of texts.
          mode: `"binary"`, `"count"`, `"freq"` or `"tfidf"`.

        Returns:
          Array `[texts, words]`.
        """
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """Lists of numbers as rows with a column for each number.

        Args:
          sequences: list of lists of numbers.
          mode: `"binary"`, `"count"`, `"freq"` or `"tfidf"`.

        Returns:
          Array `[sequences, words]`.

        Raises:
          ValueError: nothing has been counted yet, or `mode` is unknown.
        """
        if not self.num_words and not self.word_index:
            raise ValueError(
                "Specify a dimension (`num_words` argument), or fit on some text data first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        width = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences):
            counts = defaultdict(int)
            for i in sequence:
                if i < width:
                    counts[i] += 1
            for i, count in counts.items():
                row[i] = self._entry(mode, i, count, len(sequence))
        return matrix

    def _entry(self, mode, i, count, length):
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        if mode == "binary":
            return 1
        if mode == "tfidf":
            rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(i, 0)))
            return (1 + np.log(count)) * rarity
        raise ValueError("Unknown vectorization mode:", mode)

    def get_config(self):
        """The arguments and counts as values that JSON can hold."""
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            "word_counts": json.dumps(self.word_counts),
            "word_docs": json.dumps(self.word_docs),
            "index_docs": json.dumps(self.index_docs),
            "index_word": json.dumps(self.index_word),
            "word_index": json.dumps(self.word_index),
        }

    def to_json(self, **kwargs):
        """The configuration as JSON.

        Args:
          **kwargs: further arguments of `json.dumps`.
        """
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string):
    """The `Tokenizer` that `to_json` described.

    Args:
      json_string: the JSON text.
    """
    config = json.loads(json_string)["config"]
    counts = {
        name: json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    }
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(counts["word_counts"])
    tokenizer.word_docs = defaultdict(int, counts["word_docs"])
    tokenizer.index_docs = defaultdict(int, {int(k): v for k, v in counts["index_docs"].items()})
    tokenizer.index_word = {int(k): v for k, v in counts["index_word"].items()}
    tokenizer.word_index = counts["word_index"]
    return tokenizer
