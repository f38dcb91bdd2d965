"""From raw predictions to detections: decoded, scored, the best of each place kept, clipped, padded."""

from dataclasses import dataclass

import tensorflow as tf

from boxwright.core.detector.box_coder import decode, scales_of
from boxwright.core.detector.nested import Nested
from boxwright.core.detector.overlap import area
from boxwright.core.detector.ranking import along_places, falling
from boxwright.core.pipeline.post_processing import BatchNonMaxSuppression, PostProcessing
from boxwright.core.pipeline.ssd import Ssd

WHOLE_IMAGE = (0.0, 0.0, 1.0, 1.0)
MOST_CANDIDATES = 2**24  # integers up to here are exact in float32


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections(Nested):
    """What was found in B images, at most D objects each, the best first; zeros where padded.

    boxes              (B, D, 4) float32: y_min, x_min, y_max, x_max in shares of the clip window, within it
    scores             (B, D) float32
    classes            (B, D) float32: from 0, without background
    count              (B,) int32: the detections of each image, which come before the padding
    multiclass_scores  (B, D, C + 1) float32: the scores of all classes, column 0 is background
    anchors            (B, D) int32: the anchor of each detection
    raw_boxes          (B, A, 4) float32: of every anchor, not clipped, in shares of the network's image
    raw_scores         (B, A, C + 1) float32: of every anchor
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    classes: tf.Tensor
    count: tf.Tensor
    multiclass_scores: tf.Tensor
    anchors: tf.Tensor
    raw_boxes: tf.Tensor
    raw_scores: tf.Tensor


def postprocess(
    box_codes: tf.Tensor,
    logits: tf.Tensor,
    anchors: tf.Tensor,
    settings: Ssd,
    clip_window: tf.Tensor = WHOLE_IMAGE,
) -> Detections:
    """The detections in raw predictions, by greedy suppression within each class.

    box_codes    (B, A, 4) float32: ty, tx, th, tw
    logits       (B, A, C + 1) float32, column 0 is background
    anchors      (A, 4) float32: y_min, x_min, y_max, x_max in shares of the network's image
    clip_window  (4,) or (B, 4) float32, same order and unit: the image without its padding

    Boxes are suppressed as predicted, and clipped after that; what then has no area is not a detection.
    Where scores are equal the lower class, then the lower anchor comes first.
    """
    boxes = decode(box_codes, anchors, scales_of(settings.box_coder))
    scores = convert_scores(logits, settings.post_processing)
    window = tf.convert_to_tensor(clip_window, tf.float32)[..., tf.newaxis, :]
    clipped = _clipped(boxes, window)
    nms = settings.post_processing.batch_non_max_suppression
    found_classes, found_anchors, found = _best(boxes, area(clipped) > 0, scores[:, :, 1:], nms)
    multiclass_scores = tf.gather(scores, found_anchors, batch_dims=1)
    return Detections(
        boxes=_padded(_in_window(tf.gather(clipped, found_anchors, batch_dims=1), window), found),
        scores=_padded(tf.gather(multiclass_scores, found_classes + 1, batch_dims=2), found),
        classes=_padded(tf.cast(found_classes, tf.float32), found),
        count=tf.reduce_sum(tf.cast(found, tf.int32), axis=1),
        multiclass_scores=_padded(multiclass_scores, found),
        anchors=_padded(found_anchors, found),
        raw_boxes=boxes,
        raw_scores=scores,
    )


def _best(
    boxes: tf.Tensor, has_area: tf.Tensor, scores: tf.Tensor, settings: BatchNonMaxSuppression
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Class and anchor of each detection, (B, D) int32, and which there are, (B, D) bool.

    boxes     (B, A, 4) float32, not clipped
    has_area  (B, A) bool: something of the box is left when it is clipped
    scores    (B, A, C) float32, without background
    """
    order, distances = _ranked(scores, settings.score_threshold)
    kept = _suppressed(boxes, distances, settings)
    _, anchors = _candidates(order, kept, tf.shape(boxes)[1])
    visible = tf.where(tf.gather(has_area, anchors, batch_dims=1), kept, 0.0)
    best = tf.math.top_k(visible, settings.max_total_detections).values
    classes, anchors = _candidates(order, best, tf.shape(boxes)[1])
    return classes, anchors, best > 0


