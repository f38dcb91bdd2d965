"""Archives that a stranger made: what is unpacked, and what is refused by its member's name."""

import gzip
import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from boxwright.core.fetch.refusal import Refused
from boxwright.core.fetch.unpack import Limits, unpack
from tests.core.fetch.conftest import tar_gz

FILES = {"a.txt": b"one", "deep/er/b.bin": bytes(3000)}
Maker = Callable[[dict[str, bytes]], bytes]


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def plain_tar(files: dict[str, bytes]) -> bytes:
    return gzip.decompress(tar_gz(files))


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """Unpack these bytes; the files that came out."""

    def unpacked(archive: bytes, limits: Limits | None = None) -> dict[str, bytes]:
        path, folder = tmp_path / "archive", tmp_path / "inside" / "out"
        path.write_bytes(archive)
        folder.mkdir(parents=True)
        unpack(path, folder, limits)
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    return unpacked


@pytest.fixture
def refused(unpacked: Callable[..., dict[str, bytes]], tmp_path: Path) -> Callable[..., str]:
    """What is said of these bytes; nothing of them is outside of the folder."""

    def refused(archive: bytes, limits: Limits | None = None) -> str:
        with pytest.raises(Refused) as caught:
            unpacked(archive, limits)
        assert sorted(os.listdir(tmp_path)) == ["archive", "inside"]
        assert os.listdir(tmp_path / "inside") == ["out"]
        return str(caught.value)

    return refused


@pytest.mark.parametrize(
    "archive",
    [
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_STORED),
        zipped(FILES, zipfile.ZIP_BZIP2),
        tar_gz(FILES),
        plain_tar(FILES),
    ],
)
def test_files_come_out_as_they_went_in(unpacked: Callable[..., dict[str, bytes]], archive: bytes):
    assert unpacked(archive) == FILES


def test_folders_and_names_with_a_dot_in_front_are_usual(unpacked: Callable[..., dict[str, bytes]]):
    folder, same = tarfile.TarInfo("./"), tarfile.TarInfo("./sub/")
    folder.type = same.type = tarfile.DIRTYPE
    assert unpacked(tar_of(folder, same, tarfile.TarInfo("./sub/a"), same)) == {"sub/a": b""}


@pytest.mark.parametrize("make", [zipped, tar_gz])
@pytest.mark.parametrize(
    "name, fact",
    [
        ("../evil", "leaves its folder"),
        ("a/../../evil", "leaves its folder"),
        ("..\\evil", "leaves its folder"),
        ("/tmp/evil", "is absolute"),
        ("C:\\evil", "is absolute"),
    ],
)
def test_a_name_that_leads_out_is_refused(refused: Callable[..., str], make: Maker, name: str, fact: str):
    assert refused(make({"good": b"", name: b"evil"})) == f"member {name!r} {fact}"


