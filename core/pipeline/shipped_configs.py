"""The configs that come with the package, by name: `ssd_mobilenet_v1`, or `ssd_mobilenet_v1_egohands`."""

from importlib.resources import files
from pathlib import Path

from boxwright.core.errors import OptionError, nearest

PACKAGE, FOLDER, SUFFIX = "boxwright", "configs", ".config"
# What a model's bare name means: something to show within the hour, without a GPU.
VARIANTS = ("", "_quick")


def shipped_config(name: str) -> Path:
    """The file of a config: its name as it is, or a model's name, which means its quick recipe.

    raises   OptionError, with all names, where there is none
    """
    known = shipped_configs()
    for variant in VARIANTS:
        if (path := known.get(f"{name}{variant}")) is not None:
            return path
    listed = ", ".join(known)
    raise OptionError(f"no config is named {name!r}{nearest(name, known)}", f"there are {listed}")


def config_file(path: Path) -> Path:
    """The path itself; where it is a word that no file is called, the file of that config of ours."""
    is_name = not path.exists() and path.name == str(path) and not path.suffix
    return shipped_config(path.name) if is_name else path


def shipped_configs() -> dict[str, Path]:
    """All configs of the package, by name."""
    folder = Path(str(files(PACKAGE) / FOLDER))
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}
