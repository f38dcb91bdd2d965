"""CSV tables: names of columns, tables without names, frames, splits, what is refused, what is written."""

import pytest
from PIL import Image

import boxwright
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.plugins import adapters
from boxwright.core.schema import Box, Dataset, ImageRecord

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
UNENDED_QUOTE = "is no valid CSV: unexpected end of data\n  hint: a quote is not closed: was it copied whole?"
COMMA = "is not a finite number; fractions stand behind a point"
CUT = "  hint: the file ends in this row, without a line end: was it copied whole?"


@pytest.fixture
def data(tmp_path):
    """Writes a table, and a.png and b.png of 64 x 48 in images/; gives the data set."""

    def write(text, name="labels.csv"):
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set/images").mkdir(exist_ok=True)
        for image in ("a.png", "b.png"):
            Image.new("RGB", (64, 48)).save(tmp_path / "set/images" / image)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / "set"

    return write


def read(path, **options):
    dataset = boxwright.read(path, "csv", **options)
    return list(dataset), [str(problem) for problem in dataset.problems]


def edges(records):
    return [(record.path, box.label, box.edges) for record in records for box in record.boxes]


def test_the_columns_of_tensorflows_tutorials(data):
    path = data(HEADER + "a.png,64,48,hand,1,2,30,40\n")
    records, problems = read(path)
    assert edges(records) == [("a.png", "hand", (1, 2, 30, 40))]
    assert (records[0].width, records[0].height, records[0].split) == (64, 48, None)
    assert problems == []
    assert [name for name, adapter in adapters().items() if adapter.sniff and adapter.sniff(path)] == ["csv"]


@pytest.mark.parametrize(
    "table",
    [
        "xmin,ymin,xmax,ymax,filename,class\n1,2,30,40,a.png,hand\n",
        "image_path,xmin,ymin,xmax,ymax,label\na.png,1,2,30,40,hand\n",
        "x1;y1;x2;y2;Image Name;Class Name\r\n1;2;30;40;a.png;hand\r\n",
        "image\tlabel\tx_min\ty_min\tx_max\ty_max\na.png\thand\t1\t2\t30\t40\n",
        "label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_name,image_width,image_height\n"
        "hand,1,2,29,38,a.png,64,48\n",
        "\ufefffilename, class, x0, y0, x1, y1\n\n a.png, hand, 1, 2, 30.0, 4e1  \n,,,,,\n",
        '"filename","class","left","top","right","bottom"\n"a.png","hand","1","2","30","40"',
        "a.png,1,2,30,40,hand\n",
        "images/a.png,1,2,30,40,hand\n",
    ],
)
def test_other_names_orders_and_delimiters_say_the_same(data, table):
    records, problems = read(data(table))
    assert [(label, numbers) for _, label, numbers in edges(records)] == [("hand", (1, 2, 30, 40))]
    assert records[0].width == 64 and problems == []
    assert adapters()["csv"].sniff(data(table))


def test_rows_of_one_image_belong_together_wherever_they_stand(data):
    records, _ = read(
        data(HEADER + "a.png,,,x,1,2,3,4\nb.png,,,y,1,2,3,4\n" + HEADER + "a.png,,,z,1,2,3,4\n")
    )
    assert [(record.path, [box.label for box in record.boxes]) for record in records] == [
        ("a.png", ["x", "z"]),
        ("b.png", ["y"]),
    ]


@pytest.mark.parametrize("table", [HEADER + "a.png,64,48,,,,,\n", "a.png,,,,,\n"])
def test_a_row_without_box_is_a_negative(data, table):
    [record], problems = read(data(table))
    assert record.boxes == () and record.width == 64 and problems == []


def test_further_columns_are_attributes_but_the_index_that_pandas_writes_is_none(data):
    table = ",filename,class,xmin,ymin,xmax,ymax,Confidence,note\n0,a.png,hand,1,2,3,4,0.5,\n"
    [record], _ = read(data(table))
    assert record.boxes[0].attributes == {"confidence": 0.5}


@pytest.mark.parametrize(
    ("frame", "row", "found"),
    [
        ("edges", "1,2,30,40", (1, 2, 30, 40)),
        ("inclusive", "1,2,29,39", (1, 2, 30, 40)),
        ("one_based", "1.1,2,30,40", (0.1, 1, 30, 40)),
        ("fractions", "0.5,0.25,1.000001,0.75", (32, 12, 64, 36)),
    ],
)
def test_the_option_tells_what_the_numbers_are(data, frame, row, found):
    records, problems = read(data(HEADER + f"a.png,64,48,hand,{row}\n"), frame=frame)
    assert edges(records) == [("a.png", "hand", found)] and problems == []


def test_ten_boxes_inside_one_pixel_are_taken_for_fractions_and_refused(data):
    rows = "".join(f"a.png,64,48,hand,0.1,0.1,0.{number},1\n" for number in range(20, 30))
    path = data(HEADER + rows)
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value) == (
        "labels.csv:2: all numbers lie between 0 and 1: are they fractions of the image?\n"
        "  hint: --option frame=fractions; frame=edges if they are pixels"
    )
    assert len(read(path, frame="edges")[0][0].boxes) == 10


def test_tables_are_splits_by_their_names(data):
    data(HEADER + "a.png,64,48,hand,1,2,30,40\n", "train_labels.csv")
    records, _ = read(data(HEADER + "b.png,64,48,hand,1,2,30,40\n", "test_labels.csv"))
    assert {record.path: record.split for record in records} == {"a.png": "train", "b.png": "test"}


