"""What the built-in formats can hold where the kit cannot find it out by itself."""

from dataclasses import replace

from boxwright.core.conformance import Limits
from boxwright.core.conformance.examples import HANDS

LIMITS = {
    "coco": Limits(streams=False),  # categories may stand last, so a file is parsed as a whole
    "egohands": replace(HANDS, streams=False),  # metadata.mat holds the whole data set
    "create_ml": Limits(streams=False),  # a JSON list is parsed as a whole
    "csv": Limits(streams=False),  # an image's rows may stand anywhere
    "via": Limits(streams=False),  # an image's rows, or regions, may stand anywhere
    "wider_face": Limits(labels=("face",)),  # one class
}
