"""One pass over a source: applies the policy to problems, finds images, opens frames for boxes.

An adapter gets a fresh ReadContext for every scan, so nothing leaks from one pass into the next.
"""

import warnings
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from posixpath import normpath

from boxwright.core.errors import AnnotationError, relative
from boxwright.core.frame import FIRST_SWAPPING_ORIENTATION, Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.image_header import ImageHeader, format_of_name, header_of
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.problems import Action
from boxwright.core.reporter import Reporter
from boxwright.core.schema import unsafe_path


@dataclass(slots=True, kw_only=True)
class ReadContext(Reporter):
    """What an adapter's scan needs of the outside: a Reporter that finds images and opens frames too.

    decode   whether every image is decoded completely
    """

    decode: bool = False
    _claimed: dict[str, str] = field(default_factory=dict)
    _splits: dict[str, str | None] = field(default_factory=dict)

    def claim(self, image: str, path: Path | str, where: str | int = "") -> bool:
        """Whether this annotation may have the image: False when another one came first and wins."""
        name = relative(path, self.root)
        first = self._claimed.setdefault(image, name)
        if first == name:
            return True
        message = f"{image} belongs to {first} already"
        return self.problem("duplicate_image", path, where, message) == "keep"

    def claimed(self, image: str) -> bool:
        """Whether an annotation has claimed this image."""
        return image in self._claimed

    def repeated(self, image: str, split: str | None, path: Path | str, where: str | int) -> bool:
        """Whether an entry is skipped because an earlier one, of this file or another, has its image.

        For formats that list images: both stay unless the policy says otherwise. An image in two splits
        is reported as `split_overlap` and stays in both.
        """
        if image not in self._splits:
            self._splits[image] = split
        elif (first := self._splits[image]) == split:
            message = f"{image} stands here twice"
            return self.problem("duplicate_image", path, where, message, "keep") == "skip"
        else:
            self.problem("split_overlap", path, where, f"{image} is in the splits {first} and {split}")
        return False

    def locate(
        self, images: ImageFolder, name: str, path: Path | str, where: str, *, fallback: str | None = None
    ) -> str | None:
        """Find the image that an annotation names; returns its name inside `images`, or None.

        fallback   a name without extension that is tried when `name` leads nowhere (VOC: the XML's stem)
        An unsafe name is never opened: `unsafe_path` is reported and the fallback decides; without one
        it is an AnnotationError. A file found by its stem, case or last part is reported `image_renamed`.
        """
        if fact := unsafe_path(name):
            return self._instead(images, name, fact, path, where, fallback)
        if images.has(name):
            return normpath(name)
        found = images.similar(name) or (images.by_stem(fallback) if fallback else None)
        if found is not None:
            self.problem("image_renamed", path, where, f"no file {name!r}; {found!r} is there")
        return found

    def _instead(
        self, images: ImageFolder, name: str, fact: str, path: Path | str, where: str, fallback: str | None
    ) -> str | None:
        if fallback is None:
            raise AnnotationError(relative(path, self.root), where, f"unsafe path {name!r}: {fact}")
        found = images.by_stem(fallback)
        self.problem("unsafe_path", path, where, f"{name!r} {fact}; {found or fallback!r} is taken")
        return found

    def frame(
        self,
        image: ImageFile | None,
        *,
        path: Path | str,
        declared: Size | None = None,
        where: str = "",
        missing: str = "no image",
        missing_where: str = "",
    ) -> Frame | None:
        """Open the frame that a record's boxes live in; None when the policy skips the image.

        image     the image's bytes, or None: reported `missing_image` with the text `missing`
        path      the annotation file, for messages about it
        declared  (width, height) as the annotation states them, None where it does not
        where     the place of the declared size in the annotation
        """
        if image is None:
            if self.problem("missing_image", path, missing_where, missing) == "skip":
                return None
            return Frame(self, path, *_declared(declared))
        # An image inside another file is named by its place there, any other by its own file.
        place = "" if image.length is None else missing_where
        header = self._header(image, place)
        if header is None:
            return None
        if not header.width:  # corrupt, and kept
            return Frame(self, path, *_declared(declared), file=image)
        return self._sized(header, image, place, path, declared, where)

    def _header(self, image: ImageFile, place: str) -> ImageHeader | None:
        """The image's header; of width 0 where it is damaged and kept, None where it is skipped."""
        try:
            header = header_of(image)
            if self.decode:
                _decode(image.read())
        except (ValueError, OSError) as error:
            message = (isinstance(error, OSError) and error.strerror) or str(error)
            action = self.problem("corrupt_image", image.path, place, message)
            return None if action == "skip" else ImageHeader("", 0, 0, 1)
        claimed = format_of_name(image.path.name) if image.length is None else header.format
        if claimed is not None and claimed != header.format:
            message = f"is {header.format.upper()}, named {image.path.suffix}"
            self.problem("image_format_mismatch", image.path, "", message)
        return header

    def _sized(
        self,
        header: ImageHeader,
        image: ImageFile,
        place: str,
        path: Path | str,
        declared: Size | None,
        where: str,
    ) -> Frame | None:
        stored, shown = (header.width, header.height), (header.height, header.width)
        on_display = header.orientation >= FIRST_SWAPPING_ORIENTATION and declared == shown != stored
        orientation = 1
        if header.orientation != 1:
            default: Action = "repair" if on_display else "keep"
            mapped = on_display or self.policy.action("exif_orientation", default) == "repair"
            grid = "drawn on the displayed grid" if mapped else "taken on the stored grid"
            message = f"EXIF orientation {header.orientation}; boxes {grid}"
            action = self.problem("exif_orientation", image.path, place, message, default)
            if action == "skip":
                return None
            orientation = header.orientation if action == "repair" else 1
        if declared is not None and declared != stored and not (on_display and orientation != 1):
            message = f"{declared[0]} x {declared[1]} declared, the image is {stored[0]} x {stored[1]}"
            if self.problem("size_mismatch", path, where, message) == "skip":
                return None
        return Frame(self, path, *stored, orientation, image)


def _declared(size: Size | None) -> tuple[int | None, int | None]:
    """A declared size that can be one: zero and negative numbers are unknown."""
    return size if size is not None and min(size) > 0 else (None, None)


def _decode(data: bytes) -> None:
    """Decode an image completely; raises ValueError naming what is wrong with its bytes."""
    from PIL import Image

    try:
        # A warning (a huge image, strange EXIF) is no damage.
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data)) as image:
            image.load()
    except Exception as error:  # Pillow's plugins raise SyntaxError, struct.error, OSError and more
        raise ValueError(f"cannot be decoded: {error}") from None
