from itertools import chain
from typing import Any

import pytest
from pydantic import ValidationError

from boxwright.core.pipeline.config import DetectionModel, PipelineConfig
from boxwright.core.pipeline.descriptors import element, is_message, message_class, models
from boxwright.core.pipeline.faster_rcnn import FasterRcnn
from boxwright.core.pipeline.message import Message, choices, group_of, mark_of, path_text, stated
from boxwright.core.pipeline.ssd import Ssd
from boxwright.core.pipeline.training import TrainConfig


def every_message() -> set[type[Message]]:
    """The messages below the root, found without their names."""
    found: set[type[Message]] = set()
    left: list[Any] = [PipelineConfig]
    while left:
        model = left.pop()
        if is_message(model) and model not in found:
            found.add(model)
            left += [element(info.annotation)[0] for info in model.model_fields.values()]
    return found


def test_a_choice_holds_one():
    with pytest.raises(ValidationError, match="states both faster_rcnn and ssd; it has only one of them"):
        DetectionModel(ssd=Ssd(), faster_rcnn=FasterRcnn())
    assert group_of(DetectionModel, "ssd") == ["faster_rcnn", "ssd", "experimental_model", "center_net"]
    assert group_of(TrainConfig, "batch_size") == []


def test_no_two_messages_share_a_name():
    assert sorted(each.__name__ for each in every_message()) == sorted(models(PipelineConfig))


def test_every_message_and_field_has_a_descriptor():
    pool = message_class(PipelineConfig).DESCRIPTOR.file.pool
    for model in every_message():
        descriptor = pool.FindMessageTypeByName(f"boxwright.pipeline.{model.__name__}")
        assert [field.name for field in descriptor.fields] == list(model.model_fields)
        groups = [[field.name for field in oneof.fields] for oneof in descriptor.oneofs]
        assert groups == list(choices(model).values())


def test_every_default_is_valid():
    for model in every_message():
        assert model.model_validate(model().model_dump()) == model()


def test_marks_are_known():
    marks = chain.from_iterable(
        [mark_of(each, name) for name in each.model_fields] for each in every_message()
    )
    assert set(marks) == {None, "unsupported", "without_effect"}


def test_paths_of_what_is_stated_are_written_as_overrides_are():
    config = PipelineConfig.model_validate(
        {"train_config": {"data_augmentation_options": [{}, {"random_rotation90": {}}]}, "eval_config": {}}
    )
    assert [path_text(path) for path, _, _ in stated(config)] == [
        "train_config",
        "train_config.data_augmentation_options",
        "train_config.data_augmentation_options[1].random_rotation90",
        "eval_config",
    ]
