"""Text from outside that a terminal or a log shows: what would act there, or be invisible, is written as an escape.

A file name, a student's id, an exception or an output can hold sequences that clear a terminal, change its title or
hide what follows, and characters that reverse the order of a line.
"""

import logging
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER = "\u200c", "\u200d"
VIRAMA = 9  # the combining class of signs that scripts of India and its neighbours join letters by
# Invisible by Unicode's property Default_Ignorable_Code_Point, or without ink, though their categories are those of
# letters, marks and symbols.
INVISIBLE = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0]")
VARIATION_SELECTOR = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Emoji that are newer than this Python's tables.
NEWER_EMOJI = re.compile(r"[\U0001f000-\U0001fafd]")
BEYOND_ASCII = re.compile(r"[^ -~]")


def python_escape(char: str) -> str:
    r"""A character as Python writes it: `\n`, `\x1b`, `\u202e`."""
    code = ord(char)
    if char in "\n\r\t":
        return repr(char)[1:-1]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escape_controls(text: str, keep: str = "\n\t", escape: Callable[[str], str] = python_escape) -> str:
    r"""Text with everything that is not to be seen as an escape of Python, such as `\x1b`, `\u202e` or `\udcff`.

    That is: controls, formatting characters (those of direction among them), line and paragraph separators, halves of
    surrogate pairs, private and unassigned characters, and letters without ink. Accents, all scripts and emoji stay.

    Args:
        text: from wherever.
        keep: controls that stay.
        escape: what takes the place of a character.
    """

    def escaped(match: re.Match[str]) -> str:
        char = match[0]
        return char if char in keep or is_visible(match.string, match.start()) else escape(char)

    return BEYOND_ASCII.sub(escaped, text)


def one_line(text: str) -> str:
    """The same for text that has to stay in its line: line breaks and tabs are escaped, too."""
    return escape_controls(text, keep="")


def one_entry(text: str) -> str:
    """The same for an entry of a log: its further lines are indented, so that none is taken for an entry of its own."""
    return escape_controls(text).replace("\n", "\n    ")


def is_visible(text: str, position: int) -> bool:
    """Whether the character at a position of a text is seen there, or joins or varies those beside it as it should."""
    char, before, after = text[position], text[position - 1 : position], text[position + 1 : position + 2]
    category = unicodedata.category(char)
    if char in (ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER) and before and after:
        # Within an emoji, and where scripts need them, as IDNA (RFC 5892) has it.
        if unicodedata.combining(before) == VIRAMA:
            return True
        if char == ZERO_WIDTH_JOINER:
            return _is_symbol(before) and _is_symbol(after)
        return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    if VARIATION_SELECTOR.match(char):
        # A form of a symbol or digit, or of an ideograph, as names have them.
        return bool(before) and (unicodedata.category(before) == "Lo" or unicodedata.category(before)[0] in "SPN")
    if category == "Cn":
        return bool(NEWER_EMOJI.match(char))
    return category[0] != "C" and category not in ("Zl", "Zp") and not INVISIBLE.match(char)


def _is_symbol(char: str) -> bool:
    return bool(char) and (unicodedata.category(char)[0] == "S" or char == "\ufe0f" or bool(NEWER_EMOJI.match(char)))


class EscapingStream:
    """A text stream that escapes what is written to it.

    Consoles of Rich pass it by, through the attribute that Rich itself gives its proxies: their own sequences, for
    colours and progress, have to arrive. They need an escape of their own for what they show.
    """

    def __init__(self, stream: Any):
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        """Write text escaped; the length is that of the text."""
        self.rich_proxied_file.write(escape_controls(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


@contextmanager
def escaped_streams() -> Iterator[None]:
    """Escape all that this process writes to `sys.stdout` and `sys.stderr` meanwhile."""
    before = {name: getattr(sys, name) for name in ("stdout", "stderr")}
    ours = {name: EscapingStream(stream) for name, stream in before.items()}
    for name, stream in ours.items():
        setattr(sys, name, stream)
    try:
        yield
    finally:
        for name, stream in ours.items():
            # Unless somebody has put another one there, which knows that nobody reads on.
            if getattr(sys, name) is stream:
                setattr(sys, name, before[name])


def escape_log_records() -> None:
    """From now on, make one entry of every message logged in this process, by whichever logger, wherever it goes."""
    make: Any = logging.getLogRecordFactory()
    if getattr(make, "escapes", False):
        return

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = make(*args, **kwargs)
        try:
            message = record.getMessage()
        except Exception:
            # Logging reports where such a message comes from when it is handled.
            return record
        if (escaped := one_entry(message)) != message:
            record.msg, record.args = escaped, ()
        if record.exc_info:
            # Formatters take it from here.
            record.exc_text = one_entry(logging.Formatter().formatException(record.exc_info))
        return record

    factory.escapes = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(factory)
