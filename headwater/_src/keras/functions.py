"""`fn`: the public functions of tensors by name, as `raw` is for single ops."""

from headwater._src.graph.optable import PUBLIC


class _Functions:
    """`fn.reduce_mean(x, axis=-1)`: looked up at its first use, then an attribute."""

    def __getattr__(self, name):
        if name not in PUBLIC:
            raise AttributeError(f"no public function {name!r}")
        setattr(self, name, PUBLIC[name])
        return PUBLIC[name]

    def __dir__(self):
        return sorted(PUBLIC)


fn = _Functions()
