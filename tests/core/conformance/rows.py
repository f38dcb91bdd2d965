"""A small right adapter, a text file for each image, in pieces that a test can replace by wrong ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boxwright
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.source_files import names
from boxwright.core.numbers import number as number_of

WORDS = 6  # x_min y_min x_max y_max truncated label
UNKNOWN = "-"


class RowsOptions(boxwright.Options):
    """Options of the right adapter."""

    unknown: str = boxwright.reads(UNKNOWN, "how an unknown share is written")


@dataclass(frozen=True)
class Rows:
    """The adapter's functions; a wrong adapter overrides one of them."""

    def sniff(self, path: Path) -> bool:
        files = list(names(path / "rows", {".txt"})) if (path / "rows").is_dir() else []
        return bool(files)

    def files(self, path: Path) -> list[str]:
        return list(names(path / "rows", {".txt"})) if (path / "rows").is_dir() else []

    def read(self, path: Path, options: RowsOptions) -> boxwright.Source:
        if not (path / "rows").is_dir():
            raise boxwright.AnnotationError(path, "", "has no folder rows")
        return boxwright.Source(root=path, scan=lambda context: self.scan(path, context))

    def scan(self, path: Path, context: boxwright.ReadContext) -> Iterator[boxwright.ImageRecord]:
        for name in self.files(path):
            record = self.record(path, f"rows/{name}", context)
            if record is not None:
                yield record

    def record(self, root: Path, name: str, context: boxwright.ReadContext) -> boxwright.ImageRecord | None:
        with boxwright.reading(name):
            first, *rows = self.text(root / name).splitlines() or [""]
        images = ImageFolder(root / "images")
        found = self.located(images, first, name, context)
        image = images.file(found) if found else None
        frame = context.frame(image, path=name, missing=f"no image {first}")
        if frame is None:
            return None
        boxes = [self.box(frame, row, number) for number, row in enumerate(rows, start=2)]
        return boxwright.ImageRecord(
            path=found or first,
            width=frame.width,
            height=frame.height,
            boxes=tuple(box for box in boxes if box is not None),
            file=image,
        )

    def text(self, path: Path) -> str:
        return path.read_text(encoding="utf-8")

    def located(
        self, images: ImageFolder, image: str, name: str, context: boxwright.ReadContext
    ) -> str | None:
        return context.locate(images, image, name, "1")

    def box(self, frame, row: str, number: int) -> boxwright.Box | None:
        with boxwright.reading(frame.path, number):
            words = row.split(" ", WORDS - 1)
            if len(words) != WORDS:
                raise ValueError(f"expected {WORDS} words, found {len(words)}")
            edges = tuple(number_of(word, "an edge") for word in words[:4])
            truncated = None if words[4] == UNKNOWN else float(words[4])
        return self.made(frame, words[5], edges, number, truncated)

    def made(self, frame, label, edges, number: int, truncated: float | None) -> boxwright.Box | None:
        return frame.box(label, edges, where=number, truncated=truncated)

    def write(
        self, dataset: boxwright.Dataset, options: RowsOptions, context: boxwright.WriteContext
    ) -> None:
        (context.root / "rows").mkdir(parents=True, exist_ok=True)
        for record in dataset:
            self.put(record, context)

    def put(self, record: boxwright.ImageRecord, context: boxwright.WriteContext) -> None:
        if record.file is None or any(not box.label.isprintable() for box in record.boxes):
            context.refuse(record, "rows need an image and labels of one line")
        context.write(f"rows/{record.path}.txt", "\n".join([record.path, *map(self.row, record.boxes), ""]))
        context.place(record, f"images/{record.path}")

    def row(self, box: boxwright.Box) -> str:
        truncated = UNKNOWN if box.truncated is None else repr(box.truncated)
        return " ".join([*map(repr, box.edges), truncated, box.label])


def adapter(rows: Rows, **stated) -> boxwright.Adapter:
    """The adapter with these functions."""
    facts = {
        "name": "rows",
        "summary": "a text file for each image",
        "source": "this module",
        "options": RowsOptions,
        "sniff": rows.sniff,
        "read": rows.read,
        "write": rows.write,
        "keeps": frozenset({"truncated", "path"}),
    }
    return boxwright.Adapter(**{**facts, **stated})


RIGHT = adapter(Rows())
