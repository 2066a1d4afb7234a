"""`tf.contrib.learn.preprocessing`: words to numbers."""

from headwater._src.contrib.vocabulary import (
    CategoricalVocabulary as CategoricalVocabulary,
    VocabularyProcessor as VocabularyProcessor,
    tokenizer as tokenizer,
)
