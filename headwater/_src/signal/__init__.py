"""Parts of `tf.signal` that are made of other ops: windows, frames, spectra, cepstra."""