def test_an_empty_table_of_a_split_is_not_passed_over(data):
    data("", "train_labels.csv")
    path = data(HEADER + "b.png,64,48,hand,1,2,30,40\n", "test_labels.csv")
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value).startswith("train_labels.csv:1: expected columns for an image, its label and")


def test_a_column_tells_the_split_where_there_is_one(data):
    table = "filename,class,xmin,ymin,xmax,ymax,split\na.png,x,1,2,3,4,val\nb.png,x,1,2,3,4,\n"
    records, _ = read(data(table, "train.csv"))
    assert {record.path: record.split for record in records} == {"a.png": "val", "b.png": None}


def test_roboflows_folders_hold_a_table_each(data, tmp_path):
    for split in ("train", "valid"):
        root = data(HEADER + f"{split}.png,64,48,hand,1,2,30,40\n", f"{split}/_annotations.csv")
        Image.new("RGB", (64, 48)).save(root / split / f"{split}.png")
    records, problems = read(root)
    assert [(record.path, record.split) for record in records] == [
        ("train.png", "train"),
        ("valid.png", "val"),
    ]
    assert problems == []


def test_absolute_paths_as_keras_retinanet_has_them_are_found_below_the_root(data):
    [record], problems = read(data("/data/images/a.png,1,2,30,40,hand\n"))
    assert record.width == 64
    assert problems == [
        "labels.csv:1: unsafe_path: '/data/images/a.png' is absolute; 'a.png' is taken "
        "(the annotation's own name is used)"
    ]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (HEADER + "a.png,64,48,hand,1,2,30\n", ":2: expected 8 columns; found 7"),
        (HEADER + "a.png,64,48,hand,1,two,30,4\n", ":2: ymin: 'two' is not a finite number"),
        (HEADER + "a.png,64,48,hand,1,,30,4\n", ":2: ymin: '' is not a finite number"),
        (HEADER + 'a.png,64,48,hand,1,"1,5",30,4\n', f":2: ymin: '1,5' {COMMA}"),
        (HEADER + "a.png,64,48,hand,1,2,30", f":2: expected 8 columns; found 7\n{CUT}"),
        (HEADER + "a.png,64,48,,1,2,30,4\n", ":2: label = '': string should have at least 1 character"),
        (HEADER + "a.png,64.5,48,hand,1,2,30,4\n", ":2: width: '64.5' is no number of pixels"),
        (HEADER + ",64,48,hand,1,2,30,4\n", ":2: filename is empty"),
        (HEADER + 'a.png,64,48,"hand,1,2,30,4\n', f":2: {UNENDED_QUOTE}"),
        (
            "what,ever\n1,2\n",
            ":1: expected columns for an image, its label and four edges; found 'what, ever'\n"
            "  hint: usual names are filename, width, height, class, xmin, ymin, xmax, ymax, split",
        ),
        (
            HEADER.encode() + b"a.png,64,48,h\xe4nd,1,2,30,4\n",
            ":2: byte 0xe4 is no UTF-8\n  hint: save it as CSV, UTF-8",
        ),
        (
            HEADER.encode("utf-16"),
            ":1: a NUL byte stands here: this is UTF-16, or no text\n  hint: save it as CSV, UTF-8",
        ),
        (HEADER + "a," * (1 << 20), ":2: is longer than 1048576 characters"),
        (HEADER + "a" * 200_000, ":2: is no valid CSV: field larger than field limit (131072)"),
    ],
)
def test_what_cannot_be_is_named_with_its_line(data, table, problem):
    path = data(table)
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert str(caught.value) == f"labels.csv{problem}"


def test_a_box_outside_its_image_is_clipped_and_told(data):
    records, problems = read(data(HEADER + "a.png,64,48,hand,-1,2,70,40\n"))
    assert edges(records) == [("a.png", "hand", (0, 2, 64, 40))]
    assert problems == ["labels.csv:2: box_outside_image: [-1, 2, 70, 40] in an image of 64 x 48 (clipped)"]


def test_what_is_written_is_what_the_tutorials_read(tmp_path):
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    image = ImageFile(tmp_path / "a.png")
    box = Box(label='a "b", c ', x_min=0.1, y_min=2, x_max=30, y_max=40)
    records = [
        ImageRecord(path="x/a.png", width=64, height=48, boxes=(box,), split="train", file=image),
        ImageRecord(path="b.png", width=64, height=48, file=image),
    ]
    boxwright.write(Dataset(None, lambda: iter(records)), tmp_path / "out", format="csv")
    header = "filename,width,height,class,xmin,ymin,xmax,ymax,split\n"
    assert (tmp_path / "out/train_labels.csv").read_text() == (
        header + 'x/a.png,64,48,"a ""b"", c ",0.1,2,30,40,train\n'
    )
    assert (tmp_path / "out/labels.csv").read_text() == header + "b.png,64,48,,,,,,\n"
    assert (tmp_path / "out/images/x/a.png").is_file()
    assert read(tmp_path / "out") == ([records[1], records[0]], [])


def test_a_name_that_no_line_can_hold_is_refused(tmp_path):
    record = ImageRecord(path="a\nb.png", width=64, height=48)
    with pytest.raises(WriteError) as caught:
        boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="csv")
    assert str(caught.value) == (
        "a\nb.png: csv cannot hold it: its name or a label holds a character that no line of a table can"
    )


def test_the_hands_of_egohands_are_read_from_their_tables(real_data):
    dataset = boxwright.read(real_data / "egohands_boxes")
    records = list(dataset)
    assert (len(records), sum(len(record.boxes) for record in records)) == (4782, 14884)
    assert {record.split for record in records} == {"train", "eval"}
    assert {problem.code for problem in dataset.problems} == {"missing_image", "duplicate_box"}