def convert_scores(logits: tf.Tensor, settings: PostProcessing) -> tf.Tensor:
    """Logits (B, A, C + 1) as scores, background's too."""
    logits = logits * (1.0 / settings.logit_scale)  # not divided: see box_coder.decode
    match settings.score_converter:
        case "SIGMOID":
            return tf.sigmoid(logits)
        case "SOFTMAX":
            return tf.nn.softmax(logits)
        case "IDENTITY":
            return logits


def _ranked(scores: tf.Tensor, threshold: float) -> tuple[tf.Tensor, tf.Tensor]:
    """All candidates, class * A + anchor, (B, C * A) int32, the best first; and how far each is from the end.

    The distances, (B, A, C) float32, are at least 1, or 0 where the score (B, A, C) is not above the
    threshold. They take the place of scores in the suppression, whose operation leaves the order of equal
    scores open and does not say which anchors it kept: a distance is unlike any other, and says it.
    """
    batch, (anchors, classes) = tf.shape(scores)[0], scores.shape[1:]
    if anchors * classes > MOST_CANDIDATES:
        raise ValueError(
            f"{anchors} anchors x {classes} classes: suppression takes {MOST_CANDIDATES} candidates at most"
        )
    by_class = tf.reshape(tf.transpose(scores, [0, 2, 1]), [batch, classes * anchors])
    order = falling(by_class)
    distances = tf.range(classes * anchors, 0, -1) * tf.ones([batch, 1], tf.int32)
    distances = tf.where(by_class > threshold, along_places(order, distances), 0)
    distances = tf.transpose(tf.reshape(distances, [batch, classes, anchors]), [0, 2, 1])
    return order, tf.cast(distances, tf.float32)


def _suppressed(boxes: tf.Tensor, distances: tf.Tensor, settings: BatchNonMaxSuppression) -> tf.Tensor:
    """The distances (B, A, C) that stay, falling, (B, K) float32 with zeros at the end.

    All classes' are returned, although fewer are wanted: some may turn out to have no area.
    """
    number, classes = settings.max_detections_per_class, distances.shape[2]
    return tf.raw_ops.CombinedNonMaxSuppression(
        boxes=boxes[:, :, tf.newaxis],
        scores=distances,
        max_output_size_per_class=number,
        max_total_size=max(number * classes, settings.max_total_detections),
        iou_threshold=settings.iou_threshold,
        score_threshold=0.5,  # distances are whole
        clip_boxes=False,
    ).nmsed_scores


def _candidates(order: tf.Tensor, distances: tf.Tensor, anchors: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Class and anchor, (B, K) int32 each, of distances (B, K); of no use where they are 0."""
    count = tf.shape(order)[1]
    places = tf.minimum(count - tf.cast(distances, tf.int32), count - 1)
    candidates = tf.gather(order, places, batch_dims=1)
    return candidates // anchors, candidates % anchors


def _clipped(boxes: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """Boxes (B, A, 4) cut off at the window, (1, 4) or (B, 1, 4)."""
    return tf.clip_by_value(boxes, _both(window[..., :2]), _both(window[..., 2:]))


def _in_window(boxes: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """Boxes (B, D, 4) in shares of the window, (1, 4) or (B, 1, 4)."""
    origin, end = window[..., :2], window[..., 2:]
    return (boxes - _both(origin)) / _both(end - origin)


def _both(corner: tf.Tensor) -> tf.Tensor:
    """A corner y, x for both corners of boxes: y, x, y, x."""
    return tf.concat([corner, corner], axis=-1)


def _padded(values: tf.Tensor, found: tf.Tensor) -> tf.Tensor:
    """Values (B, D) or (B, D, N), zeros where nothing was found (B, D)."""
    while found.shape.rank < values.shape.rank:
        found = found[..., tf.newaxis]
    return tf.where(found, values, tf.zeros_like(values))
