"""One case: the files of a mutated data set, made from a reader's name, a seed and a number alone."""

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import Random

from tests.fuzz import (
    byte_mutations,
    json_mutations,
    mat_mutations,
    record_mutations,
    text_mutations,
    xml_mutations,
)
from tests.fuzz.byte_mutations import Mutation
from tests.fuzz.seeds import Files

# How a file is mutated by its name's extension; every other file as bytes.
STRUCTURED: dict[str, Mutation] = {
    ".config": text_mutations.mutated,
    ".json": json_mutations.mutated,
    ".jsonl": json_mutations.mutated_lines,
    ".mat": mat_mutations.mutated,
    ".pbtxt": text_mutations.mutated,
    ".tfrecord": record_mutations.mutated,
    ".txt": text_mutations.mutated,
    ".xml": xml_mutations.mutated,
    ".yaml": text_mutations.mutated,
}
BYTES_SHARE = 0.2  # of the mutations of such a file
ANNOTATION_SHARE = 0.9  # of the mutations of a data set that has images, too


@dataclass(frozen=True)
class Case:
    """The files of one case, and the numbers by which the rest of it is chosen."""

    name: str
    files: Files
    random: Random

    def write(self, folder: Path) -> None:
        """Put the files into a folder that holds nothing else then."""
        shutil.rmtree(folder, ignore_errors=True)
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def case(reader: str, seed_files: Files, seed: int, number: int) -> Case:
    """The case of this number: one or two of the files are mutated."""
    name = f"{reader}-{seed}-{number}"
    random = Random(name)
    files = dict(seed_files)
    # Each at most once: what mutations parse with must not meet what another one has made.
    for changed in sorted({_file(sorted(files), random) for _ in range(random.choice((1, 1, 1, 2)))}):
        structured = STRUCTURED.get(PurePosixPath(changed).suffix, byte_mutations.mutated)
        mutation = byte_mutations.mutated if random.random() < BYTES_SHARE else structured
        files[changed] = mutated(mutation, files[changed], random)
    return Case(name, files, random)


def _file(names: list[str], random: Random) -> str:
    annotations = [name for name in names if PurePosixPath(name).suffix in STRUCTURED]
    return random.choice(annotations if annotations and random.random() < ANNOTATION_SHARE else names)


def mutated(mutation: Mutation, data: bytes, random: Random) -> bytes:
    """The data after a mutation; as bytes where what was mutated can no longer be written in its format."""
    try:
        return mutation(data, random)
    except Exception:  # the mutations' own parsers: scipy, lxml, protobuf
        return byte_mutations.mutated(data, random)
