"""`tf.contrib.learn.preprocessing`: words to numbers."""

import json
import re

import numpy as np

import headwater as tf

# Capitals together; a capitalised word before another capital; anything else of letters, digits,
# apostrophes and hyphens.
_WORDS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|['\w-]+", re.UNICODE)


def tokenizer(iterator):
    """The words of each text.

    Args:
      iterator: texts.

    Yields:
      Lists of strings.
    """
    for text in iterator:
        yield _WORDS.findall(text)


class CategoricalVocabulary:
    """Numbers for categories, in the order in which they come; 0 is the unknown one.

    Args:
      unknown_token: the category of unknown ones.
      support_reverse: whether categories can be found by their number.
    """

    def __init__(self, unknown_token="<UNK>", support_reverse=True):
        self._unknown_token, self._mapping = unknown_token, {unknown_token: 0}
        self._support_reverse, self._reverse_mapping = support_reverse, [unknown_token]
        self._freq, self._freeze = {}, False

    def __len__(self):
        return len(self._mapping)

    def freeze(self, freeze=True):
        """Makes categories that are not known yet unknown ones from now on.

        Args:
          freeze: False: new ones get numbers again.
        """
        self._freeze = freeze

    def get(self, category):
        """The number of a category.

        Args:
          category: string or number.
        """
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._mapping[category] = len(self._mapping)
            self._reverse_mapping.append(category)
        return self._mapping[category]

    def add(self, category, count=1):
        """Counts a category.

        Args:
          category: string or number.
          count: how often it came.
        """
        if self.get(category) > 0:
            self._freq[category] = self._freq.get(category, 0) + count

    def trim(self, min_frequency, max_frequency=-1):
        """Leaves out rare and very frequent categories; the others are numbered by frequency.

        Args:
          min_frequency: categories that came no more often are left out.
          max_frequency: categories that came as often or more are left out; -1: none.
        """
        by_name = sorted(self._freq.items(), key=lambda x: (isinstance(x[0], str), x[0]))
        kept = [
            (category, count)
            for category, count in sorted(by_name, key=lambda x: -x[1])
            if count > min_frequency and not 0 < max_frequency <= count
        ]
        self._reverse_mapping = [self._unknown_token, *(category for category, _ in kept)]
        self._mapping = {category: i for i, category in enumerate(self._reverse_mapping)}
        self._freq = dict(kept)

    def reverse(self, class_id):
        """The category with a number.

        Args:
          class_id: the number.

        Raises:
          ValueError: the vocabulary does not keep this.
        """
        if not self._support_reverse:
            raise ValueError(
                "This vocabulary wasn't initialized with support_reverse to support reverse() function."
            )
        return self._reverse_mapping[class_id]


class VocabularyProcessor:
    """Texts to rows of word numbers, cut or filled up with 0.

    Args:
      max_document_length: length of the rows.
      min_frequency: words that came no more often are unknown.
      vocabulary: a `CategoricalVocabulary` (default: a new one).
      tokenizer_fn: function of an iterable of texts that gives lists of words.
    """

    def __init__(self, max_document_length, min_frequency=0, vocabulary=None, tokenizer_fn=None):
        self.max_document_length, self.min_frequency = max_document_length, min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents, unused_y=None):
        """Learns the words of texts.

        Args:
          raw_documents: iterable of strings.
          unused_y: ignored.

        Returns:
          The processor itself.
        """
        for tokens in self._tokenizer(raw_documents):
            for token in tokens:
                self.vocabulary_.add(token)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(self, raw_documents, unused_y=None):
        """Learns the words of texts, and gives their numbers.

        Args:
          raw_documents: a sequence of strings: it is gone through twice.
          unused_y: ignored.

        Returns:
          An iterator of int64 vectors.
        """
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents):
        """The numbers of the words of texts.

        Args:
          raw_documents: iterable of strings.

        Yields:
          int64 vectors of `max_document_length`.
        """
        for tokens in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for i, token in enumerate(tokens[: self.max_document_length]):
                row[i] = self.vocabulary_.get(token)
            yield row

    def reverse(self, documents):
        """The words of numbers, with blanks between them.

        Args:
          documents: iterable of vectors of numbers.

        Yields:
          Strings.
        """
        for row in documents:
            yield " ".join(str(self.vocabulary_.reverse(int(i))) for i in row)

    def save(self, filename):
        """Writes the vocabulary into a file, as JSON: reading it back runs no code.

        Args:
          filename: path of the file.
        """
        words = self.vocabulary_
        data = {
            "max_document_length": self.max_document_length,
            "min_frequency": self.min_frequency,
            "words": words._reverse_mapping,
            "counts": list(words._freq.items()),
            "frozen": words._freeze,
        }
        with tf.gfile.GFile(filename, "w") as file:
            file.write(json.dumps(data))

    @classmethod
    def restore(cls, filename):
        """A processor with the vocabulary of a file that `save` wrote.

        Args:
          filename: path of the file.

        Raises:
          ValueError: the file is another, such as a pickle of TensorFlow's.
        """
        with tf.gfile.GFile(filename, "rb") as file:
            content = file.read()
        try:
            data = json.loads(content)
            words = CategoricalVocabulary(data["words"][0])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{filename} is not a vocabulary that headwater saved. (TensorFlow's is a pickle, "
                "which can run any code when it is read: fit the processor again.)"
            ) from error
        for word in data["words"][1:]:
            words.get(word)
        words._freq = dict(map(tuple, data["counts"]))
        words.freeze(data["frozen"])
        return cls(data["max_document_length"], data["min_frequency"], words)
