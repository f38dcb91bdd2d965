"""`boxwright adapters`: list the formats, tell one in full, begin a new one, or prove one."""

import argparse
from pathlib import Path

from boxwright.core.command_line.commands import Commands
from boxwright.core.command_line.plugin_option import add_plugin_option, take_in
from boxwright.core.errors import OptionError

NEW, CHECK = "new", "check"
NOT_CONFORMING = 1  # exit code of `boxwright adapters check`


def add_adapters(commands: Commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "adapters",
        help="list the formats; one format's options and what it keeps; begin or prove one of your own",
        epilog="`boxwright adapters new NAME` writes a package that reads and writes a format of your own;"
        " `boxwright adapters check NAME` proves that an adapter is right",
    )
    command.add_argument("name", nargs="?", help="one adapter's name, `new` or `check`")
    command.add_argument(
        "of", nargs="?", metavar="NAME", help="what the new format, or that to prove, is called"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="where `new` puts its folder (here)")
    command.add_argument(
        "--sample", type=Path, metavar="SRC", help="`check`: data of a format that only reads"
    )
    add_plugin_option(command)
    command.set_defaults(run=_adapters)


def _adapters(parsed: argparse.Namespace) -> int | None:
    take_in(parsed)
    if parsed.name in (NEW, CHECK) and parsed.of is None:
        raise OptionError(
            f"adapters {parsed.name}: a name is missing", f"boxwright adapters {parsed.name} my_format"
        )
    if parsed.name == NEW:
        print(_new(parsed.of, parsed.out))
    elif parsed.name == CHECK:
        return _check(parsed.of, parsed.sample)
    elif parsed.of is not None or parsed.out is not None:
        extra = parsed.of or f"--out {parsed.out}"
        raise OptionError(f"adapters {parsed.name or ''} {extra}: only `new` and `check` take more")
    else:
        print(_told(parsed.name) if parsed.name else _listed())
    return None


def _new(name: str, folder: Path | None) -> str:
    from boxwright.core.scaffold.new_package import new_package

    return str(new_package(name, folder or Path()))


def _check(name: str, sample: Path | None) -> int | None:
    from boxwright.core.conformance.run import check, checks_of
    from boxwright.core.plugins import adapter_named
    from boxwright.core.report import wrapped

    adapter = adapter_named(name)
    failures, names = check(adapter, sample=sample), checks_of(adapter)
    for failure in failures:
        print(failure)
    if failures:
        print(f"{name}: {len(failures)} of {len(names)} checks failed")
        return NOT_CONFORMING
    print(f"{name}: passed all {len(names)} checks", *wrapped([f"  {', '.join(names)}"]), sep="\n")
    return None


def _listed() -> str:
    from boxwright.core.plugin.listing import plugin_list
    from boxwright.core.plugins import broken_plugins, offers

    return plugin_list(offers(), broken_plugins())


def _told(name: str) -> str:
    from boxwright.core.describe import described
    from boxwright.core.plugins import adapter_named, offers

    adapter = adapter_named(name)
    origin = next(offer.origin for key, offer in offers().items() if name in (key, offer.full_name))
    return f"{described(adapter)}\ncomes from: {origin.text}"
