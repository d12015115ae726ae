"""The names of the tests in the judge: their own, Python's and IPython's, imported ones, and the student's."""

import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nbjudge.protocol import Attribute, Delete, Names, Set
from nbjudge.proxy import AnswerError, Proxy, StudentGoneError, StudentSide

# Names that IPython gives to every cell.
OF_IPYTHON = re.compile(r"In|Out|get_ipython|exit|quit|open|display|_{1,3}|_i{1,3}|_i?\d+|_(ih|oh|dh|exit_code|pager)")


class NamesOfBoth(Mapping[str, Any]):
    """What `globals()` is in a test: its own names, and those of the student's code."""

    def __init__(self, names: "Namespace"):
        self._names = names

    def __getitem__(self, name: str) -> Any:
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._names, *map(str, self._names.student.ask(Names))}))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Namespace(dict[str, Any]):
    """The names of the graded cells: the judge's own, Python's and IPython's, and, for all others, the student's.

    A name of the student's is read once for each cell.
    """

    def __init__(
        self,
        student: StudentSide,
        imports: dict[str, str],
        answers: Iterable[str] = (),
        imported: Iterable[str] = (),
    ):
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.student = student
        self.imports = imports
        self.answers = frozenset(answers)
        self.imported = frozenset(imported)
        self.missing: frozenset[str] = frozenset()
        self.is_setup = False  # what runs is a part of the assignment, not a test
        self.stars: dict[str, Any] | None = None
        self.read: dict[str, Any] = {}
        self.theirs: frozenset[str] | None = None  # names of Python's that the student has, asked for once a cell
        for name in ("globals", "locals"):
            self.own(name, lambda: NamesOfBoth(self))
        self.own("dir", lambda *of: dir(*of) if of else list(NamesOfBoth(self)))

    def begin_cell(self, redefined: Iterable[str] = (), missing: Iterable[str] = ()) -> None:
        """Forget what was read for the cell before, and what tests made of names that others have defined since.

        Args:
            redefined: those names.
            missing: names that are there only if the student's code has imported them.
        """
        self.missing = frozenset(missing)
        self.read.clear()
        self.theirs = None
        self.student.begin_cell()
        for name in redefined:
            self.pop(name, None)

    def own(self, name: str, make: Callable[[], Any]) -> None:
        """Give the tests a tool of their own, made when it is first called."""
        super().__setitem__(name, make)

    def __missing__(self, name: str) -> Any:
        is_python = hasattr(builtins, name) and not name.startswith("__")
        if is_python and not self.is_setup and self._is_value_of_students(name):
            raise TypeError(f"{name!r} is a value in this notebook, so no test can use Python's own")
        if hasattr(builtins, name) or name.startswith("__") or OF_IPYTHON.fullmatch(name):
            raise KeyError(name)
        if name in self.imports and name not in self.answers:
            return self._imported(name)
        if name in self._all_of_modules():
            return self.setdefault(name, self._all_of_modules()[name])
        if name not in self.read:
            self.read[name] = self.student.read(name)
        return self.read[name]

    def _is_value_of_students(self, name: str) -> bool:
        # As after `sum = 0`, where no kernel could run a test that needs `sum`. A function of theirs never counts.
        try:
            if self.theirs is None:
                self.theirs = frozenset(map(str, self.student.ask(Names, of_python=True)))
            if name not in self.theirs:
                return False
            value = self.student.read(name)
        except (StudentGoneError, AnswerError, KeyError):
            return False
        return not (value._callable if type(value) is Proxy else callable(value))

    def _imported(self, name: str) -> Any:
        # Where the import is the answer, or a part of it, it must have been made, and of the right thing.
        is_theirs = name in self.imported or name in self.missing
        theirs = self.student.read(name) if is_theirs else None
        space: dict[str, Any] = {"__name__": "__main__"}
        exec(self.imports[name], space)  # noqa: S102  (a statement of the source notebook)
        ours = space[name]
        if is_theirs:
            called = getattr(ours, "__name__", None)
            is_it = type(theirs) is Proxy and self.student.ask(Attribute, target=theirs, name="__name__") == called
            if not (is_it or (called is None and type(theirs) is type(ours))):
                if name in self.imported:
                    return theirs
                # A tool of the tests, which no answer may replace.
                raise KeyError(name)
        return self.setdefault(name, ours)

    def _all_of_modules(self) -> dict[str, Any]:
        # What `from module import *` gives in the source notebook.
        if self.stars is None:
            self.stars = {}
            for statement in self.imports.get("*", "").splitlines():
                exec(statement, self.stars)  # noqa: S102  (a statement of the source notebook)
            # What an exercise asks for is the student's, even if a module has a name like it.
            for name in self.answers:
                self.stars.pop(name, None)
        return self.stars

    def __setitem__(self, name: str, value: Any) -> None:
        if type(value) is Proxy:
            # A student's function under another name is still the student's.
            self.student.ask(Set, name=name, value=value)
            self.pop(name, None)
            self.read[name] = value
        else:
            super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if name in self:
            super().__delitem__(name)
        else:
            self.student.read(name)
            self.student.ask(Delete, name=name)
            self.read.pop(name, None)
