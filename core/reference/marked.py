"""Generated parts of a page that people write: what stands between two marked lines is replaced.

In Markdown the lines are `<!-- generated: NAME -->` and `<!-- end of NAME -->`, in YAML `# generated: NAME`
and `# end of NAME`.
"""

import re
from collections.abc import Mapping


def filled(text: str, parts: Mapping[str, str]) -> str:
    """The text with its marked parts replaced; raises ValueError for a part that it does not have.

    parts   name to content, without the line breaks around it
    """
    for name, content in parts.items():
        text = _replaced(text, name, content)
    return text


def _replaced(text: str, name: str, content: str) -> str:
    begin, end = (rf"^[^\n]*{word} {re.escape(name)}(?: -->)?$" for word in ("generated:", "end of"))
    place = re.compile(rf"({begin}\n).*?({end})", re.MULTILINE | re.DOTALL)
    # A function, since a template would interpret the content's backslashes.
    text, count = place.subn(lambda found: f"{found[1]}{content}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"{count} parts 'generated: {name}' … 'end of {name}', expected one")
    return text
