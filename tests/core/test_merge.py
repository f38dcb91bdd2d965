"""Several data sets as one: what is united, what is told apart, what is reported."""

from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.core.convert import convert
from boxwright.core.errors import AnnotationError, OptionError, WriteError
from boxwright.core.merge import names_of

VOC = """<annotation><filename>{name}</filename><size><width>64</width><height>48</height></size><object>
<name>{label}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"""
KITTI = "{label} 0 0 -10 0 0 9 9 -1 -1 -1 -1000 -1000 -1000 -10\n"


@pytest.fixture
def voc(tmp_path, monkeypatch):
    """A function that makes a Pascal VOC data set: a label for each of its images."""
    monkeypatch.chdir(tmp_path)

    def make(folder: str, shade: int = 0, **labels: str) -> Path:
        root = Path(folder)
        for sub in ("Annotations", "JPEGImages"):
            (root / sub).mkdir(parents=True)
        for number, (stem, label) in enumerate(labels.items()):
            Image.new("L", (64, 48), shade + number).save(root / "JPEGImages" / f"{stem}.png")
            text = VOC.format(name=f"{stem}.png", label=label)
            (root / "Annotations" / f"{stem}.xml").write_text(text)
        return root

    return make


@pytest.fixture
def kitti(tmp_path, monkeypatch):
    """A KITTI data set with one image and one dog."""
    monkeypatch.chdir(tmp_path)
    for folder in ("dogs/image_2", "dogs/label_2"):
        Path(folder).mkdir(parents=True)
    Image.new("L", (64, 48), 200).save("dogs/image_2/a.png")
    Path("dogs/label_2/a.txt").write_text(KITTI.format(label="dog"))
    return Path("dogs")


def test_labels_are_united_and_images_of_one_name_stay_apart(voc, kitti):
    report = convert([voc("cats", a="cat", b="dog"), kitti], "all", to="jsonl")
    assert (report.images, report.boxes, dict(report.labels)) == (3, 3, {"dog": 2, "cat": 1})
    assert sorted(record.path for record in boxwright.read("all")) == [
        "cats/a.png",
        "cats/b.png",
        "dogs/a.png",
    ]
    assert report.source == "cats + dogs"
    assert Path("all/all_manifest.json").is_file()


def test_the_same_command_again_has_nothing_to_do_and_a_changed_source_is_named(voc, kitti):
    cats = voc("cats", a="cat")
    convert([cats, kitti], "all", to="jsonl")
    assert convert([cats, kitti], "all", to="jsonl").unchanged
    (kitti / "label_2/a.txt").write_text(KITTI.format(label="wolf"))
    with pytest.raises(WriteError, match="the source dogs has changed"):
        convert([cats, kitti], "all", to="jsonl")


def test_an_image_that_two_have_is_reported_and_kept(voc):
    problems: list[boxwright.Problem] = []
    sources = [voc("one", 7, a="cat"), voc("two", 7, b="dog")]
    assert convert(sources, "all", to="jsonl", on_problem=problems.append).images == 2
    assert [str(problem) for problem in problems] == [
        "two/b.png: duplicate_image: the same bytes as one/a.png (both stay)"
    ]


def test_an_image_that_two_have_is_left_out_on_request(voc):
    sources = [voc("one", 7, a="cat"), voc("two", 7, b="dog")]
    assert convert(sources, "all", to="jsonl", on={"duplicate_image": "skip"}).images == 1


def test_groups_of_one_name_stay_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        Path(folder).mkdir()
        header = '{"format": "boxwright", "version": 1}'
        record = '{"path": "a.jpg", "width": 4, "height": 4, "group": "scene"}'
        Path(folder, "annotations.jsonl").write_text(f"{header}\n{record}\n")
    convert(["one", "two"], "all", to="jsonl")
    assert [record.group for record in boxwright.read("all")] == ["one/scene", "two/scene"]


def test_labels_that_differ_in_case_are_reported_with_a_way_out(voc):
    problems: list[boxwright.Problem] = []
    sources = [voc("one", a="Polar bear", b="Polar bear"), voc("two", 50, c="polar_bear")]
    convert(sources, "all", to="jsonl", on_problem=problems.append)
    assert [str(problem) for problem in problems] == [
        "labels: similar_labels: 'Polar bear' 2, 'polar_bear' 1; "
        '--map "polar_bear=Polar bear" makes them one (kept)'
    ]


def test_a_problem_and_an_error_name_their_data_set(voc):
    one, two = voc("one", a="cat"), voc("two", 50, b="dog")
    (two / "Annotations/b.xml").write_text("<annotation><object/></annotation>")
    (one / "JPEGImages/a.png").unlink()
    problems: list[boxwright.Problem] = []
    with pytest.raises(AnnotationError) as caught:
        convert([one, two], "all", to="jsonl", on_problem=problems.append)
    assert str(caught.value) == "two/Annotations/b.xml: object[0]: missing name"
    assert problems[0].path == "one/Annotations/a.xml"


def test_an_option_goes_to_the_formats_that_have_it(voc, kitti):
    cats = voc("cats", a="cat")
    convert([cats, kitti], "all", to="jsonl", options={"origin": 0})
    edges = [record.boxes[0].edges for record in boxwright.read("all")]
    assert edges == [(1, 1, 10, 10), (0, 0, 9, 9)]
    with pytest.raises(OptionError, match=r"^option orgin: unknown"):
        convert([cats, kitti], "other", to="jsonl", options={"orgin": 0})


def test_without_a_format_it_is_that_of_the_sources(voc, kitti):
    cats, birds = voc("cats", a="cat"), voc("birds", 50, b="bird")
    assert convert([cats, birds], "all").format == "pascal_voc"
    with pytest.raises(OptionError) as caught:
        convert([cats, kitti], "mixed")
    assert str(caught.value) == (
        "the sources are of several formats: pascal_voc, kitti\n  hint: --to NAME says which"
    )


@pytest.mark.parametrize(
    "paths, names",
    [
        (["cats"], ["cats"]),
        (["x/cats", "y/cats", "z/cats"], ["cats", "cats-2", "cats-3"]),
        (["x/cats", "cats-2", "y/cats"], ["cats", "cats-2", "cats-3"]),
    ],
)
def test_each_source_has_a_name_of_its_own(paths, names):
    assert names_of([Path(path) for path in paths]) == names


def test_no_source_is_an_error():
    with pytest.raises(OptionError, match="no source: give the path of at least one data set"):
        convert([], "all", to="jsonl")


def test_another_order_of_the_sources_is_another_data_set(voc):
    cats, dogs = voc("cats", a="cat"), voc("dogs", 50, b="dog")
    convert([cats, dogs], "all", to="jsonl")
    with pytest.raises(WriteError, match=r"source\.order: \['cats', 'dogs'\] there"):
        convert([dogs, cats], "all", to="jsonl")
