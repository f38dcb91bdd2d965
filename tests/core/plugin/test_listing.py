"""The list of all adapters: by where they come from, and the broken ones last."""

from dataclasses import replace
from pathlib import Path

from boxwright.core.adapter import Adapter, Source
from boxwright.core.plugin.listing import plugin_list
from boxwright.core.plugin.origin import BUILT_IN_ORIGIN, BrokenPlugin, Origin
from boxwright.core.plugin.registry import Offer

STRANGER = Origin(text="boxwright-points 1.0", owner="boxwright-points", remedy="uninstall it")


def read(path: Path, _: object) -> Source:
    return Source(root=path, scan=lambda _: iter(()))


READER = Adapter(name="points", summary="Points", source="u", read=read)
BOTH = Adapter(name="coco", summary="COCO", source="u", read=read, write=lambda *_: None)


def test_adapters_are_listed_a_line_each_below_where_they_come_from():
    offers = {"points": Offer(READER, STRANGER), "zebra": Offer(BOTH, BUILT_IN_ORIGIN)}
    assert plugin_list(offers, []) == (
        "built in:\nzebra       read write COCO\nboxwright-points 1.0:\npoints      read       Points"
    )


def test_a_long_summary_goes_on_in_the_next_line():
    offers = {"points": Offer(replace(READER, summary="point " * 11 + "end"), BUILT_IN_ORIGIN)}
    assert plugin_list(offers, []) == (
        f"built in:\npoints      read       {'point ' * 8}point\n{' ' * 23}point point end"
    )


def test_a_long_name_moves_the_columns():
    offers = {"boxwright:coco": Offer(BOTH, BUILT_IN_ORIGIN), "kitti": Offer(BOTH, BUILT_IN_ORIGIN)}
    assert plugin_list(offers, []) == (
        "built in:\nboxwright:coco read write COCO\nkitti          read write COCO"
    )


def test_broken_plugins_come_last_with_the_reason():
    facts = ("/home/me/boxwright_points.py:12: ModuleNotFoundError: No module named 'nowhere'", "more")
    broken = BrokenPlugin(name="points", plugin="points", origin=STRANGER, facts=facts)
    assert plugin_list({}, [broken]) == (
        "broken, see boxwright adapters NAME:\n"
        "points      boxwright-points 1.0: /home/me/boxwright_points.py:12:\n"
        "            ModuleNotFoundError: No module named 'nowhere'"
    )
