import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector.anchors import multiscale_anchors, ssd_anchors
from boxwright.core.detector.box_coder import encode
from boxwright.core.detector.postprocess import convert_scores, postprocess
from boxwright.core.pipeline.anchor_generator import MultiscaleAnchorGenerator, SsdAnchorGenerator
from boxwright.core.pipeline.post_processing import BatchNonMaxSuppression, PostProcessing
from boxwright.core.pipeline.ssd import Ssd

ANCHORS = tf.constant([[0.0, 0.0, 0.5, 0.5]])
SIGMOID = PostProcessing(
    batch_non_max_suppression=BatchNonMaxSuppression(score_threshold=1e-8, iou_threshold=0.6),
    score_converter="SIGMOID",
)
RATIOS = (1.0, 2.0, 0.5, 3.0, 0.3333)
SCALES = {  # min_scale and max_scale of the tutorial's configs
    "ssd_mobilenet_v1": (0.1, 0.9),
    "ssd_inception_v2": (0.1, 0.9),
    "ssd_mobilenet_v2": (0.05, 0.95),
    "ssdlite_mobilenet_v2": (0.05, 0.95),
}


def settings(**changes):
    """Scores as they are given, at most four detections of a class and five in all."""
    suppression = {
        "iou_threshold": 0.5,
        "score_threshold": 0.1,
        "max_detections_per_class": 4,
        "max_total_detections": 5,
    }
    return Ssd(post_processing=PostProcessing(batch_non_max_suppression={**suppression, **changes}))


def detect(boxes, scores, settings, **window):
    """Detections of boxes (B, A, 4) with scores (B, A, C + 1), whatever the anchors."""
    boxes, scores = tf.constant(boxes, tf.float32), tf.constant(scores, tf.float32)
    anchors = tf.repeat(ANCHORS, boxes.shape[1], axis=0)
    codes = encode(boxes, anchors, (10.0, 10.0, 5.0, 5.0))
    run = tf.function(
        lambda codes, scores: postprocess(codes, scores, anchors, settings, **window), autograph=False
    )
    return run(codes, scores)


def row(*scores):
    """Scores of one image and one class, with background."""
    return [[[0.0, score] for score in scores]]


def test_the_best_of_each_place_stays_and_the_rest_is_zero():
    boxes = [[[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.45], [0.5, 0.5, 1, 1], [0.5, 0, 1, 0.5]]]
    found = detect(boxes, row(0.5, 0.9, 0.7, 0.05), settings())
    assert found.count.numpy().tolist() == [2]
    assert found.anchors.numpy().tolist() == [[1, 2, 0, 0, 0]]
    np.testing.assert_allclose(found.boxes[0], [boxes[0][1], boxes[0][2]] + [[0] * 4] * 3, atol=1e-6)
    np.testing.assert_allclose(found.scores[0], [0.9, 0.7, 0, 0, 0])
    np.testing.assert_allclose(found.multiclass_scores[0], [[0, 0.9], [0, 0.7]] + [[0, 0]] * 3)
    np.testing.assert_allclose(found.raw_boxes, boxes, atol=1e-6)
    np.testing.assert_allclose(found.raw_scores, row(0.5, 0.9, 0.7, 0.05))


def test_a_score_of_exactly_the_threshold_is_too_low():
    boxes = [[[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1]]]
    found = detect(boxes, row(0.5, 0.75), settings(score_threshold=0.5))
    assert found.anchors[0, : found.count[0]].numpy().tolist() == [1]


def test_an_overlap_of_exactly_the_threshold_stays():
    boxes = [[[0, 0, 1, 1], [0, 0, 1, 0.5]]]  # the codes of halves and wholes decode to the last bit
    assert detect(boxes, row(0.9, 0.8), settings(iou_threshold=0.5)).count.numpy().tolist() == [2]
    assert detect(boxes, row(0.9, 0.8), settings(iou_threshold=0.4999)).count.numpy().tolist() == [1]


def test_of_equal_scores_the_lower_anchor_comes_first():
    boxes = [[[0, i, 0.5, i + 0.5] for i in range(40)]]
    found = detect(boxes, row(*[0.5] * 40), settings(), clip_window=(0.0, 0.0, 1.0, 40.0))
    assert found.anchors.numpy().tolist() == [[0, 1, 2, 3, 0]]


