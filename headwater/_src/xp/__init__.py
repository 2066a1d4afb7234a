"""The array protocol that kernels are written against, and its two implementations.

`numpy_xp` runs a kernel at once on NumPy arrays; `jax_xp` runs it on JAX tracers while a region is
compiled. Both offer NumPy's functions under NumPy's names plus the intrinsics that NumPy and JAX do
not share: casts and checks with TensorFlow's meaning, gathers and scatters, convolutions, sorting,
random numbers. A kernel gets the namespace as its first argument and never imports one. `jax_xp` is
imported only when something is compiled.
"""
