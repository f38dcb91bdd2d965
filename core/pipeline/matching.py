"""Which anchor answers for which box, and how the box is written relative to it.

Source: object_detection/protos/{argmax_matcher,matcher,region_similarity_calculator,box_coder,
faster_rcnn_box_coder}.proto
"""

from boxwright.core.pipeline.message import Message, Opaque, choice, without_effect


class FasterRcnnBoxCoder(Message):
    """Offsets of centre and size relative to the anchor, scaled.

    Faster R-CNN, section 3.1.2 "Loss Function", https://arxiv.org/abs/1506.01497
    """

    y_scale: float = 10.0
    x_scale: float = 10.0
    height_scale: float = 5.0
    width_scale: float = 5.0


class BoxCoder(Message):
    """How a box is written relative to an anchor."""

    faster_rcnn_box_coder: FasterRcnnBoxCoder | None = choice("box_coder")
    mean_stddev_box_coder: Opaque | None = choice("box_coder", "unsupported")
    square_box_coder: Opaque | None = choice("box_coder", "unsupported")
    keypoint_box_coder: Opaque | None = choice("box_coder", "unsupported")


class ArgMaxMatcher(Message):
    """Every anchor takes the box it overlaps most, if by matched_threshold at least."""

    matched_threshold: float = 0.5
    unmatched_threshold: float = 0.5
    ignore_thresholds: bool = False
    negatives_lower_than_unmatched: bool = True
    force_match_for_each_row: bool = False
    use_matmul_gather: bool = without_effect(False)


class Matcher(Message):
    """How anchors and boxes are matched."""

    argmax_matcher: ArgMaxMatcher | None = choice("matcher")
    bipartite_matcher: Opaque | None = choice("matcher", "unsupported")


class IouSimilarity(Message):
    """Intersection over union."""


class RegionSimilarityCalculator(Message):
    """How alike two boxes are."""

    neg_sq_dist_similarity: Opaque | None = choice("similarity", "unsupported")
    iou_similarity: IouSimilarity | None = choice("similarity")
    ioa_similarity: Opaque | None = choice("similarity", "unsupported")
    thresholded_iou_similarity: Opaque | None = choice("similarity", "unsupported")
