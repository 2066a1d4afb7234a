"""`tf.keras.wrappers.scikit_learn`: Keras models as estimators of scikit-learn."""

from headwater._src.keras.scikit_learn import (
    KerasClassifier as KerasClassifier,
    KerasRegressor as KerasRegressor,
)