def test_classes_are_suppressed_each_by_itself_and_the_lower_comes_first():
    boxes = [[[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1]]]
    found = detect(boxes, [[[0.3, 0.5, 0.5], [0.1, 0.2, 0.8]]], settings())
    assert found.classes.numpy().tolist() == [[1.0, 0.0, 1.0, 0.0, 0.0]]
    assert found.anchors.numpy().tolist() == [[1, 0, 0, 1, 0]]
    assert found.count.numpy().tolist() == [4]
    np.testing.assert_allclose(found.multiclass_scores[0, 0], [0.1, 0.2, 0.8])


def test_boxes_are_suppressed_as_predicted_and_clipped_after_that():
    boxes = [[[0, 0.5, 0.5, 1.5], [0, 0.5, 0.5, 4.5]]]  # alike within the image, not beyond it
    found = detect(boxes, row(0.9, 0.8), settings())
    np.testing.assert_allclose(found.boxes[0, :2], [[0, 0.5, 0.5, 1]] * 2, atol=1e-6)


def test_what_lies_outside_is_no_detection_and_its_place_goes_to_the_next():
    outside, inside = [0, 2, 1, 3], [0, 0, 1, 1]
    found = detect([[outside, inside]], row(0.9, 0.8), settings())
    assert found.anchors.numpy().tolist() == [[1, 0, 0, 0, 0]] and found.count.numpy().tolist() == [1]
    # But it took one of the places of its class.
    found = detect([[outside, inside]], row(0.9, 0.8), settings(max_detections_per_class=1))
    assert found.count.numpy().tolist() == [0]


def test_boxes_are_shares_of_each_images_own_window():
    boxes = [[[0, 0, 0.25, 0.25]], [[0.25, 0, 1, 0.75]]]
    windows = tf.constant([[0.0, 0.0, 0.5, 1.0], [0.0, 0.0, 1.0, 0.5]])
    found = detect(boxes, row(0.9) * 2, settings(), clip_window=windows)
    np.testing.assert_allclose(found.boxes[:, 0], [[0, 0, 0.5, 0.25], [0.25, 0, 1, 1]], atol=1e-6)


@pytest.mark.parametrize("converter, expected", [
    ("IDENTITY", [0.0, 2.0]),
    ("SIGMOID", [0.5, 1 / (1 + np.exp(-2))]),
    ("SOFTMAX", [1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))]),
])  # fmt: skip
def test_scores_are_converted_as_the_config_says(converter, expected):
    scores = convert_scores(
        tf.constant([0.0, 4.0]), PostProcessing(score_converter=converter, logit_scale=2.0)
    )
    np.testing.assert_allclose(scores, expected, rtol=1e-6)


@pytest.mark.parametrize("classes", [1, 3])
def test_detections_are_those_of_a_plain_loop(classes):
    rng = np.random.default_rng(classes)
    low, size = rng.uniform(-0.2, 0.9, (3, 60, 2)), rng.uniform(0.1, 0.5, (3, 60, 2))
    scores = rng.integers(0, 20, (3, 60, classes + 1)) / 20  # many are equal
    chosen = settings(max_detections_per_class=7, max_total_detections=12, score_threshold=0.3)
    found = detect(np.concatenate([low, low + size], axis=-1), scores, chosen)
    nms = chosen.post_processing.batch_non_max_suppression
    for image in range(3):
        expected = _detections(found.raw_boxes[image].numpy(), found.raw_scores[image].numpy(), nms)
        count = int(found.count[image])
        pairs = zip(found.classes[image, :count].numpy(), found.anchors[image, :count].numpy(), strict=True)
        assert [(int(label), int(anchor)) for label, anchor in pairs] == expected


def test_the_graph_has_no_loop_and_takes_any_batch():
    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None, 1, 4]), tf.TensorSpec([None, 1, 3])])
    def run(codes, logits):
        return postprocess(codes, logits, ANCHORS, settings()).boxes

    kinds = {operation.type for operation in run.get_concrete_function().graph.get_operations()}
    assert "CombinedNonMaxSuppression" in kinds
    assert not kinds & {"While", "StatelessWhile", "If", "StatelessIf", "PartitionedCall"}
    for batch in (1, 3):
        assert run(tf.zeros([batch, 1, 4]), tf.zeros([batch, 1, 3])).shape == (batch, 5, 4)


