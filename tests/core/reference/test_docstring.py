"""Docstrings as Markdown."""

import pytest

from boxwright.core.reference.docstring import as_markdown, escaped, paragraphs


def test_named_lines_become_a_list_with_blank_lines_around():
    docstring = """Open a data set.

    The path is `here`.
    path, format  the root, or the file
                  that people take for it
    raises        OptionError
    Or nothing.
    """
    assert as_markdown(docstring) == (
        "Open a data set.\n"
        "\n"
        "The path is `here`.\n"
        "\n"
        "- `path`, `format`: the root, or the file\n"
        "    that people take for it\n"
        "- raises: OptionError\n"
        "\n"
        "Or nothing."
    )


def test_what_stands_between_blank_lines_is_a_paragraph():
    assert paragraphs("First.\n\n    a\n    b\n\n    c\n") == ["First.", "a\nb", "c"]


@pytest.mark.parametrize(
    "text, markdown",
    [
        ("frame_0001 *", r"frame\_0001 \*"),
        ("`a_b` and a_b", r"`a_b` and a\_b"),
        ("<root>/a", "&lt;root&gt;/a"),
        ("[x, y] | z", r"\[x, y\] \| z"),
        ("see https://example.org/a_b; or not", "see <https://example.org/a_b>; or not"),
    ],
)
def test_text_stays_text(text: str, markdown: str):
    assert escaped(text) == markdown
