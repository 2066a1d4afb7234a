"""Non-maximum suppression: of boxes that overlap much, the one with the best score."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank

_T = "T: {half, float} = float"
_THRESHOLD = "T_threshold: {half, float} = float"


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def _overlap(a, b):
    """Intersection over union of box `a` with boxes `b`; corners may be given in any order."""
    (ay1, ax1), (ay2, ax2) = np.minimum(a[:2], a[2:]), np.maximum(a[:2], a[2:])
    low, high = np.minimum(b[:, :2], b[:, 2:]), np.maximum(b[:, :2], b[:, 2:])
    area_a = (ay2 - ay1) * (ax2 - ax1)
    area_b = (high - low).prod(1)
    y = np.maximum(np.minimum(ay2, high[:, 0]) - np.maximum(ay1, low[:, 0]), 0)
    x = np.maximum(np.minimum(ax2, high[:, 1]) - np.maximum(ax1, low[:, 1]), 0)
    both = y * x
    with np.errstate(all="ignore"):
        ratio = both / (area_a + area_b - both)
    return np.where((area_a <= 0) | (area_b <= 0), np.float32(0), ratio)


def _select(scores, count, threshold, least, overlap, sigma=0.0):
    """`(indices, scores)` of what is chosen; `overlap(i, chosen)` compares one with those chosen
    before.
    """
    import heapq

    scale = -0.5 / sigma if sigma > 0 else 0.0
    heap = [(-float(s), i, 0) for i, s in enumerate(scores) if s > least]
    heapq.heapify(heap)
    chosen, kept = [], []
    while heap and len(chosen) < count:
        negative, i, begin = heapq.heappop(heap)
        score = original = np.float32(-negative)
        suppressed = False
        if len(chosen) > begin:
            ratios = overlap(i, chosen)
            for j in range(len(chosen) - 1, begin - 1, -1):
                ratio = ratios[j]
                if sigma == 0:
                    suppressed = ratio > threshold
                    if suppressed:
                        break
                    continue
                weight = np.exp(scale * ratio * ratio) if ratio <= threshold else 0
                score = np.float32(score * np.float32(weight))
                if score <= least:
                    break
        if suppressed:
            continue
        if score == original:
            chosen.append(i)
            kept.append(score)
        elif score > least:
            heapq.heappush(heap, (-float(score), i, len(chosen)))
    return np.array(chosen, np.int32), np.array(kept, np.float32)


def _check(boxes, scores, count):
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise _invalid("boxes must have 4 columns")
    if scores.shape != boxes.shape[:1]:
        raise _invalid("scores has incompatible shape")
    if np.ndim(count):
        raise _invalid("max_output_size must be 0-D, got shape")


def _suppress(boxes, scores, count, threshold, least=-np.inf, sigma=0.0):
    _check(boxes, scores, count)
    if not 0 <= threshold <= 1:
        raise _invalid("iou_threshold must be in [0, 1]")
    boxes = boxes.astype(np.float32)
    return _select(
        scores.astype(np.float32),
        int(count),
        float(threshold),
        float(least),
        lambda i, chosen: _overlap(boxes[i], boxes[chosen]),
        float(sigma),
    )


def _check_shapes(boxes, scores, max_output_size, *more):
    b, s = with_rank(boxes.dims, 2), with_rank(scores.dims, 1)
    with_rank(max_output_size.dims, 0)
    for x in more:
        with_rank(x.dims, 0)
    merge_dim(b[0], s[0])
    if b[1] not in (None, 4):
        raise ShapeError(f"Dimension must be 4 but is {b[1]}")


def _padded_length(max_output_size, pad):
    known = max_output_size.known
    return (int(known),) if pad and known is not None else (None,)


NonMaxSuppression = define_op(
    "NonMaxSuppression",
    inputs="boxes: float, scores: float, max_output_size: int32",
    outputs="selected_indices: int32",
    attrs=["iou_threshold: float = 0.5"],
)


@NonMaxSuppression.shape
def _v1_shape(boxes, scores, max_output_size):
    _check_shapes(boxes, scores, max_output_size)
    return (None,)


@NonMaxSuppression.kernel(dynamic=True)
def _v1_kernel(xp, boxes, scores, max_output_size, *, iou_threshold):
    return _suppress(boxes, scores, max_output_size, iou_threshold)[0]


NonMaxSuppressionV2 = define_op(
    "NonMaxSuppressionV2",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold",
    outputs="selected_indices: int32",
    attrs=[_T, _THRESHOLD],
)


@NonMaxSuppressionV2.shape
def _v2_shape(boxes, scores, max_output_size, iou_threshold):
    _check_shapes(boxes, scores, max_output_size, iou_threshold)
    return (None,)


@NonMaxSuppressionV2.kernel(dynamic=True)
def _v2_kernel(xp, boxes, scores, max_output_size, iou_threshold):
    return _suppress(boxes, scores, max_output_size, iou_threshold)[0]


NonMaxSuppressionV3 = define_op(
    "NonMaxSuppressionV3",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
    "score_threshold: T_threshold",
    outputs="selected_indices: int32",
    attrs=[_T, _THRESHOLD],
)


@NonMaxSuppressionV3.shape
def _v3_shape(boxes, scores, max_output_size, iou_threshold, score_threshold):
    _check_shapes(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return (None,)


@NonMaxSuppressionV3.kernel(dynamic=True)
def _v3_kernel(xp, boxes, scores, max_output_size, iou_threshold, score_threshold):
    return _suppress(boxes, scores, max_output_size, iou_threshold, score_threshold)[0]


NonMaxSuppressionV4 = define_op(
    "NonMaxSuppressionV4",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
    "score_threshold: T_threshold",
    outputs="selected_indices: int32, valid_outputs: int32",
    attrs=[_T, _THRESHOLD, "pad_to_max_output_size: bool = false"],
)


@NonMaxSuppressionV4.shape
def _v4_shape(
    boxes, scores, max_output_size, iou_threshold, score_threshold, *, pad_to_max_output_size
):
    _check_shapes(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return [_padded_length(max_output_size, pad_to_max_output_size), ()]


@NonMaxSuppressionV4.kernel(dynamic=True)
def _v4_kernel(
    xp, boxes, scores, max_output_size, iou_threshold, score_threshold, *, pad_to_max_output_size
):
    chosen, _ = _suppress(boxes, scores, max_output_size, iou_threshold, score_threshold)
    valid = np.int32(len(chosen))
    if pad_to_max_output_size:
        chosen = np.pad(chosen, (0, int(max_output_size) - len(chosen)))
    return chosen, valid


NonMaxSuppressionV5 = define_op(
    "NonMaxSuppressionV5",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T, score_threshold: T, "
    "soft_nms_sigma: T",
    outputs="selected_indices: int32, selected_scores: T, valid_outputs: int32",
    attrs=[_T, "pad_to_max_output_size: bool = false"],
)


@NonMaxSuppressionV5.shape
def _v5_shape(
    boxes,
    scores,
    max_output_size,
    iou_threshold,
    score_threshold,
    soft_nms_sigma,
    *,
    pad_to_max_output_size,
):
    _check_shapes(boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma)
    length = _padded_length(max_output_size, pad_to_max_output_size)
    return [length, length, ()]


@NonMaxSuppressionV5.kernel(dynamic=True)
def _v5_kernel(
    xp,
    boxes,
    scores,
    max_output_size,
    iou_threshold,
    score_threshold,
    soft_nms_sigma,
    *,
    pad_to_max_output_size,
):
    if soft_nms_sigma < 0:
        raise _invalid("soft_nms_sigma must be non-negative")
    chosen, kept = _suppress(
        boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma
    )
    valid = np.int32(len(chosen))
    if pad_to_max_output_size:
        chosen, kept = (np.pad(x, (0, int(max_output_size) - len(x))) for x in (chosen, kept))
    return chosen, kept, valid


NonMaxSuppressionWithOverlaps = define_op(
    "NonMaxSuppressionWithOverlaps",
    inputs="overlaps: float, scores: float, max_output_size: int32, overlap_threshold: float, "
    "score_threshold: float",
    outputs="selected_indices: int32",
)


@NonMaxSuppressionWithOverlaps.shape
def _overlaps_shape(overlaps, scores, max_output_size, overlap_threshold, score_threshold):
    square, s = with_rank(overlaps.dims, 2), with_rank(scores.dims, 1)
    merge_dim(merge_dim(square[0], s[0]), square[1])
    return (None,)


@NonMaxSuppressionWithOverlaps.kernel(dynamic=True)
def _overlaps_kernel(xp, overlaps, scores, max_output_size, overlap_threshold, score_threshold):
    return _select(
        scores,
        int(max_output_size),
        float(overlap_threshold),
        float(score_threshold),
        lambda i, chosen: overlaps[i, chosen],
    )[0]


for _op in (
    NonMaxSuppression,
    NonMaxSuppressionV2,
    NonMaxSuppressionV3,
    NonMaxSuppressionV4,
    NonMaxSuppressionV5,
    NonMaxSuppressionWithOverlaps,
):
    _op.no_gradient()


def _thresholds(iou_threshold, score_threshold):
    return (
        convert_to_tensor(iou_threshold, dtypes.float32, name="iou_threshold"),
        convert_to_tensor(score_threshold, dtypes.float32, name="score_threshold"),
    )


@public
def non_max_suppression(
    boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"), name=None
):
    """Chooses the boxes with the best scores that do not overlap much.

    Args:
      boxes: float32 `Tensor` of shape `[n, 4]`: `y1, x1, y2, x2`.
      scores: float32 vector of `n`.
      max_output_size: how many are chosen at most.
      iou_threshold: boxes that overlap a chosen one by more than this part are left out.
      score_threshold: boxes with a lower score are left out.
      name: optional name of the scope.

    Returns:
      int32 vector of indices, best score first.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(name, "non_max_suppression", []):
        iou_threshold, score_threshold = _thresholds(iou_threshold, score_threshold)
        return raw.NonMaxSuppressionV3(
            boxes, scores, max_output_size, iou_threshold, score_threshold
        )


