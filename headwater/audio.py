"""`tf.audio`: WAV files."""

from headwater._src.ops.audio import decode_wav as decode_wav, encode_wav as encode_wav
