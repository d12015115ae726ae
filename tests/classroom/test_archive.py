"""Archives of whose maker nothing is known: nothing is written elsewhere, and no disk is filled."""

import errno
import shutil
import struct
import zipfile
import zlib
from types import SimpleNamespace

import pytest

from gdl_utils.classroom.archive import LIMITS_OF_CLASS, LIMITS_OF_STUDENT, ArchiveLimits, Extractor, unzip
from gdl_utils.errors import GradingError
from tests.classroom.archives import zipped

pytestmark = pytest.mark.quick


def entry(name, mode=None, flags=0):
    """An entry of an archive, perhaps with the mode that Unix gives to files, and flags."""
    info = zipfile.ZipInfo(name)
    if mode is not None:
        info.create_system, info.external_attr = 3, mode << 16
    info.flag_bits |= flags
    return info


def raw_zip(path, name, data, size):
    """A zip file with one entry that claims `size` bytes: what zipfile would not write."""
    packed = zlib.compress(data, 9)[2:-4]
    body = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, zlib.crc32(data), len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + body + name + packed
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + body + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(local), 0)
    path.write_bytes(local + directory + end)
    return path


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([entry("../up.txt")], "leads out"),
        ([entry("a/../../up.txt")], "leads out"),
        ([entry("/etc/cron.d/up")], "leads out"),
        ([entry("C:/up.txt")], "leads out"),
        ([entry("..\\up.txt")], "no platform writes"),
        ([entry("new\nline")], "no platform writes"),
        ([entry("link", 0o120777)], "neither a file nor a folder"),
        ([entry("pipe", 0o010644)], "neither a file nor a folder"),
        ([entry("secret", flags=1)], "encrypted"),
        ([entry("a.txt"), entry("./a.txt")], "twice"),
        ([entry(f"{number}") for number in range(11)], "holds 12 files"),
    ],
)
def test_tricks_with_paths_are_refused_before_a_byte_is_written(tmp_path, entries, reason):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.txt", "good")
        for info in entries:
            flags = info.flag_bits
            archive.writestr(info, "target")
            archive.filelist[-1].flag_bits |= flags
    target = tmp_path / "inside" / "target"
    target.mkdir(parents=True)
    with pytest.raises(GradingError, match=reason):
        unzip(tmp_path / "a.zip", target, ArchiveLimits(10, 1 << 20))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "inside", "target"]


def test_bombs_are_refused(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    zipped(tmp_path / "bomb.zip", {"a": bytes(8 << 20)})
    assert (tmp_path / "bomb.zip").stat().st_size < 20_000
    with pytest.raises(GradingError, match="unpacks to 8 MiB, and 4 MiB are allowed"):
        unzip(tmp_path / "bomb.zip", target, ArchiveLimits(10, 4 << 20))
    # One that claims less than it holds is cut there, and damaged for that.
    lying = raw_zip(tmp_path / "lying.zip", b"a", bytes(8 << 20), 100)
    with pytest.raises(GradingError, match="damaged"):
        unzip(lying, target, ArchiveLimits(10, 4 << 20))
    assert sum(path.stat().st_size for path in target.iterdir()) <= 100
    with pytest.raises(GradingError, match="is not a zip file"):
        (tmp_path / "text.zip").write_text("text")
        unzip(tmp_path / "text.zip", target, ArchiveLimits(10, 4 << 20))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_would_fill_the_memory_is_refused(tmp_path, method):
    """Of these, Python unpacks all that it reads at once, whatever size is stated."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(GradingError, match="compressed in an unusual way"):
        unzip(tmp_path / "a.zip", tmp_path, LIMITS_OF_STUDENT)


def test_a_full_disk_is_told_before(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3))
    with pytest.raises(GradingError, match="make room first"):
        unzip(zipped(tmp_path / "a.zip", {"a": "four"}), tmp_path, ArchiveLimits(10, 100))


def test_what_programs_add_is_not_unpacked_and_the_rest_is(tmp_path):
    files = {"a/book.ipynb": "{}", "__MACOSX/a/._book.ipynb": "", "a/.DS_Store": "", "a/__pycache__/b.pyc": ""}
    (tmp_path / "target").mkdir()
    unzip(zipped(tmp_path / "a.zip", files), tmp_path / "target", LIMITS_OF_STUDENT)
    assert [str(path) for path in files_below(tmp_path / "target")] == ["a/book.ipynb"]


def test_one_name_stops_no_class(tmp_path):
    """Of a student's own archive it is refused."""
    # Ninety letters that a platform takes are more bytes than a disk takes.
    names = [
        "1/first.txt",
        f"2/{'数' * 90}.txt",
        "2/a",
        "2/a/b",
        f"3/{'a/' * 900}b",
        f"4/{'a/' * 3_000}b",
        "5/last.txt",
    ]
    archive = zipped(tmp_path / "a.zip", dict.fromkeys(names, "text"))
    (target := tmp_path / "target").mkdir()
    (extractor := Extractor()).extract(str(archive), str(target))
    written = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    assert written == ["1/first.txt", "2/a", "5/last.txt"]
    assert len(extractor.problems) == 4 and all(each.endswith("and was left out.") for each in extractor.problems)
    assert max(map(len, extractor.problems)) < 200 and "too deep" in extractor.problems[-1]
    (own := tmp_path / "own").mkdir()
    with pytest.raises(GradingError, match="can't be unpacked: File name too long"):
        unzip(archive, own, LIMITS_OF_STUDENT)


def test_a_disk_that_is_full_stops_the_class(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(GradingError, match="No space left"):
        Extractor().extract(str(zipped(tmp_path / "a.zip", {"a": "b"})), str(tmp_path))


def test_a_folder_is_copied_without_its_links(tmp_path):
    (tmp_path / "mails" / "ada").mkdir(parents=True)
    (tmp_path / "target").mkdir()
    (tmp_path / "mails" / "ada" / "book.ipynb").write_text("{}")
    (tmp_path / "mails" / "link").symlink_to("/etc/passwd")
    (tmp_path / "mails" / "folder").symlink_to("/etc")
    Extractor().extract(str(tmp_path / "mails"), str(tmp_path / "target"))
    assert [str(path) for path in files_below(tmp_path / "target")] == ["ada/book.ipynb"]


def test_a_student_may_send_less_than_a_class():
    assert LIMITS_OF_STUDENT.files < LIMITS_OF_CLASS.files
    assert LIMITS_OF_STUDENT.bytes < LIMITS_OF_CLASS.bytes


def files_below(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir())
