"""The right adapter of `rows` with one fault each."""

import os
import random
import time
import uuid
import warnings
from dataclasses import dataclass, field, replace

import boxwright
from boxwright.core.frame import Frame
from tests.core.conformance.rows import Rows, RowsOptions, adapter


class ShiftedBox(Rows):
    def made(self, frame, label, edges, number, truncated):
        x_min, y_min, x_max, y_max = edges
        return frame.box(label, (x_min / 2, y_min, x_max, y_max), where=number, truncated=truncated)


class DropsNegatives(Rows):
    def record(self, root, name, context):
        record = super().record(root, name, context)
        return record if record and record.boxes else None


class WritesNothing(Rows):
    def write(self, dataset, options, context):
        for record in dataset:
            self.put(record, context)


class LosesTruncated(Rows):
    def row(self, box):
        return super().row(replace(box, truncated=None))


class OtherImages(Rows):
    def put(self, record, context):
        super().put(record, context)
        (context.root / "images" / record.path).write_bytes(b"")


class SwappedImages(Rows):
    """Others' bytes, in a right image of the same size."""

    def put(self, record, context):
        super().put(record, context)
        path = context.root / "images" / record.path
        path.write_bytes(path.read_bytes()[:-2] + b"\0\xff\xd9")


class RefusesToRead(Rows):
    def read(self, path, options):
        raise boxwright.AnnotationError(path, "", "no")


class OverstatesLosses(Rows):
    def put(self, record, context):
        super().put(record, context)
        context.lose("edges", "somehow", len(record.boxes))


class BreaksLines(Rows):
    """Takes any label, a row of two lines for one."""

    def put(self, record, context):
        rows = "\n".join([record.path, *map(self.row, record.boxes), ""])
        context.write(f"rows/{record.path}.txt", rows)
        context.place(record, f"images/{record.path}")


class MendsLabels(BreaksLines):
    """A control character becomes a blank, and nobody is told."""

    def row(self, box):
        return super().row(replace(box, label=" ".join(box.label.split())))


class DividesBySize(Rows):
    def put(self, record, context):
        assert all(box.x_min / record.width >= 0 for box in record.boxes)
        super().put(record, context)


class DropsWhatHasNoImage(Rows):
    def put(self, record, context):
        if record.file is not None:
            super().put(record, context)


class RefusesAll(Rows):
    def put(self, record, context):
        context.refuse(record, "no reason")


class SecondPassIsEmpty(Rows):
    def read(self, path, options):
        source = super().read(path, options)
        left = iter(self.files(path))
        records = lambda context: (self.record(path, f"rows/{name}", context) for name in left)  # noqa: E731
        return replace(source, scan=records)


class OrderOfTheDisk(Rows):
    def files(self, path):
        folder = path / "rows"
        return [str(file.relative_to(folder)) for file in folder.rglob("*.txt")]


class HoldsRecords(Rows):
    def scan(self, path, context):
        return iter(list(super().scan(path, context)))


@dataclass(frozen=True)
class KeepsRecords(Rows):
    kept: list[object] = field(default_factory=list)

    def scan(self, path, context):
        for record in super().scan(path, context):
            self.kept.append((record, context))
            yield record


class ReadsInRead(Rows):
    def read(self, path, options):
        texts = {name: self.text(path / "rows" / name) for name in self.files(path)}
        assert texts is not None
        return super().read(path, options)


class RecordsInRead(Rows):
    def read(self, path, options):
        source = super().read(path, options)
        held = [bytearray(b" " * 4000) for _ in self.files(path)] * 8
        held = [bytearray(one) for one in held]
        return replace(source, scan=lambda context: (held and None) or source.scan(context))


class OpensImagesInRead(Rows):
    def read(self, path, options):
        for image in sorted((path / "images").glob("*.jpg"))[:1]:
            with open(image, "rb") as file:
                file.read(1)
        return super().read(path, options)


class SniffsEverything(Rows):
    def sniff(self, path):
        return path.exists()


class SniffsFolders(Rows):
    def sniff(self, path):
        return path.is_dir() and any(file.is_dir() for file in path.iterdir())


class SniffsLong(Rows):
    def sniff(self, path):
        found = super().sniff(path)
        for number in range(100) if found else ():
            (path / "rows" / f"{number}").touch()
        return found


class SniffsNothing(Rows):
    def sniff(self, path):
        return False


class SniffStumbles(Rows):
    def sniff(self, path):
        return any(name == "rows" for name in os.listdir(path))


class BareValueError(Rows):
    def box(self, frame, row, number):
        x_min, y_min, x_max, y_max, truncated, label = row.split(" ", 5)
        edges = tuple(map(float, (x_min, y_min, x_max, y_max)))
        return self.made(frame, label, edges, number, None if truncated == "-" else float(truncated))


class Warns(Rows):
    def text(self, path):
        text = super().text(path)
        if not text:
            warnings.warn("the file is empty", stacklevel=1)
        return text


class ErrorWithoutFile(Rows):
    def record(self, root, name, context):
        try:
            return super().record(root, name, context)
        except boxwright.AnnotationError as error:
            raise boxwright.AnnotationError("", "", error.fact) from None


class FollowsNames(Rows):
    def located(self, images, image, name, context):
        return image if (images.root / image).is_file() else None

    def record(self, root, name, context):
        try:
            return super().record(root, name, context)
        except ValueError as error:
            raise boxwright.AnnotationError(name, 1, str(error)) from None


