"""A plugin that is a single Python file: it runs because its user has named it, never for lying somewhere."""

import hashlib
import sys
from pathlib import Path
from types import ModuleType

from boxwright.core.errors import OptionError


def module_of_file(path: Path) -> ModuleType:
    """Run a file as a module of its own; raises OptionError for no such file, else what its code raises."""
    if not path.is_file():
        raise OptionError("it is a folder, not a Python file" if path.is_dir() else "there is no such file")
    # Compiled here, since Python's own import takes an older compiled file when a second has not passed.
    code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    module = ModuleType(_module_name(path))
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses and pydantic look names up
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    return module


def _module_name(path: Path) -> str:
    """A name that no other module has, the same in every run."""
    return f"boxwright_plugin_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
