import numpy as np
from lxml import etree

from boxwright.core.html_report.charts import Bar, Points, bars, histogram, scatter


def parsed(chart):
    return etree.fromstring(str(chart))


def test_bars_are_as_long_as_their_values():
    chart = parsed(bars("c", "Boxes", [Bar("cat", 10, "10 boxes"), Bar("dog", 5, "5 boxes")]))
    lengths = [bar.get("width") for bar in chart.iter("rect") if bar.get("class") == "fill"]
    assert lengths == ["360", "180"]


def test_a_chart_says_what_it_shows_to_those_who_do_not_see_it():
    chart = parsed(bars("c", "Boxes of each class", [Bar("cat", 10, "10 boxes")]))
    assert chart.get("role") == "img" and chart.get("aria-labelledby") == "c-t c-d"
    assert [(part.get("id"), part.text) for part in chart[:2]] == [
        ("c-t", "Boxes of each class"),
        ("c-d", "cat: 10 boxes"),
    ]


def test_a_long_name_is_cut_but_told_whole():
    name = "a" * 50
    chart = parsed(bars("c", "t", [Bar(name, 1, "1")]))
    assert chart.find("g/title").text == f"{name}: 1"
    assert chart.find("g/text").text == "a" * 33 + "…"


def test_names_stay_text():
    chart = parsed(bars("c", "t", [Bar("<b>&", 1, "1")]))
    assert chart.find("g/text").text == "<b>&"


def test_columns_are_as_high_as_their_counts_and_a_single_image_can_be_seen():
    chart = parsed(histogram("c", "t", [1000, 500, 1, 0], [(0, "0")], "boxes"))
    heights = [column.get("height") for column in chart.iter("rect")]
    assert heights == ["134", "67", "1.5", "0"]
    assert [text.text for text in chart.iter("text") if text.get("class") == "count"] == ["1,000", "500", "1"]


def test_points_lie_on_doubling_scales_and_never_outside():
    sides = np.array([[2, 2], [256, 256], [9999, 0.1]], np.float32)
    chart = parsed(scatter("c", "t", "d", [Points(sides, (1, 2, 3))], sides[:1], 256))
    [points] = [path for path in chart.iter("path") if path.get("class") == "points"]
    assert points.get("d") == "M30 314h0M350 10h0M350 314h0"
    assert points.get("stroke") == "#010203"
