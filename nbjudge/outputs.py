"""What a student's cell shows, taken in up to a limit, and outputs in the form of nbformat."""

from typing import Any

from nbjudge.protocol import Displayed, Message, Raised

OUTPUT_OVERHEAD = 100  # bytes that count for each piece of output, however little it holds
TRUNCATED = "\n... output cut off: a cell may print {} bytes ...\n"
MIME_TYPES = (
    "text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml",
)  # fmt: skip
MAX_LINES = 100  # of a traceback
MAX_NAME = 200  # characters of an exception's name


def clean_text(value: Any) -> str:
    """Text that any file can hold; nothing for what is no text."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def error_output(name: str, text: str, lines: list[str] | None = None) -> dict[str, Any]:
    """An exception as an output of a cell."""
    traceback = [f"{name}: {text}"] if lines is None else lines
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": traceback}


class CellOutput:
    """Collects what one cell shows, up to a limit.

    Attributes:
        items: outputs in the form of nbformat.
    """

    def __init__(self, limit: int):
        self.limit = limit
        self.items: list[dict[str, Any]] = []
        self._room = limit
        self._is_cut = False

    @property
    def used(self) -> int:
        """Bytes that were taken, never more than the limit."""
        return self.limit - max(self._room, 0)

    def add_stream(self, name: str, data: bytes) -> None:
        """Take what came through a pipe, as much as there is room for."""
        kept = data[: max(self._room, 0)]
        if kept:
            self._append(name, kept.decode("utf-8", "replace"))
        self._take(len(data))

    def add_message(self, message: Message | None) -> None:
        """Take what the student process sent, if it is something to show."""
        if isinstance(message, Raised):
            lines = [clean_text(line) for line in message.traceback[:MAX_LINES]]
            name, text = clean_text(message.ename)[:MAX_NAME], clean_text(message.evalue)
            if self._take(OUTPUT_OVERHEAD + len(name) + len(text) + sum(map(len, lines))):
                self.items.append(error_output(name, text, lines))
        elif isinstance(message, Displayed):
            data = {kind: clean_text(value) for kind, value in message.data.items() if kind in MIME_TYPES}
            if data and self._take(OUTPUT_OVERHEAD + sum(map(len, data.values()))):
                kind = "execute_result" if message.is_result else "display_data"
                count = {"execution_count": None} if message.is_result else {}
                self.items.append({"output_type": kind, "data": data, "metadata": {}, **count})

    def _take(self, count: int) -> bool:
        """Whether there is room; says once if there is none."""
        if self._is_cut:
            return False
        self._room -= count
        if self._room < 0:
            self._is_cut = True
            self._append("stderr", TRUNCATED.format(self.limit))
            return False
        return True

    def _append(self, name: str, text: str) -> None:
        last = self.items[-1] if self.items else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._room -= OUTPUT_OVERHEAD
            self.items.append({"output_type": "stream", "name": name, "text": text})
