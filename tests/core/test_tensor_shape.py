"""`Dimension` and `TensorShape`, against facts recorded from TensorFlow 2.21 in v1 mode."""

import copy
import pickle

import pytest

from headwater._src.core.tensor_shape import Dimension as D, TensorShape as S, unknown_shape

VALUES = [
    ("D(3) + 4", "Dimension(7)"),
    ("4 - D(3)", "Dimension(1)"),
    ("None + D(3)", "Dimension(None)"),
    ("D(7) // 2", "Dimension(3)"),
    ("7 % D(4)", "Dimension(3)"),
    ("D(3) == None", "None"),
    ("D(None) == D(None)", "None"),
    ("D(7) < None", "None"),
    ("D(7) >= 7", "True"),
    ("D(3) == 'x'", "False"),
    ("[0] * D(2)", "[0, 0]"),
    ("bool(S(None)), bool(S([])), bool(D(0))", "(False, True, False)"),
    ("str(S([1, None])), str(S([1])), str(S(None))", "('(1, ?)', '(1,)', '<unknown>')"),
    ("S([1, None])", "TensorShape([Dimension(1), Dimension(None)])"),
    ("list(S([1, None]))", "[Dimension(1), Dimension(None)]"),
    ("S([1, 2, 3])[1:]", "TensorShape([Dimension(2), Dimension(3)])"),
    ("S(None)[0]", "Dimension(None)"),
    ("S(None)[1:3].as_list()", "[None, None]"),
    ("S(None)[-1:]", "TensorShape(None)"),
    ("S([1, None]) == [1, None], S(None) == None, S([1]) == 'a'", "(True, True, False)"),
    ("S([1, None]).merge_with([None, 2]).as_list()", "[1, 2]"),
    ("([1] + S([2])).as_list()", "[1, 2]"),
    ("S([1]).concatenate(None)", "TensorShape(None)"),
    ("S([1, 2]).most_specific_compatible_shape([1, 3]).as_list()", "[1, None]"),
    ("S([2, 3]).num_elements(), S([0, None]).num_elements()", "(6, None)"),
    ("unknown_shape(2).as_list()", "[None, None]"),
]


@pytest.mark.parametrize("source, expected", VALUES, ids=[v[0] for v in VALUES])
def test_values(source, expected):
    assert repr(eval(source)) == expected


ERRORS = [
    ("D(-1)", ValueError, "Dimension -1 must be >= 0"),
    ("D(2.5)", TypeError, "Dimension value must be integer or None or have an __index__ method"),
    ("D(3) - 4", ValueError, "Dimension -1 must be >= 0"),
    ("D(7) / 2", TypeError, "please use // instead"),
    ("hash(D(3))", TypeError, "unhashable"),
    ("int(D(None))", TypeError, "__int__ returned non-int"),
    ("D(3).merge_with(4)", ValueError, "Dimensions 3 and 4 are not compatible"),
    ("len(S(None))", ValueError, "Cannot take the length of shape with unknown rank."),
    ("iter(S(None))", ValueError, "Cannot iterate over a shape with unknown rank."),
    ("S(None).as_list()", ValueError, "as_list() is not defined on an unknown TensorShape."),
    ("S(None)[::2]", ValueError, "Steps are not yet handled"),
    ("S('ab')", TypeError, "could not be converted to a dimension"),
    ("S([1, 2]).merge_with([1])", ValueError, "Shapes (1, 2) and (1,) are not compatible"),
    ("S([1, 2]).with_rank(3)", ValueError, "Shape (1, 2) must have rank 3"),
    ("S([1]).with_rank_at_least(2)", ValueError, "must have rank at least 2"),
    ("S([1, 2]).with_rank_at_most(1)", ValueError, "must have rank at most 1"),
    ("S([1, 2]).assert_same_rank([1])", ValueError, "must have the same rank"),
    ("S([1]).assert_is_compatible_with([2])", ValueError, "are incompatible"),
    ("S([None]).assert_is_fully_defined()", ValueError, "Shape (?,) is not fully defined"),
]


@pytest.mark.parametrize("source, kind, text", ERRORS, ids=[e[0] for e in ERRORS])
def test_errors(source, kind, text):
    with pytest.raises(kind) as caught:
        eval(source)
    assert text in str(caught.value)


@pytest.mark.parametrize("dims", [None, [], [3], [1, None, 2]])
def test_copies_and_protos_are_equal(dims):
    shape = S(dims)
    assert pickle.loads(pickle.dumps(shape)) == copy.copy(shape) == S(shape.as_proto()) == shape
    assert hash(S(dims)) == hash(shape)
    assert unknown_shape(ndims=1) == S([None])
    assert D(3).is_compatible_with(None)
