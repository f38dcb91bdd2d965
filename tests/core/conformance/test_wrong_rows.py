"""Every planted fault is caught by the check that is meant for it, with a message that names the fault."""

import pytest

from boxwright.core.conformance import check
from tests.core.conformance.rows import RIGHT
from tests.core.conformance.wrong_rows import WRONG

# The wrong adapter, the check that catches it, and what the check says.
CAUGHT = [
    ("ShiftedBox", "round_trip", "edges of a box is not what was written"),
    ("DropsNegatives", "negatives", "images without boxes are lost"),
    ("WritesNothing", "negatives", "a data set without images does not come back"),
    ("LosesTruncated", "round_trip", "truncated of a box is not what was written"),
    ("LosesTruncated", "keeps", "keeps names truncated, but no value of it comes back"),
    ("BreaksLines", "unusual", "a line break in a label is written, but cannot be read"),
    ("MendsLabels", "unusual", "a line break in a label does not come back: label of a box is another"),
    ("DividesBySize", "unusual", "writing an image without file and size fails"),
    (
        "DropsWhatHasNoImage",
        "unusual",
        "an image without file and size does not come back: the number of images is another",
    ),
    ("OtherImages", "round_trip", "it reports problems in what it wrote itself"),
    ("SwappedImages", "round_trip", "an image is not the one that was written"),
    ("OverstatesLosses", "round_trip", "edges is reported lost, but it comes back"),
    ("RefusesAll", "round_trip", "it refuses nearly every record"),
    ("RefusesAll", "order", "it writes none of the plainest records, so there is nothing to read"),
    ("RefusesToRead", "round_trip", "it stops with an AnnotationError where nothing is wrong"),
    (
        "SecondPassIsEmpty",
        "reiteration",
        "a second pass gives other records: the number of images differs",
    ),
    ("OrderOfTheDisk", "order", "the records depend on the order in which the file system lists files"),
    ("AbsoluteNames", "places", "source_id of an image is another one by its relative path"),
    ("HoldsRecords", "laziness", "the first record comes when all files are read"),
    ("HoldsRecords", "memory", "memory grows with the data set: a pass keeps its records"),
    ("KeepsRecords", "memory", "memory grows with the data set: a pass keeps its records"),
    ("RecordsInRead", "memory", "memory grows with the data set: read keeps records"),
    ("ReadsInRead", "laziness", "read opens a file for every image"),
    ("OpensImagesInRead", "laziness", "read opens an image"),
    ("SniffsEverything", "sniffing", "sniff takes the file a.jpg for its own"),
    ("SniffsFolders", "sniffing", "sniff takes the data of coco for its own"),
    ("SniffsNothing", "sniffing", "sniff does not know the format's own data"),
    ("SniffsLong", "sniffing", "sniff opens too many files"),
    ("SniffStumbles", "sniffing", "sniff of the file a.jpg ends in a bare NotADirectoryError"),
    ("BareValueError", "damage", "reading 100%003.jpg.txt cut off at 40% ends in a bare ValueError"),
    ("Warns", "damage", "reading 100%003.jpg.txt cut off at 0% ends in a bare UserWarning"),
    (
        "ErrorWithoutFile",
        "damage",
        "the error about 100%003.jpg.txt cut off at 0% does not name the file",
    ),
    (
        "FollowsNames",
        "unsafe_paths",
        "the image name '../../secret.jpg' in a000.jpg.txt leads out of the data set, and is followed",
    ),
    ("OwnCode", "problems", "it reports the problem code 'no_picture', which is not documented"),
    (
        "DropsSilently",
        "problems",
        "data is dropped or changed without a report: a box that leaves its image",
    ),
    ("EmptyProblem", "problems", "the report of an image that is missing is not complete"),
    ("IgnoresPolicy", "problems", "strict reading goes on after an image that is missing"),
    ("IgnoresLabels", "closed_labels", "a label outside the user's list is taken"),
    ("StatesOtherLabels", "closed_labels", "labels of the source lack cat"),
    (
        "TimeInside",
        "bytes",
        "the same records give other bytes, written on another day, with another order of sets",
    ),
    (
        "OrderOfSets",
        "bytes",
        "the same records give other bytes, written on another day, with another order of sets",
    ),
    ("RandomIds", "bytes", "the same records give other bytes, written twice"),
    ("WritesOutside", "target_only", "writing a plain record touches files outside of context.root"),
    (
        "SplitAsFolder",
        "target_only",
        "writing the split '/…/evil' touches files outside of context.root",
    ),
    ("ChangesTheSource", "source_untouched", "reading changes the source"),
    ("Undescribed", "options", "option shift: has no description"),
    ("Mumbled", "options", "option shift is hardly described"),
    ("SniffsOnly", "statement", "it knows data that it cannot read"),
    ("Unheeded", "options", "option shift: made by neither boxwright.reads nor boxwright.writes"),
    ("Required", "options", "option shift has no default"),
    (
        "OptionsOfNobody",
        "options",
        "options <class 'pydantic.main.BaseModel'>: expected a class derived from boxwright.Options",
    ),
    ("UnknownKeeps", "statement", "keeps 'splits': no such field; did you mean 'split'?"),
    ("KeepsTooMuch", "keeps", "keeps names pose, but no value of it comes back"),
    ("KeepsTooLittle", "round_trip", "truncated is reported lost, but it comes back"),
    ("NoSummary", "statement", "summary '': expected one line of text"),
    ("BadName", "statement", "name 'Rows 1': expected lower-case letters, digits and _, a letter first"),
    ("NoSniff", "statement", "it can read, but is never found"),
    ("NoFunction", "statement", "it can do nothing"),
]


@pytest.mark.parametrize(("wrong", "name", "fault"), CAUGHT, ids=[f"{a}-{b}" for a, b, _ in CAUGHT])
def test_a_planted_fault_is_named(wrong, name, fault):
    assert [failure.fault for failure in check(WRONG[wrong], checks=[name])] == [fault]


def test_every_wrong_adapter_is_caught():
    assert {wrong for wrong, _, _ in CAUGHT} == set(WRONG)


def test_the_right_adapter_conforms():
    assert check(RIGHT, examples=5) == []
