"""The catalogue: what the tutorial's configs start from is in it, and it states nothing it cannot know."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from boxwright.core.errors import OptionError
from boxwright.core.fetch.catalogue import ITEMS, item_named, known_model


def test_the_four_detectors_that_can_be_trained_have_a_start():
    assert {
        "ssd_mobilenet_v1_coco",
        "ssd_mobilenet_v2_coco",
        "ssdlite_mobilenet_v2_coco",
        "ssd_inception_v2_coco",
    } <= ITEMS.keys()


def test_every_config_of_the_tutorial_starts_from_a_model_that_can_be_fetched(reference: Path):
    configs = sorted((reference / "pipeline_configs").glob("*.config"))
    starts = [re.search(r'fine_tune_checkpoint: "(.*)"', path.read_text())[1] for path in configs]
    assert len(starts) == 10
    assert [start for start in starts if known_model(start) is None] == []


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_addresses_and_digests_are_well_formed(item):
    assert all(urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname for url in item.urls)
    assert item.urls and len({*item.urls}) == len(item.urls) and item.source.startswith("http")
    if item.digest is not None:
        algorithm, _, digits = item.digest.partition(":")
        assert re.fullmatch("[0-9a-f]*", digits)
        assert len(digits) == 2 * hashlib.new(algorithm).digest_size


def test_names_and_folders_are_nobody_elses():
    names = [item.name for item in ITEMS.values()]
    folders = [item.folder for item in ITEMS.values() if item.folder != item.name]
    assert len({*names, *folders}) == len(names) + len(folders)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(OptionError) as caught:
        item_named("ssd_mobilenet_v2")
    assert str(caught.value) == (
        "nothing to fetch is named 'ssd_mobilenet_v2'; did you mean 'ssd_mobilenet_v2_coco'?\n"
        "  hint: `boxwright fetch` lists the names"
    )


def test_an_item_is_found_by_its_archives_folder_too():
    assert item_named("ssd_mobilenet_v2_coco_2018_03_29") is ITEMS["ssd_mobilenet_v2_coco"]