class UndescribedOptions(boxwright.Options):
    shift: float = boxwright.reads(0.0, "")


class MumbledOptions(boxwright.Options):
    shift: float = boxwright.reads(0.0, "shift")


class UnheededOptions(boxwright.Options):
    shift: float = 0.0


class RequiredOptions(boxwright.Options):
    shift: float = boxwright.reads(..., "pixels to add")


class OwnCode(Rows):
    def record(self, root, name, context):
        record = super().record(root, name, context)
        if record and record.file is None:
            context.problem("no_picture", name, 1, "there is none")
        return record


class DropsSilently(Rows):
    def made(self, frame, label, edges, number, truncated):
        if frame.width and edges[2] > frame.width:
            return None
        return super().made(frame, label, edges, number, truncated)


class EmptyProblem(Rows):
    def record(self, root, name, context):
        record = super().record(root, name, context)
        if record and record.file is None:
            context.problem("missing_image", "", 1, "")
        return record


class IgnoresPolicy(Rows):
    def record(self, root, name, context):
        lenient = replace(context, policy=replace(context.policy, strict=False))
        return super().record(root, name, lenient)


class IgnoresLabels(Rows):
    def made(self, frame, label, edges, number, truncated):
        free = Frame(replace(frame.reporter, labels=None), frame.path, frame.width, frame.height)
        return super().made(free, label, edges, number, truncated)


class StatesOtherLabels(Rows):
    def read(self, path, options):
        return replace(super().read(path, options), labels=("dog",))


class TimeInside(Rows):
    def write(self, dataset, options, context):
        super().write(dataset, options, context)
        context.write("written.txt", time.strftime("%Y-%m-%d"))


class OrderOfSets(Rows):
    def write(self, dataset, options, context):
        super().write(dataset, options, context)
        # Many words: the order of a few may happen to be the same for two hash seeds.
        words = {
            f"{box.label} {number}" for record in dataset for box in record.boxes for number in range(20)
        }
        context.write("labels.txt", "\n".join(words))


class RandomIds(Rows):
    def write(self, dataset, options, context):
        super().write(dataset, options, context)
        context.write("id.txt", f"{uuid.uuid4()} {random.random()}")


class WritesOutside(Rows):
    def write(self, dataset, options, context):
        super().write(dataset, options, context)
        (context.root.parent / "log.txt").write_text("done")


class SplitAsFolder(Rows):
    def put(self, record, context):
        super().put(record, context)
        if record.split:
            with_parents = context.root / "splits" / f"{record.split}.txt"
            with_parents.parent.mkdir(parents=True, exist_ok=True)
            with_parents.write_text(record.path)


class ChangesTheSource(Rows):
    def read(self, path, options):
        (path / "cache.txt").write_text("seen")
        return super().read(path, options)


class AbsoluteNames(Rows):
    def scan(self, path, context):
        for record in super().scan(path, context):
            yield replace(record, source_id=str(path / record.path))


ROWS = Rows()
WRONG = {
    name: adapter(rows, name=f"rows_{number}")
    for number, (name, rows) in enumerate(
        (each.__name__, each())
        for each in (
            ShiftedBox,
            DropsNegatives,
            WritesNothing,
            LosesTruncated,
            OtherImages,
            SwappedImages,
            RefusesToRead,
            OverstatesLosses,
            BreaksLines,
            MendsLabels,
            DividesBySize,
            DropsWhatHasNoImage,
            RefusesAll,
            SecondPassIsEmpty,
            OrderOfTheDisk,
            HoldsRecords,
            KeepsRecords,
            ReadsInRead,
            RecordsInRead,
            OpensImagesInRead,
            SniffsEverything,
            SniffsFolders,
            SniffsLong,
            SniffsNothing,
            SniffStumbles,
            BareValueError,
            Warns,
            ErrorWithoutFile,
            FollowsNames,
            OwnCode,
            DropsSilently,
            EmptyProblem,
            IgnoresPolicy,
            IgnoresLabels,
            StatesOtherLabels,
            TimeInside,
            OrderOfSets,
            RandomIds,
            WritesOutside,
            SplitAsFolder,
            ChangesTheSource,
            AbsoluteNames,
        )
    )
}
WRONG |= {
    "Undescribed": adapter(ROWS, options=UndescribedOptions),
    "Mumbled": adapter(ROWS, options=MumbledOptions),
    "SniffsOnly": adapter(ROWS, read=None),
    "Unheeded": adapter(ROWS, options=UnheededOptions),
    "Required": adapter(ROWS, options=RequiredOptions),
    "OptionsOfNobody": adapter(ROWS, options=RowsOptions.__base__.__base__),
    "UnknownKeeps": adapter(ROWS, keeps=frozenset({"truncated", "splits"})),
    "KeepsTooMuch": adapter(ROWS, keeps=frozenset({"truncated", "path", "pose"})),
    "KeepsTooLittle": adapter(ROWS, keeps=frozenset({"path"})),
    "NoSummary": adapter(ROWS, summary=""),
    "BadName": adapter(ROWS, name="Rows 1"),
    "NoSniff": adapter(ROWS, sniff=None),
    "NoFunction": adapter(ROWS, sniff=None, read=None, write=None),
}
