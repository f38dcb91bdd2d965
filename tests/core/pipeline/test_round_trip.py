from typing import Any, Literal, get_args, get_origin

from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.descriptors import element, is_message
from boxwright.core.pipeline.message import Message, choices, mark_of
from boxwright.core.pipeline.text import config_text, parse_config

MOST_FIELDS = 4
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(exclude_categories=["Cs"])),
}


@st.composite
def messages(draw: st.DrawFn, model: type[Message]) -> Message:
    """A message with a few of its supported fields stated, one of each choice."""
    known = [name for name in model.model_fields if mark_of(model, name) != "unsupported"]
    stated = draw(st.sets(st.sampled_from(known), max_size=MOST_FIELDS)) if known else set()
    for names in choices(model).values():
        stated -= set(sorted(stated.intersection(names))[1:])
    return model(**{name: draw(_values(model.model_fields[name].annotation)) for name in sorted(stated)})


def _values(annotation: Any) -> st.SearchStrategy[Any]:
    kind, several = element(annotation)
    if is_message(kind):
        single = st.deferred(lambda: messages(kind))
    elif get_origin(kind) is Literal:
        single = st.sampled_from(get_args(kind))
    else:
        single = SCALARS[kind]
    return st.lists(single, max_size=2).map(tuple) if several else single


@given(messages(PipelineConfig))
def test_reading_back_what_was_written_changes_nothing(config: Message):
    assert isinstance(config, PipelineConfig)
    text = config_text(config)
    again = parse_config(text, "again")
    assert again == config
    assert config_text(again) == text


@given(st.data())
def test_a_damaged_text_is_read_or_refused_at_a_place(ssd: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(ssd)))
    end = data.draw(st.integers(start, min(start + 20, len(ssd))))
    text = ssd[:start] + data.draw(st.text(max_size=3)) + ssd[end:]
    try:
        parse_config(text, "x")
    except ConfigError as error:
        name, line, column = error.place.split(":")
        assert name == "x" and int(line) <= text.count("\n") + 1 and int(column) >= 1