@public
def non_max_suppression_with_scores(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    soft_nms_sigma=0.0,
    name=None,
):
    """`tf.image.non_max_suppression` that may lower scores instead of leaving boxes out.

    Args:
      boxes: float32 `Tensor` of shape `[n, 4]`: `y1, x1, y2, x2`.
      scores: float32 vector of `n`.
      max_output_size: how many are chosen at most.
      iou_threshold: boxes that overlap a chosen one by more than this part are left out.
      score_threshold: boxes with a lower score are left out.
      soft_nms_sigma: width of the Gaussian by which overlaps lower scores; 0 for none.
      name: optional name of the scope.

    Returns:
      `(indices, scores)` of the chosen boxes.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(name, "non_max_suppression_with_scores", []):
        iou_threshold, score_threshold = _thresholds(iou_threshold, score_threshold)
        soft_nms_sigma = convert_to_tensor(soft_nms_sigma, dtypes.float32, name="soft_nms_sigma")
        indices, kept, _ = raw.NonMaxSuppressionV5(
            boxes,
            scores,
            max_output_size,
            iou_threshold,
            score_threshold,
            soft_nms_sigma,
            pad_to_max_output_size=False,
        )
        return indices, kept


@public
def non_max_suppression_padded(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_to_max_output_size=False,
    name=None,
    sorted_input=False,
    canonicalized_coordinates=False,
    tile_size=512,
):
    """`tf.image.non_max_suppression` whose result may be filled up to a fixed length.

    Args:
      boxes: float32 `Tensor` of shape `[n, 4]`: `y1, x1, y2, x2`.
      scores: float32 vector of `n`.
      max_output_size: how many are chosen at most.
      iou_threshold: boxes that overlap a chosen one by more than this part are left out.
      score_threshold: boxes with a lower score are left out.
      pad_to_max_output_size: whether zeros fill up the indices to `max_output_size`.
      name: optional name of the scope.
      sorted_input: for batches only.
      canonicalized_coordinates: for batches only.
      tile_size: for batches only.

    Returns:
      `(indices, how many of them are valid)`.

    Raises:
      NotImplementedError: a batch was given.
    """
    if sorted_input or canonicalized_coordinates:
        raise NotImplementedError("non_max_suppression_padded of batches is not implemented")
    with scope(name, "non_max_suppression_padded", []):
        return tuple(
            raw.NonMaxSuppressionV4(
                boxes,
                scores,
                max_output_size,
                iou_threshold,
                score_threshold,
                pad_to_max_output_size=pad_to_max_output_size,
            )
        )


@public
def non_max_suppression_overlaps(
    overlaps,
    scores,
    max_output_size,
    overlap_threshold=0.5,
    score_threshold=float("-inf"),
    name=None,
):
    """`tf.image.non_max_suppression` with the overlaps given.

    Args:
      overlaps: float32 `Tensor` of shape `[n, n]`.
      scores: float32 vector of `n`.
      max_output_size: how many are chosen at most.
      overlap_threshold: boxes that overlap a chosen one by more than this are left out.
      score_threshold: boxes with a lower score are left out.
      name: optional name of the scope.

    Returns:
      int32 vector of indices, best score first.
    """
    with scope(name, "non_max_suppression_overlaps", []):
        overlap_threshold = convert_to_tensor(
            overlap_threshold, dtypes.float32, name="overlap_threshold"
        )
        return raw.NonMaxSuppressionWithOverlaps(
            overlaps, scores, max_output_size, overlap_threshold, score_threshold
        )
