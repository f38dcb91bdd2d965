"""The page as a browser gets it: its numbers, what stays text, and what it may load."""

import base64
import hashlib
import json
import re

import pytest
from lxml import html
from PIL import Image

from boxwright.core.errors import WriteError
from boxwright.core.html_report.html_report import HtmlReport
from boxwright.core.inspect import inspect
from tests.core.html_report.drawn import shades

HOSTILE = '<script>alert("1")</script>'
ADDRESSES = {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}


@pytest.fixture
def data(tmp_path):
    """Makes a data set of JSON lines with pictures: `data(*records)`."""
    folder = tmp_path / "pets"
    (folder / "images").mkdir(parents=True)

    def make(*records):
        lines = [{"format": "boxwright", "version": 1}, *records]
        for number, record in enumerate(records):
            place = folder / "images" / record["path"]
            place.parent.mkdir(parents=True, exist_ok=True)
            shades(number).save(place)
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / "annotations.jsonl").write_text(text, encoding="utf-8")
        return folder

    return make


def image(name, *boxes, **fields):
    edges = ("x_min", "y_min", "x_max", "y_max")
    made = [{"label": label, **dict(zip(edges, at, strict=True))} for label, at in boxes]
    return {"path": name, "width": 160, "height": 120, "boxes": made, **fields}


def written(folder, target):
    report = HtmlReport(target)
    found = inspect(
        folder, on_problem=report.told(None), consume=lambda records: list(report.survey.watching(records))
    )
    assert report.write(found) == target.stat().st_size
    return html.fromstring(target.read_text(encoding="utf-8"))


def words(element):
    return re.sub(r"\s+", " ", element.text_content()).strip()


def table(page, section):
    return [
        [words(cell) for cell in row.iterfind("td")]
        for row in page.findall(f".//section[@id='{section}']//tr")
        if row.find("td") is not None
    ]


def test_the_numbers_are_those_of_the_data(data, tmp_path):
    folder = data(
        image("a.jpg", ("cat", (0, 0, 80, 60)), ("dog", (80, 60, 160, 120)), split="train"),
        image("b.jpg", ("cat", (0, 0, 4, 3)), split="train"),
        image("c.jpg", split="val"),
    )
    page = written(folder, tmp_path / "page.html")
    facts = [words(fact) for fact in page.findall(".//ul[@class='facts']/li")]
    assert facts == ["3images", "3boxes", "2classes", "1without boxes", "2splits", "0problems"]
    # 80 x 60 of 160 x 120 are 112 x 112 of 224 x 224; 4 x 3 are 5.6 x 5.6
    assert table(page, "sizes") == [
        ["cat", "2", "2", "59 px", "50 %", "50 %"],
        ["dog", "1", "1", "112 px", "0 %", "0 %"],
    ]
    assert table(page, "splits") == [["train", "2", "67 %", "3", "0"], ["val", "1", "33 %", "0", "0"]]
    assert "val has no box of 2 classes: cat, dog." in words(page.find(".//section[@id='splits']"))
    [chart] = page.findall(".//section[@id='classes']//svg")
    assert words(chart.find("desc")) == "cat: 2 boxes, 2 images; dog: 1 box, 1 image"
    counts = page.find(".//section[@id='counts']//svg/desc")
    assert words(counts) == "boxes in an image: 1, 1, 1"


def test_what_data_says_stays_text(data, tmp_path):
    folder = data(image("<b>&.jpg", (HOSTILE, (0, 0, 9, 9)), split="</style><script>", group="<g>"))
    page = written(folder, tmp_path / "page.html")
    assert page.findall(".//script") == [] and page.findall(".//b[1]/..//script") == []
    assert HOSTILE in words(page.find(".//section[@id='classes']"))
    assert "<b>&.jpg" in words(page.find(".//section[@id='pictures']"))


