"""`boxwright inspect --html`, as its users meet it."""

import json
from pathlib import Path

import pytest

from boxwright.cli import main
from tests.core.html_report.drawn import shades

BOX = {"label": "cat", "x_min": 0, "y_min": 0, "x_max": 200, "y_max": 60}


@pytest.fixture
def pets(tmp_path, monkeypatch):
    """A data set of one image whose box reaches out of it."""
    monkeypatch.chdir(tmp_path)
    Path("pets/images").mkdir(parents=True)
    shades(0).save("pets/images/a.jpg")
    record = {"path": "a.jpg", "width": 160, "height": 120, "boxes": [BOX]}
    lines = [json.dumps({"format": "boxwright", "version": 1}), json.dumps(record)]
    Path("pets/annotations.jsonl").write_text("\n".join(lines) + "\n")


@pytest.mark.usefixtures("pets")
def test_the_page_comes_beside_what_is_printed(capsys):
    assert main(["inspect", "pets"]) == 0
    printed = capsys.readouterr().out
    assert main(["inspect", "pets", "--html", "new/report.html"]) == 0
    assert capsys.readouterr().out == printed
    assert "<title>pets: what is in it</title>" in Path("new/report.html").read_text()


@pytest.mark.usefixtures("pets")
def test_the_page_the_sheet_and_the_problems_come_of_one_pass():
    files = ["--html", "report.html", "--contact-sheet", "sheet.png", "--problems", "problems.jsonl"]
    assert main(["inspect", "pets", *files]) == 0
    assert Path("sheet.png").read_bytes().startswith(b"\x89PNG")
    [problem] = map(json.loads, Path("problems.jsonl").read_text().splitlines())
    assert problem["code"] == "box_outside_image"
    assert "1 box_outside_image" in Path("report.html").read_text()


@pytest.mark.usefixtures("pets")
def test_the_model_decides_what_the_network_sees():
    main(["inspect", "pets", "--html", "report.html", "--model", "ssd_mobilenet_v1_egohands"])
    assert "300 x 300 pixels, as ssd_mobilenet_v1_egohands sees them" in Path("report.html").read_text()


@pytest.mark.usefixtures("pets")
def test_a_model_that_no_config_has_is_refused_before_anything_is_read(capsys):
    assert main(["inspect", "nothing", "--html", "report.html", "--model", "ssd_mobilenet_v9"]) == 2
    assert capsys.readouterr().err.startswith(
        "boxwright: no config is named 'ssd_mobilenet_v9'; did you mean"
    )
    assert not Path("report.html").exists()


@pytest.mark.usefixtures("pets")
def test_a_model_without_a_page_is_told(capsys):
    assert main(["inspect", "pets", "--model", "ssd_mobilenet_v2"]) == 2
    assert capsys.readouterr().err == (
        "boxwright: --model names whose anchors a page compares boxes with\n  hint: add --html FILE\n"
    )


def test_the_real_raccoons_have_a_copy_across_the_splits_and_a_small_page(real_data, tmp_path):
    page = tmp_path / "report.html"
    assert main(["inspect", str(real_data / "raccoon"), "--html", str(page)]) == 0
    assert "1 image of val is a near copy of one in train" in page.read_text()
    assert page.stat().st_size < 1_000_000  # 0.5 MB when this was written
