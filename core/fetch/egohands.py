"""EgoHands: where its archive is served, and how to tell it from another.

No size and no checksum of the archive is published. metadata.mat is a fingerprint of the content: three
public repositories hold the same file, byte for byte.
"""

import hashlib
from pathlib import Path

from boxwright.core.fetch.item import Item

SAMPLES, METADATA = "_LABELLED_SAMPLES", "metadata.mat"
# What `git hash-object metadata.mat` prints; in https://github.com/mathewh22/EgoHands_Dataset and two others.
METADATA_BLOB = "d95ee9e71364462667b22519868ba44e2c9f3852"

_ORIGINAL = "http://vision.soic.indiana.edu/egohands_files/egohands_data.zip"


def fault(folder: Path) -> str | None:
    """What keeps a folder from being EgoHands as it was published; None: it is."""
    for name, there in ((METADATA, (folder / METADATA).is_file()), (SAMPLES, (folder / SAMPLES).is_dir())):
        if not there:
            return f"no EgoHands: it holds no {name}"
    found = git_blob(folder / METADATA)
    if found == METADATA_BLOB:
        return None
    return f"not EgoHands as published: the git blob of {METADATA} is {found}, not {METADATA_BLOB}"


def git_blob(path: Path) -> str:
    """The name that git gives to a file's content, 40 hexadecimal digits."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


EGOHANDS = Item(
    name="egohands",
    kind="data set",
    folder="egohands_data",
    # The university's address is the one that all scripts have; by 2026 it leads to a web page.
    urls=(_ORIGINAL, f"https://web.archive.org/web/20200713164330id_/{_ORIGINAL}"),
    size=None,
    digest=None,
    source="http://vision.soic.indiana.edu/projects/egohands/",
    fault=fault,
)
