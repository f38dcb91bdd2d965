"""The loss report: counted by field and reason."""

from dataclasses import fields

from boxwright.core.adapter import BOX_FIELDS, KEEPABLE, RECORD_FIELDS
from boxwright.core.losses import NOTHING, Loss, Losses
from boxwright.core.schema import Box, ImageRecord


def test_losses_are_counted_by_field_and_reason_in_one_order():
    losses = Losses()
    losses.add("score", "no column")
    losses.add("area", "no place")
    losses.add("score", "no column", 4)
    losses.add("score", "another reason")
    assert list(losses) == [
        Loss(field="area", count=1, reason="no place"),
        Loss(field="score", count=1, reason="another reason"),
        Loss(field="score", count=5, reason="no column"),
    ]


def test_a_loss_is_a_line():
    assert str(Loss(field="score", count=5, reason="no column")) == "5 score: no column"


def test_a_fresh_pass_starts_from_zero():
    losses = Losses()
    losses.add("score", "no column")
    losses.clear()
    assert list(losses) == []


def test_what_says_nothing_is_the_schemas_own_default():
    box = Box(label="a", x_min=0, y_min=0, x_max=1, y_max=1)
    record = ImageRecord(path="a", width=1, height=1)
    assert {name: getattr(box, name) for name in BOX_FIELDS} == {name: NOTHING[name] for name in BOX_FIELDS}
    assert {name: getattr(record, name) for name in RECORD_FIELDS} == {
        name: NOTHING[name] for name in RECORD_FIELDS
    }


def test_no_field_of_the_schema_can_be_lost_unseen():
    always_kept = {"label", "x_min", "y_min", "x_max", "y_max", "width", "height", "boxes", "file"}
    of_schema = {field.name for model in (Box, ImageRecord) for field in fields(model)}
    assert of_schema - always_kept == KEEPABLE
