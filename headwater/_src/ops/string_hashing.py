"""Strings to bucket numbers and fingerprints."""

import numpy as np

from headwater._src.core import hashing
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._args import either
from headwater._src.ops._shapes import same
from headwater._src.ops._strings import each_number, invalid

StringToHashBucket = define_op(
    "StringToHashBucket",
    inputs="string_tensor: string",
    outputs="output: int64",
    attrs=["num_buckets: int >= 1"],
    shape=same,
)
StringToHashBucketFast = define_op(
    "StringToHashBucketFast",
    inputs="input: string",
    outputs="output: int64",
    attrs=["num_buckets: int >= 1"],
    shape=same,
)
StringToHashBucketStrong = define_op(
    "StringToHashBucketStrong",
    inputs="input: string",
    outputs="output: int64",
    attrs=["num_buckets: int >= 1", "key: list(int)"],
    shape=same,
)


@StringToHashBucket.kernel
def string_to_hash_bucket_kernel(xp, string_tensor, *, num_buckets):
    return each_number(lambda s: hashing.murmur64(s) % num_buckets, string_tensor, np.int64)


@StringToHashBucketFast.kernel
def string_to_hash_bucket_fast_kernel(xp, input, *, num_buckets):
    return each_number(lambda s: hashing.farm64(s) % num_buckets, input, np.int64)


@StringToHashBucketStrong.kernel
def string_to_hash_bucket_strong_kernel(xp, input, *, num_buckets, key):
    if len(key) != 2:
        raise invalid("Key must have 2 elements")
    return each_number(lambda s: hashing.siphash(s, key) % num_buckets, input, np.int64)


for _op in (StringToHashBucket, StringToHashBucketFast, StringToHashBucketStrong):
    _op.no_gradient()


@public
def string_to_hash_bucket_fast(input, num_buckets, name=None):
    """Bucket numbers of strings by FarmHash64, the same on every machine.

    Args:
      input: string `Tensor`.
      num_buckets: how many buckets there are, at least 1.
      name: name of the node.

    Returns:
      An int64 `Tensor` of the same shape, numbers in `[0, num_buckets)`.
    """
    return raw.StringToHashBucketFast(input, num_buckets=num_buckets, name=name)


@public
def string_to_hash_bucket_strong(input, num_buckets, key, name=None):
    """Bucket numbers of strings by SipHash under a key, so that nobody can choose strings that
    collide.

    Args:
      input: string `Tensor`.
      num_buckets: how many buckets there are, at least 1.
      key: two integers.
      name: name of the node.

    Returns:
      An int64 `Tensor` of the same shape, numbers in `[0, num_buckets)`.

    Raises:
      InvalidArgumentError: `key` has not two elements.
    """
    return raw.StringToHashBucketStrong(input, num_buckets=num_buckets, key=key, name=name)


@public
def string_to_hash_bucket(string_tensor=None, num_buckets=None, name=None, input=None):
    """Bucket numbers of strings; new programs should use `string_to_hash_bucket_fast`.

    Args:
      string_tensor: string `Tensor`.
      num_buckets: how many buckets there are, at least 1.
      name: name of the node.
      input: another name of `string_tensor`.

    Returns:
      An int64 `Tensor` of the same shape, numbers in `[0, num_buckets)`.
    """
    string_tensor = either("string_tensor", string_tensor, "input", input)
    return raw.StringToHashBucket(string_tensor, num_buckets=num_buckets, name=name)
