"""The command line, as its users meet it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from boxwright.cli import main


@pytest.fixture
def kitti(tmp_path) -> Path:
    """A KITTI data set of two images: one box inside, one that reaches out."""
    root = tmp_path / "pets"
    for number, row in enumerate(("cat 0 0 0 1 2 30 40", "dog 0 0 0 50 2 80 40")):
        label = root / "label_2" / f"{number:06}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text(row + " -1 -1 -1 -1000 -1000 -1000 -10\n")
        image = root / "image_2" / f"{number:06}.png"
        image.parent.mkdir(exist_ok=True)
        Image.new("RGB", (64, 48), (200, 30 * number, 0)).save(image)
    return root


def run(*arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "boxwright.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["adapters"]])
def test_starting_imports_nothing_heavy(arguments):
    code = (
        "import sys; from boxwright.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'tensorflow', 'scipy', 'lxml', 'pycocotools', 'PIL', 'numpy', 'tqdm'}\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_installed_command_lists_the_adapters():
    listed = subprocess.run(
        [Path(sys.executable).with_name("boxwright"), "adapters"], capture_output=True, text=True, check=True
    )
    title, *lines = listed.stdout.splitlines()
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert title == "built in:"
    assert names == sorted(names) and {"coco", "egohands", "jsonl", "kitti", "pascal_voc", "tfrecord"} <= set(
        names
    )
    assert max(map(len, listed.stdout.splitlines())) <= 80


def test_one_adapter_is_told_in_full(capsys):
    assert main(["adapters", "kitti"]) == 0
    told = capsys.readouterr().out
    assert "options for writing:" in told and "round=none" in told and "keeps: cuboid" in told


def test_an_unknown_adapter_gets_the_nearest_name(capsys):
    assert main(["adapters", "kiti"]) == 2
    assert capsys.readouterr().err.startswith(
        "boxwright: no adapter named 'kiti'; did you mean 'kitti'? Installed: "
    )


def test_inspect_prints_counts_and_problems(kitti, capsys):
    assert main(["inspect", str(kitti)]) == 0
    assert capsys.readouterr().out == (
        f"{kitti} (kitti): 2 images, 2 boxes\n"
        "  labels: cat 1, dog 1\n"
        "  image size: 64 x 48 to 64 x 48, mean 64 x 48\n"
        "  box size: 14 x 38 to 29 x 38, mean 21.5 x 38\n"
        "  problems: 1\n"
        "          1  box_outside_image: clipped\n"
        "             label_2/000001.txt:1: [50, 2, 80, 40] in an image of 64 x 48\n"
    )


def test_inspect_as_json_and_problems_as_json_lines(kitti, tmp_path, capsys):
    problems = tmp_path / "problems.jsonl"
    assert main(["inspect", str(kitti), "--json", "--problems", str(problems)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["images"], found["boxes"]) == ("kitti", 2, 2)
    assert [json.loads(line) for line in problems.read_text().splitlines()] == [
        {
            "code": "box_outside_image",
            "path": "label_2/000001.txt",
            "where": "1",
            "message": "[50, 2, 80, 40] in an image of 64 x 48",
            "action": "repair",
        }
    ]


def test_inspect_draws_a_contact_sheet(kitti, tmp_path):
    sheet = tmp_path / "sheet.png"
    assert main(["inspect", str(kitti), "--contact-sheet", str(sheet)]) == 0
    with Image.open(sheet) as image:
        assert image.format == "PNG" and len(image.convert("RGB").getcolors(1 << 24)) > 10


def test_strict_makes_a_problem_an_error(kitti, capsys):
    assert main(["inspect", str(kitti), "--strict"]) == 2
    assert capsys.readouterr().err == (
        "boxwright: label_2/000001.txt:1: box_outside_image: [50, 2, 80, 40] in an image of 64 x 48\n"
    )


def test_on_decides_for_one_code(kitti, capsys):
    assert main(["inspect", str(kitti), "--strict", "--on", "box_outside_image=skip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["boxes"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--on", "box_outsid=skip"], "no problem code 'box_outsid'; did you mean 'box_outside_image'?"),
        (["--on", "box_empty=repair"], "box_empty=repair: possible here: fail, skip, keep"),
        (["--option", "x"], "--option x: needs a '=', as in --option key=value"),
        (["--labels", "cat"], "label_2/000001.txt:1: label 'dog' is not in the list cat"),
    ],
)
def test_what_does_not_fit_is_told(kitti, capsys, arguments, message):
    assert main(["inspect", str(kitti), *arguments]) == 2
    assert capsys.readouterr().err == f"boxwright: {message}\n"


def test_convert_makes_the_named_files_and_is_done_the_second_time(kitti, tmp_path, capsys):
    command = ["convert", str(kitti), str(tmp_path / "out"), "--to", "tfrecord", "--split", "random:val=1"]
    assert main(command) == 0
    assert sorted(os.listdir(tmp_path / "out")) == [
        "pets_label_map.pbtxt",
        "pets_manifest.json",
        "pets_train.tfrecord",
        "pets_val.tfrecord",
    ]
    capsys.readouterr()
    assert main(command) == 0
    assert capsys.readouterr().out == (
        f"{tmp_path / 'out'}: finished already, from the same source with the same options; nothing to do\n"
    )


def test_convert_refuses_a_target_made_with_other_options(kitti, tmp_path, capsys):
    command = ["convert", str(kitti), str(tmp_path / "out"), "--to", "jsonl"]
    assert main(command) == 0
    assert main([*command, "--only", "cat"]) == 2
    assert capsys.readouterr().err == (
        f"boxwright: {tmp_path / 'out'} holds the result of another conversion: source.only: [] there, "
        "['cat'] wanted\n  hint: choose another folder, or --overwrite it\n"
    )
    assert main([*command, "--only", "cat", "--overwrite"]) == 0


def test_a_misspelt_label_is_an_error_and_leaves_nothing_behind(kitti, tmp_path, capsys):
    assert main(["convert", str(kitti), str(tmp_path / "out"), "--to", "jsonl", "--only", "cta"]) == 2
    assert (
        capsys.readouterr().err
        == "boxwright: no box is labelled 'cta'; did you mean 'cat'? labels are cat, dog\n"
    )
    assert sorted(os.listdir(tmp_path)) == ["pets"]


def test_a_reader_that_leaves_is_no_error(kitti):
    result = subprocess.run(
        f"{sys.executable} -m boxwright.cli inspect {kitti} --json | head -1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.stderr == ""
