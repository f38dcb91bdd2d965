"""The documentation is complete, and its code runs."""

import re
from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.core.describe import problems_page
from boxwright.core.plugins import adapters, plugin_manager


def test_the_page_of_problems_is_the_one_generated_from_the_codes(root):
    assert (root / "docs/reference/problems.md").read_text(encoding="utf-8") == problems_page()


@pytest.mark.parametrize("name", sorted(adapters()))
def test_the_readme_names_every_adapter(root, name):
    assert f"| `{name}` |" in (root / "README.md").read_text(encoding="utf-8")


def test_every_link_between_pages_leads_somewhere(root):
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())]
    missing = [
        f"{page.relative_to(root)}: {link}" for page, link in links if not (page.parent / link).exists()
    ]
    assert links and missing == []


def test_the_adapter_of_the_how_to_reads_a_data_set(root, tmp_path):
    namespace = {}
    exec(_python_block(root / "docs/how-to/write-an-adapter.md"), namespace)
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    (tmp_path / "boxes.txt").write_text("a.png 1 2 30 40 cat\na.png 50 2 30 40 dog\n")
    plugin = type("Lines", (), {"register_adapters": staticmethod(namespace["register_adapters"])})
    plugin_manager().register(plugin, name="lines")
    try:
        dataset = boxwright.read(tmp_path)
        records = list(dataset)
    finally:
        plugin_manager().unregister(name="lines")
    [record] = records
    assert [box.edges for box in record.boxes] == [(1, 2, 31, 42), (50, 2, 64, 42)]
    assert [str(problem) for problem in dataset.problems] == [
        "boxes.txt:2: box_outside_image: [50, 2, 80, 42] in an image of 64 x 48 (clipped)"
    ]


def _python_block(page: Path) -> str:
    return re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[1]
