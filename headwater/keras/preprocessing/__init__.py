"""`tf.keras.preprocessing`: sequences, texts and pictures as arrays."""

from headwater.keras.preprocessing import image as image, sequence as sequence, text as text