def test_more_candidates_than_float32_can_count_are_refused():
    anchors = tf.zeros([2**13, 4])
    with pytest.raises(ValueError) as caught:
        postprocess(tf.zeros([0, 2**13, 4]), tf.zeros([0, 2**13, 2**11 + 2]), anchors, settings())
    assert str(caught.value) == "8192 anchors x 2049 classes: suppression takes 16777216 candidates at most"


def test_detections_are_the_originals(measured):
    with np.load(measured / "detections_ssd_mobilenet_v2.npz") as numbers:
        check_detections(numbers, "formula", "ssd_mobilenet_v2")


@pytest.mark.parametrize("tag", ["formula", "jpeg"])
@pytest.mark.parametrize("model", [*SCALES, "ssd_resnet50_v1_fpn"])
def test_all_detections_are_the_originals(reference, model, tag):
    with np.load(reference / "forward" / f"{model}.npz") as numbers:
        if f"{tag}/box_encodings" not in numbers:
            pytest.skip("the predictions are there as float16 only")
        check_detections(numbers, tag, model)


def check_detections(numbers, tag, model):
    codes, logits = (numbers[f"{tag}/{n}"] for n in ("box_encodings", "class_predictions_with_background"))
    if model in SCALES:
        chosen = Ssd(post_processing=SIGMOID)
        low, high = SCALES[model]
        config = SsdAnchorGenerator(min_scale=low, max_scale=high, aspect_ratios=RATIOS)
        anchors = ssd_anchors(config, [(side, side) for side in (19, 10, 5, 3, 2, 1)], (300, 300))
    else:
        suppression = BatchNonMaxSuppression(score_threshold=0.3)
        chosen = Ssd(
            post_processing=PostProcessing(batch_non_max_suppression=suppression, score_converter="SIGMOID")
        )
        config = MultiscaleAnchorGenerator(aspect_ratios=(1.0, 2.0, 0.5))
        anchors = multiscale_anchors(config, [(side, side) for side in (80, 40, 20, 10, 5)], (640, 640))
    found = postprocess(tf.constant(codes), tf.constant(logits), tf.constant(anchors), chosen)
    expected = {key.split("/post/")[1]: numbers[key] for key in numbers if f"{tag}/post/" in key}
    np.testing.assert_array_equal(found.anchors, expected["detection_anchor_indices"])
    np.testing.assert_array_equal(found.classes, expected["detection_classes"])
    np.testing.assert_array_equal(found.count, expected["num_detections"])
    for name in ("boxes", "scores", "multiclass_scores"):
        np.testing.assert_allclose(getattr(found, name), expected[f"detection_{name}"], rtol=1e-5, atol=1e-6)
    if "raw_detection_boxes/idx" in expected:
        for name, values in (("boxes", found.raw_boxes), ("scores", found.raw_scores)):
            samples = values.numpy().ravel()[expected[f"raw_detection_{name}/idx"]]
            np.testing.assert_allclose(samples, expected[f"raw_detection_{name}/val"], rtol=1e-5, atol=1e-6)


def _detections(boxes, scores, nms):
    """Class and anchor of each detection in one image, in plain Python."""
    found = []
    for label in range(scores.shape[1] - 1):
        kept = []
        for anchor in np.argsort(-scores[:, label + 1], kind="stable"):
            good = scores[anchor, label + 1] > np.float32(nms.score_threshold)
            apart = all(_overlap(boxes[anchor], boxes[other]) <= nms.iou_threshold for other in kept)
            if good and apart and len(kept) < nms.max_detections_per_class:
                kept.append(anchor)
        found += [(label, int(anchor)) for anchor in kept]
    found.sort(key=lambda each: -scores[each[1], each[0] + 1])
    clipped = boxes.clip(0, 1)
    sides = clipped[:, 2:] - clipped[:, :2]
    return [each for each in found if sides[each[1]].min() > 0][: nms.max_total_detections]


def _overlap(first, second):
    sides = np.maximum(np.minimum(first, second)[2:] - np.maximum(first, second)[:2], 0)
    areas = [np.prod(each[2:] - each[:2]) for each in (first, second)]
    return np.prod(sides) / (sum(areas) - np.prod(sides))
