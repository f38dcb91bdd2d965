"""boxwright: any box-annotated data set to TFRecords and a retrained detector.

`read` opens a data set in any format, `write` writes one, `convert` does both with splits and a report.
The schema is Box, ImageRecord and Dataset; a new format is an Adapter, offered through the hook
`register_adapters`.
"""

from boxwright.core.adapter import Adapter, Source
from boxwright.core.convert import convert
from boxwright.core.errors import AnnotationError, BoxwrightError, OptionError, WriteError, reading
from boxwright.core.frame import Frame
from boxwright.core.images.image_file import ImageFile
from boxwright.core.inspect import inspect
from boxwright.core.options import Options, reads, writes
from boxwright.core.plugins import hookimpl
from boxwright.core.problems import Problem
from boxwright.core.read import read
from boxwright.core.read_context import ReadContext
from boxwright.core.report import Report
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord, Info
from boxwright.core.transforms import Transforms
from boxwright.core.write import write
from boxwright.core.write_context import WriteContext

__all__ = [
    "Adapter",
    "AnnotationError",
    "Box",
    "BoxwrightError",
    "Cuboid",
    "Dataset",
    "Frame",
    "ImageFile",
    "ImageRecord",
    "Info",
    "OptionError",
    "Options",
    "Problem",
    "ReadContext",
    "Report",
    "Source",
    "Transforms",
    "WriteContext",
    "WriteError",
    "convert",
    "hookimpl",
    "inspect",
    "read",
    "reading",
    "reads",
    "write",
    "writes",
]
