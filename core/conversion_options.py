"""Which of a conversion's options are for reading, and which for writing."""

from collections.abc import Mapping, Sequence

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter
from boxwright.core.errors import OptionError


def meant_for(
    reader: Adapter, readers: Sequence[Adapter], options: Mapping[str, object]
) -> Mapping[str, object]:
    """Without the options that another one of several readers has and this one has not."""
    own = adapter_options.names(reader.options, "read")
    others = {name for other in readers for name in adapter_options.names(other.options, "read")}.difference(
        own
    )
    return {name: value for name, value in options.items() if name.removeprefix("from.") not in others}


def divided(
    reader: Adapter, writer: Adapter, options: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Options for reading and for writing; raises OptionError for one that is neither's or both's."""
    reads = adapter_options.names(reader.options, "read")
    writes = adapter_options.names(writer.options, "write")
    ours: dict[str, object] = {}
    theirs: dict[str, object] = {}
    for given, value in options.items():
        side, _, key = given.rpartition(".")
        if side not in ("", "from", "to"):
            raise OptionError(f"option {given}: options are written key, from.key or to.key")
        if side != "to" and key in reads and not (side == "" and key in writes):
            ours[key] = value
        elif (side != "from" and key in writes and key not in reads) or side == "to":
            theirs[key] = value
        elif key in reads:
            raise OptionError(
                f"option {key}: {reader.name} and {writer.name} both have it", f"from.{key} or to.{key}"
            )
        else:
            raise OptionError(_unknown(key, reader, writer))
    return ours, theirs


def _unknown(key: str, reader: Adapter, writer: Adapter) -> str:
    reads = ", ".join(adapter_options.names(reader.options, "read")) or "none"
    writes = ", ".join(adapter_options.names(writer.options, "write")) or "none"
    return f"option {key}: unknown; reading {reader.name} has {reads}; writing {writer.name} has {writes}"
