"""Which files are put beside a notebook, and which of those that its code leaves are kept."""

import pytest

from nbjudge import Limits
from nbjudge.files import files_to_keep, files_to_put, is_portable
from nbjudge.protocol import MAX_FILES

pytestmark = pytest.mark.quick

ORDINARY = [
    "a.txt",
    "deep/er/a.csv",
    "Übung 1.png",
    "数据.npy",
    "a-b_c (2).txt",
    "headers.txt",
    "console.log",
    "x.tar.gz",
]
STRANGE = [
    "", "/a", "a//b", "../a", "a/..", "./a", ".git/config", "a/.env", "~root", "-rf", "a/-x", "HEAD", "x/head", "a:b",
    "a?", "a*", "a|b", "a<b", 'a"b', "a\\b", "$HOME", "`a`", "a.", "a ", "con", "NUL.txt", "com1.csv", "a\nb",
    "a\x1b[31m", "\u202ea", "a\u200b", "\udcff", "x" * 250, "a\0b",
]  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_are_kept(name):
    assert is_portable(name)
    assert files_to_keep({name: b"x"}) == {name: b"x"}


@pytest.mark.parametrize("name", STRANGE, ids=repr)
def test_names_that_mean_something_are_not(name):
    assert not is_portable(name)
    assert files_to_keep({name: b"x"}) == {}


@pytest.mark.parametrize("name", ["a.ipynb", "deep/a.IPYNB", "a.ipynb/b.txt"])
def test_nothing_is_kept_that_could_be_taken_for_a_result(name):
    assert files_to_keep({name: b"x"}) == {}


@pytest.mark.parametrize("left", [{1: b"x"}, {"a": "text"}, {"a": None}, {b"a": b"x"}, {("a",): b"x"}])
def test_what_is_no_file_is_not_kept(left):
    assert files_to_keep(left) == {}


def test_not_more_than_there_is_room_for():
    many = {f"{number}.txt": b"x" for number in range(MAX_FILES + 5)}
    assert len(files_to_keep(many)) == MAX_FILES
    log = []
    assert len(files_to_put(many, Limits(), log)) == MAX_FILES
    assert files_to_put({"a": b"123", "b": b"4"}, Limits(disk_bytes=2), log) == {"b": b"4"}
    assert len(log) == 2
