from boxwright.core.detector.preflight.findings import error, failure, text_of, warning


def test_errors_stop_together_and_warnings_do_not():
    found = [
        warning("slow", "wait"),
        error("no cats", "take some", ["a", "b"]),
        error("no dogs", "take others"),
    ]
    assert str(failure(found)) == (
        "pre-flight: 2 things to put right before training\n"
        "  error: no cats\n"
        "    a\n"
        "    b\n"
        "    hint: take some\n"
        "  error: no dogs\n"
        "    hint: take others"
    )
    assert failure(found[:1]) is None


def test_of_many_examples_a_few_are_told():
    assert text_of(warning("odd", "look", ["a", "b", "c", "d", "e"])).splitlines() == [
        "  warning: odd",
        "    a",
        "    b",
        "    c",
        "    and 2 more",
        "    hint: look",
    ]


def test_a_table_may_have_more_rows():
    assert warning("odd", "look", list("abcdefgh"), most=7).examples == (*"abcdefg", "and 1 more")


def test_a_long_fact_is_wrapped_to_a_terminal():
    text = text_of(warning("many words " * 20, "many more words " * 20))
    assert max(map(len, text.splitlines())) <= 80 and len(text.splitlines()) > 6