def test_nothing_is_loaded_and_nothing_runs(data, tmp_path):
    page = written(data(image("a.jpg", ("cat", (0, 0, 9, 9)))), tmp_path / "page.html")
    loaded = [value for element in page.iter() for name, value in element.items() if name in ADDRESSES]
    assert loaded and [value[:40] for value in loaded if not value.startswith(("data:image/", "#"))] == []
    assert [element.tag for element in page.iter() if element.tag in ("script", "link", "iframe")] == []
    assert [name for element in page.iter() for name in element.keys() if name.startswith("on")] == []  # noqa: SIM118
    style = page.find(".//style").text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style and "@import" not in style


def test_the_same_data_gives_the_same_bytes(data, tmp_path):
    folder = data(*[image(f"{n}.jpg", (f"label {n % 3}", (n, n, n + 9, n + 9))) for n in range(30)])
    for name in ("a.html", "b.html"):
        written(folder, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_near_copy_in_another_split_is_shown_beside_it(data, tmp_path):
    folder = data(image("a.jpg", split="train"), image("b.jpg", split="train"), image("c.jpg", split="val"))
    with Image.open(folder / "images/a.jpg") as picture:
        picture.resize((80, 60)).save(folder / "images/c.jpg", quality=60)
    copies = written(folder, tmp_path / "page.html").find(".//section[@id='copies']")
    assert [words(caption) for caption in copies.findall(".//figcaption")] == ["traina.jpg", "valc.jpg"]
    assert "1 image of val is a near copy of one in train: a score on val is too good." in words(copies)


def test_a_problem_is_shown_with_a_picture_even_of_a_damaged_image(data, tmp_path):
    folder = data(image("a.jpg", ("cat", (150, 100, 170, 110))), image("b.jpg"), image("c.jpg"))
    (folder / "images/b.jpg").write_bytes(b"no image")
    (folder / "images/c.jpg").unlink()
    problems = written(folder, tmp_path / "page.html").find(".//section[@id='problems']")
    assert [words(title) for title in problems.findall("h3")] == [
        "1 box_outside_image",
        "1 corrupt_image",
        "1 missing_image",
    ]
    assert [words(caption) for caption in problems.findall(".//figcaption")] == [
        "a.jpg[150, 100, 170, 110] in an image of 160 x 120",
        "b.jpgis no image: starts with b'no i'",
        "c.jpgno image c.jpg",
    ]


@pytest.mark.parametrize("records", [(), (image("a.jpg"),)], ids=["no image", "no box"])
def test_little_or_no_data_has_a_page_too(data, tmp_path, records):
    page = written(data(*records), tmp_path / "page.html")
    assert "There is not a single box." in words(page.find(".//section[@id='summary']"))


def test_an_image_of_unknown_size_has_no_place_in_the_sizes(data, tmp_path):
    record = image("a.jpg", ("cat", (0, 0, 9, 9))) | {"width": None, "height": None}
    folder = data(record)
    (folder / "images/a.jpg").unlink()
    sizes = written(folder, tmp_path / "page.html").find(".//section[@id='sizes']")
    assert "1 image of unknown size: left out here." in words(sizes)


def test_many_classes_are_folded(data, tmp_path):
    boxes = [(f"class {number:02}", (number, 0, number + 5, 5)) for number in range(15)]
    page = written(data(image("a.jpg", *boxes)), tmp_path / "page.html")
    assert words(page.find(".//section[@id='sizes']//details/summary")) == "3 more classes"
    assert [row[0] for row in table(page, "sizes")] == [f"class {number:02}" for number in range(15)]


def test_a_file_that_cannot_be_written_is_named(data, tmp_path):
    folder = data(image("a.jpg"))
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError) as caught:
        written(folder, tmp_path / "file/page.html")
    assert str(caught.value) == (
        f"cannot write {tmp_path}/file/page.html: File exists\n  hint: --html names another file"
    )
    assert not list(tmp_path.glob(".*"))
