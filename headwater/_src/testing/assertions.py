"""Assertions about arrays, tensors, structures and protocol messages for `tf.test.TestCase`."""

import contextlib
import difflib
import re
from collections.abc import Mapping

import ml_dtypes
import numpy as np
from google.protobuf import message, text_format

from headwater._src.core import dtypes, errors, nest
from headwater._src.core.device import DeviceSpec
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.operation import Tensor

_SHOWN = 10  # differing elements that a failure lists


def _tolerances(rtol, atol, a, b, half, bfloat16):
    """The wider of the tolerances that the types of `a` and `b` ask for."""
    kinds = {a.dtype, b.dtype}
    if np.dtype(ml_dtypes.bfloat16) in kinds:
        return max(rtol, bfloat16[0]), max(atol, bfloat16[1])
    if np.dtype(np.float16) in kinds:
        return max(rtol, half[0]), max(atol, half[1])
    return rtol, atol


class ArrayAssertions:
    """Mixin with the assertions; the class it is mixed into has unittest's and `evaluate`."""

    # --- near and equal -----------------------------------------------------------------------

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Fails unless `|a - b| <= atol + rtol * |b|` in every element.

        Args:
          a: numbers: an array-like, a tensor, or dicts, lists and tuples of them.
          b: as `a`, of the same structure and shapes.
          rtol: relative tolerance.
          atol: absolute tolerance.
          msg: text put before the failure's own.
        """
        self._close(a, b, rtol, atol, msg, "")

    def _close(self, a, b, rtol, atol, msg, path):
        if isinstance(a, Mapping) or isinstance(b, Mapping):
            if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
                self._differ(msg, f"a{path} is a {type(a).__name__}, b{path} a {type(b).__name__}")
            if set(a) != set(b):
                self._differ(
                    msg, f"mismatched keys: a{path} has {sorted(a)}, b{path} has {sorted(b)}"
                )
            for key in a:
                self._close(a[key], b[key], rtol, atol, msg, f"{path}[{key}]")
            return
        if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
            try:
                self._close_arrays(a, b, rtol, atol, msg, path)
                return
            except (ValueError, TypeError):
                pass  # ragged, or structures inside: element by element
            if len(a) != len(b):
                self._differ(msg, f"a{path} has {len(a)} elements, b{path} has {len(b)}")
            for k, (left, right) in enumerate(zip(a, b)):
                self._close(left, right, rtol, atol, msg, f"{path}[{k}]")
            return
        self._close_arrays(a, b, rtol, atol, msg, path)

    def _close_arrays(self, a, b, rtol, atol, msg, path):
        a, b = self._array(a), self._array(b)
        if a.dtype == object or b.dtype == object:
            raise TypeError("not numbers")
        self._same_shape(a, b, msg)
        wide_a, wide_b = self._wide(a), self._wide(b)
        if np.allclose(wide_a, wide_b, rtol=rtol, atol=atol, equal_nan=True):
            return
        bad = ~np.isclose(wide_a, wide_b, rtol=rtol, atol=atol, equal_nan=True)
        self._differ(
            msg,
            f"Not equal to tolerance rtol={rtol:g}, atol={atol:g}",
            f"Mismatched value: a{path} is different from b{path}.",
            *self._listed("not close", wide_a, wide_b, bad),
        )

    def assertNotAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Fails when `assertAllClose` would pass; for the arguments see there."""
        try:
            self.assertAllClose(a, b, rtol, atol, msg)
        except AssertionError:
            return
        raise AssertionError(f"{msg or ''}The two values are close at all elements.")

    def assertAllCloseAccordingToType(
        self,
        a,
        b,
        rtol=1e-6,
        atol=1e-6,
        float_rtol=1e-6,
        float_atol=1e-6,
        half_rtol=1e-3,
        half_atol=1e-3,
        bfloat16_rtol=1e-2,
        bfloat16_atol=1e-2,
        msg=None,
    ):
        """`assertAllClose` with tolerances that widen with the narrower of the two types.

        Args:
          a: an array-like or a tensor.
          b: as `a`, of the same shape.
          rtol: relative tolerance of float64.
          atol: absolute tolerance of float64.
          float_rtol: relative tolerance of float32 and complex64.
          float_atol: absolute tolerance of float32 and complex64.
          half_rtol: relative tolerance of float16.
          half_atol: absolute tolerance of float16.
          bfloat16_rtol: relative tolerance of bfloat16.
          bfloat16_atol: absolute tolerance of bfloat16.
          msg: text put before the failure's own.
        """
        a, b = self._array(a), self._array(b)
        if a.dtype in (np.float32, np.complex64) or b.dtype in (np.float32, np.complex64):
            rtol, atol = max(rtol, float_rtol), max(atol, float_atol)
        rtol, atol = _tolerances(
            rtol, atol, a, b, (half_rtol, half_atol), (bfloat16_rtol, bfloat16_atol)
        )
        self.assertAllClose(a, b, rtol, atol, msg)

    def assertAllEqual(self, a, b, msg=None):
        """Fails unless shapes and all elements are equal; NaN equals NaN.

        Args:
          a: an array-like or a tensor.
          b: as `a`.
          msg: text put before the failure's own.
        """
        a, b = self._array(a), self._array(b)
        self._same_shape(a, b, msg)
        bad = ~self._equal(a, b)
        if bad.any():
            self._differ(
                msg, "Arrays are not equal", *self._listed("not equal", a, b, np.asarray(bad))
            )

    def assertNotAllEqual(self, a, b, msg=None):
        """Fails when shapes and all elements are equal; for the arguments see `assertAllEqual`."""
        try:
            self.assertAllEqual(a, b)
        except AssertionError:
            return
        raise AssertionError(f"{msg or ''}The two values are equal at all elements.")

    def assertNear(self, f1, f2, err, msg=None):
        """Fails unless the two numbers differ by at most `err`."""
        if not (f1 == f2 or abs(f1 - f2) <= err):
            self.fail(
                f"{f1:f} != {f2:f} +/- {err:f} (difference: {abs(f1 - f2):g})"
                + (f" : {msg}" if msg else "")
            )

    def assertArrayNear(self, farray1, farray2, err, msg=None):
        """Fails unless two sequences of numbers have one length and differ by at most `err`."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for f1, f2 in zip(farray1, farray2):
            self.assertNear(float(f1), float(f2), err, msg=msg)

    def assertNDArrayNear(self, ndarray1, ndarray2, err, msg=None):
        """Fails unless the Euclidean norm of the difference of two arrays is less than `err`."""
        distance = np.linalg.norm(np.asarray(ndarray1) - np.asarray(ndarray2))
        self.assertLess(distance, err, msg)

    # --- ranges, sets, types ------------------------------------------------------------------

    def assertAllGreater(self, a, comparison_target):
        """Fails unless every element of `a` is greater than a number."""
        self.assertGreater(np.min(self._array(a)), comparison_target)

    def assertAllLess(self, a, comparison_target):
        """Fails unless every element of `a` is less than a number."""
        self.assertLess(np.max(self._array(a)), comparison_target)

    def assertAllGreaterEqual(self, a, comparison_target):
        """Fails unless every element of `a` is at least a number."""
        self.assertGreaterEqual(np.min(self._array(a)), comparison_target)

    def assertAllLessEqual(self, a, comparison_target):
        """Fails unless every element of `a` is at most a number."""
        self.assertLessEqual(np.max(self._array(a)), comparison_target)

    def assertAllInRange(
        self, target, lower_bound, upper_bound, open_lower_bound=False, open_upper_bound=False
    ):
        """Fails unless every element lies between two bounds.

        Args:
          target: numbers: an array-like or a tensor.
          lower_bound: the least value.
          upper_bound: the greatest value.
          open_lower_bound: whether the least value itself is not allowed.
          open_upper_bound: whether the greatest value itself is not allowed.
        """
        target = self._array(target)
        if not np.issubdtype(target.dtype, np.number) and target.dtype != bool:
            raise AssertionError(f"elements of type {target.dtype} have no range")
        low = target <= lower_bound if open_lower_bound else target < lower_bound
        high = target >= upper_bound if open_upper_bound else target > upper_bound
        bad = low | high | (target != target)
        if bad.any():
            span = f"{'(' if open_lower_bound else '['}{lower_bound}, {upper_bound}"
            raise AssertionError(
                f"{bad.sum()} of the {target.size} element(s) are outside the range "
                f"{span}{')' if open_upper_bound else ']'}: " + self._places(target, bad)
            )

    def assertAllInSet(self, target, expected_set):
        """Fails unless every element of `target` is one of `expected_set`."""
        found = set(self._array(target).ravel().tolist())
        extra = sorted(found - set(np.asarray(list(expected_set)).tolist()), key=str)
        if extra:
            raise AssertionError(
                f"{len(extra)} unique element(s) are not in the set {expected_set}: {extra}"
            )

    def assertDTypeEqual(self, target, expected_dtype):
        """Fails unless `target` (array-like or tensor) has the type `expected_dtype`."""
        kind = target.dtype if hasattr(target, "dtype") else self._array(target).dtype
        self.assertEqual(dtypes.as_dtype(kind), dtypes.as_dtype(expected_dtype))

    def assertShapeEqual(self, input_a, input_b, msg=None):
        """Fails unless two arrays or tensors have the same (static) shape."""
        for given in (input_a, input_b):
            if not isinstance(given, (np.ndarray, Tensor)):
                raise TypeError(f"expected an array or a tensor, got a {type(given).__name__}")
        shapes = [
            TensorShape(x.shape) if isinstance(x, np.ndarray) else x.get_shape()
            for x in (input_a, input_b)
        ]
        self.assertEqual(shapes[0].as_list(), shapes[1].as_list(), msg)

    def assertDeviceEqual(self, device1, device2, msg=None):
        """Fails unless two device names (or None) mean the same device."""
        first, second = (DeviceSpec.from_string(d or "").to_string() for d in (device1, device2))
        self.assertEqual(first, second, msg)

    # --- errors and messages ------------------------------------------------------------------

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(self, exception_type, expected_err_re_or_predicate):
        """Context manager that fails unless its block raises the exception described.

        Args:
          exception_type: the class of the exception.
          expected_err_re_or_predicate: a function of the exception that says whether it is the
            right one, or a regular expression to find in its text (for errors of steps, in their
            message, the failing node's name or the text of the operation).

        Yields:
          None.
        """
        wanted = expected_err_re_or_predicate
        try:
            yield
        except exception_type as e:
            fits = wanted(e) if callable(wanted) else re.search(wanted, _text(e))
            if not fits:
                raise AssertionError(f"Exception of type {type(e)}: {e}") from e
            return
        self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate):
        """`assertRaisesWithPredicateMatch` for `tf.errors.OpError`."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertProtoEquals(self, expected_message_maybe_ascii, validate_message, msg=None):
        """Fails unless a protocol message equals another, or another's text form.

        Args:
          expected_message_maybe_ascii: a message, or its text form.
          validate_message: the message to look at.
          msg: text put before the failure's own.
        """
        expected = expected_message_maybe_ascii
        if not isinstance(expected, message.Message):
            expected = text_format.Parse(expected, type(validate_message)())
        elif type(expected) is not type(validate_message):
            self.fail(f"cannot compare a {type(expected)} with a {type(validate_message)}")
        if expected != validate_message:
            lines = difflib.unified_diff(
                str(expected).splitlines(), str(validate_message).splitlines(), "expected", "found"
            )
            self._differ(msg, *lines)

    def assertProtoEqualsVersion(
        self, expected, actual, producer=None, min_consumer=None, msg=None
    ):
        """`assertProtoEquals` for a GraphDef, whose `versions` are those of new graphs.

        Args:
          expected: text form of a GraphDef without `versions`.
          actual: the GraphDef to look at.
          producer: version the graph is from; None for that of `actual`.
          min_consumer: oldest reader; None for that of `actual`.
          msg: text put before the failure's own.
        """
        producer = actual.versions.producer if producer is None else producer
        least = actual.versions.min_consumer if min_consumer is None else min_consumer
        versions = f"versions {{ producer: {producer} min_consumer: {least} }}"
        self.assertProtoEquals(f"{versions}\n{expected}", actual, msg)

    # --- how they speak -----------------------------------------------------------------------

    def _array(self, x):
        has_tensors = isinstance(x, Tensor) or any(
            isinstance(leaf, Tensor) or hasattr(leaf, "dense_shape") for leaf in nest.flatten(x)
        )
        if has_tensors or hasattr(x, "op"):
            x = self.evaluate(x)
        array = x if isinstance(x, (np.ndarray, np.generic)) else np.array(x)
        return np.asarray(array)

    @staticmethod
    def _wide(x):
        narrow = x.dtype.kind not in "fciub" or x.dtype.itemsize == 2 and x.dtype.kind == "f"
        return x.astype(np.float64 if x.dtype.kind != "V" else np.float32) if narrow else x

    @staticmethod
    def _equal(a, b):
        same = np.asarray(a == b)
        if a.dtype.kind in "fc" and b.dtype.kind in "fc":
            same = same | (np.isnan(a) & np.isnan(b))
        return same

    def _same_shape(self, a, b, msg):
        if a.shape != b.shape:
            self._differ(
                msg, f"Shape mismatch: expected {a.shape}, got {b.shape} with contents {b}."
            )

    def _listed(self, kind, a, b, bad):
        if a.ndim == 0:
            return [f"{kind} lhs = {a!r}", f"{kind} rhs = {b!r}"]
        where = np.argwhere(bad)[:_SHOWN]
        lines = [f"{bad.sum()} of {bad.size} elements {kind}; dtype = {a.dtype}, shape = {a.shape}"]
        lines += [
            f"{kind} at {tuple(int(k) for k in i)}: lhs = {a[tuple(i)]!r}, rhs = {b[tuple(i)]!r}"
            for i in where
        ]
        return lines

    @staticmethod
    def _places(target, bad):
        places = np.argwhere(bad)[:_SHOWN]
        return ", ".join(f"{tuple(int(k) for k in i)}: {target[tuple(i)]}" for i in places)

    @staticmethod
    def _differ(msg, *lines):
        raise AssertionError("\n".join([*([msg] if msg else []), *lines]))


def _text(error):
    if not isinstance(error, errors.OpError):
        return str(error)
    op = error.op
    return error.message if op is None else f"{error.message} {op.name} {op.node_def}"