def tar_of(*members: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for member in members:
            archive.addfile(member)
    return made.getvalue()


@pytest.mark.parametrize(
    "kind, target, fact",
    [
        (tarfile.SYMTYPE, "/etc/passwd", "is a link to '/etc/passwd'"),
        (tarfile.SYMTYPE, "inside", "is a link to 'inside'"),
        (tarfile.LNKTYPE, "../../archive", "is a link to '../../archive'"),
        (tarfile.CHRTYPE, "", "is neither a plain file nor a folder"),
        (tarfile.BLKTYPE, "", "is neither a plain file nor a folder"),
        (tarfile.FIFOTYPE, "", "is neither a plain file nor a folder"),
    ],
)
def test_only_files_and_folders_come_out_of_a_tar(
    refused: Callable[..., str], kind: bytes, target: str, fact: str
):
    member = tarfile.TarInfo("way")
    member.type, member.linkname = kind, target
    assert refused(tar_of(member, tarfile.TarInfo("way/out"))) == f"member 'way' {fact}"


@pytest.mark.parametrize(
    "mode, fact", [(0o120777, "is a symbolic link"), (0o020666, "is neither a file nor a folder")]
)
def test_only_files_and_folders_come_out_of_a_zip(refused: Callable[..., str], mode: int, fact: str):
    member = zipfile.ZipInfo("way")
    member.external_attr = mode << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    assert refused(made.getvalue()) == f"member 'way' {fact}"


@pytest.mark.parametrize("second", ["a", "./a", "a/b"])
def test_a_name_that_is_taken_is_refused(refused: Callable[..., str], second: str):
    assert refused(tar_of(tarfile.TarInfo("a"), tarfile.TarInfo(second))) == (
        f"member {second!r} stands in the archive twice"
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_taken_is_refused_in_a_zip(refused: Callable[..., str]):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", "one")
        archive.writestr("a", "two")
    assert refused(made.getvalue()) == "member 'a' stands in the archive twice"


@pytest.mark.parametrize("make", [zipped, tar_gz])
def test_more_than_an_archive_of_its_size_holds_is_a_bomb(refused: Callable[..., str], make: Maker):
    limits = Limits(ratio=200, free=10**6)
    bomb = make({"first": b"1", "bomb": bytes(5 * 10**6)})
    assert refused(bomb, limits) == "member 'bomb' would unpack to more than 1.0 MB: a bomb?"


@pytest.mark.parametrize("make", [zipped, tar_gz])
def test_more_than_anybody_wants_is_refused_whatever_the_ratio(refused: Callable[..., str], make: Maker):
    archive = make({"a": os.urandom(600), "b": os.urandom(600)})
    assert refused(archive, Limits(size=1000)) == "member 'b' would unpack to more than 1.0 kB: a bomb?"


@pytest.mark.parametrize("make", [zipped, tar_gz])
def test_too_many_members_are_refused(refused: Callable[..., str], make: Maker):
    archive = make({str(number): b"" for number in range(11)})
    assert refused(archive, Limits(members=10)) == "the archive has more than 10 members"


def test_a_zips_members_may_not_overlap_to_be_more_than_they_are(refused: Callable[..., str]):
    # One deflated megabyte, named twenty times by the table of contents.
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", bytes(10**6))
        [first] = archive.infolist()
        for number in range(1, 20):
            again = zipfile.ZipInfo(str(number))
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(again, field, getattr(first, field))
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
        archive._didModify = True
    fact = "member '1' would unpack to more than 1.0 MB: a bomb?"
    assert refused(made.getvalue(), Limits(ratio=200, free=10**6)) == fact


def test_a_zip_with_a_huge_table_of_contents_is_refused_unread(refused: Callable[..., str]):
    archive = bytearray(zipped(FILES))
    struct.pack_into("<I", archive, len(archive) - 22 + 12, 10**9)
    fact = "the archive is damaged: its table of contents has 1000000000 bytes"
    assert refused(bytes(archive)) == fact


def test_a_tar_whose_names_need_a_gigabyte_is_refused_unread(refused: Callable[..., str]):
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 10**9
    archive = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(10**6))
    assert refused(archive) == "the archive is damaged: a header that needs 1000000000 bytes"


def test_an_encrypted_member_is_refused(refused: Callable[..., str]):
    archive = bytearray(zipped({"secret.txt": b"x"}))
    archive[archive.index(b"PK\x01\x02") + 8] |= 1  # the flag that says so, in the table of contents
    assert refused(bytes(archive)) == "member 'secret.txt' is encrypted"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
@pytest.mark.parametrize("make", [zipped, tar_gz])
def test_an_archive_that_is_cut_off_is_refused(refused: Callable[..., str], make: Maker, share: float):
    archive = make({"a": os.urandom(20_000), "b": os.urandom(20_000)})
    said = refused(archive[: int(share * len(archive))])
    if make is zipped:
        assert said == "the archive is damaged: File is not a zip file"
    else:
        member = {0.3: "member 'a'", 0.6: "member 'b'", 0.99: "member 'b'"}[share]
        fact = "is damaged: Compressed file ended before the end-of-stream marker was reached"
        assert said == f"{member} {fact}"


def test_a_tar_gz_that_lacks_only_its_last_bytes_is_refused(refused: Callable[..., str]):
    fact = "is damaged: Compressed file ended before the end-of-stream marker was reached"
    assert refused(tar_gz(FILES)[:-5]) == f"the archive {fact}"


@pytest.mark.parametrize("blocks, last", [(4, "b.txt"), (2, "a.txt")])
def test_a_tar_that_ends_between_members_is_refused(refused: Callable[..., str], blocks: int, last: str):
    archive = gzip.compress(plain_tar({"a.txt": b"1", "b.txt": b"2"})[: 512 * blocks])
    assert refused(archive) == f"the archive is damaged: it is damaged or cut off after {last!r}"


def test_a_damaged_header_in_the_middle_is_not_taken_for_the_end(refused: Callable[..., str]):
    archive = bytearray(plain_tar({"a.txt": b"1", "b.txt": b"2"}))
    archive[1024] ^= 1
    fact = "the archive is damaged: it is damaged or cut off after 'a.txt'"
    assert refused(gzip.compress(archive)) == fact


def test_a_flipped_bit_is_found_in_a_zip(refused: Callable[..., str]):
    archive = bytearray(zipped({"a": b"content"}, zipfile.ZIP_STORED))
    archive[archive.index(b"content")] ^= 1
    assert refused(bytes(archive)) == "member 'a' is damaged: Bad CRC-32 for file 'a'"


def test_a_flipped_bit_is_found_in_a_tar_gz(refused: Callable[..., str]):
    archive = bytearray(tar_gz(FILES))
    archive[-8] ^= 1  # of the checksum
    assert refused(bytes(archive)).startswith("the archive is damaged: CRC check failed")


@pytest.mark.parametrize("make", [zipped, tar_gz])
def test_an_empty_archive_is_refused(refused: Callable[..., str], make: Maker):
    assert refused(make({})) == "the archive is empty"


def test_a_disk_that_cannot_take_it_is_no_fault_of_the_archive(unpacked: Callable[..., dict[str, bytes]]):
    with pytest.raises(OSError, match="File name too long"):
        unpacked(tar_gz({"n" * 300: b""}))
