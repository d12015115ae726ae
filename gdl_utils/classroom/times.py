"""Reads and shows times: each with its zone, and none of them guessed.

Read are ISO 8601 (also with a blank instead of the T), the dates of e-mails (RFC 5322), the dates in Moodle's files in
several languages, the stamps in names of files (2026-12-01-18-00-00), and what nbgrader's exchange writes. A zone is an
offset, UTC, or a name of the IANA database such as Europe/Berlin. Abbreviations such as PST, EDT or CEST are no zones:
several places share them, and some use them all year. Whatever could mean two moments is an error that says what to
write instead.
"""

import functools
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_day_names, get_month_names

from gdl_utils.errors import GradingError

EXAMPLE = "2026-12-01 18:00 Europe/Berlin"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
FARTHEST = timedelta(hours=14)  # no place is farther from UTC

CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?(?![A-Za-z]))?"
)
WEEKDAY = r"(?:(?P<weekday>[^\W\d_][\w-]*)\.?,?\s+)?"
YEAR, DAY, MONTH_NAME = r"(?P<year>[0-9]{4})", r"(?P<day>[0-9]{1,2})", r"(?P<name>[^\W\d_]+)\.?"
FORMS = [
    re.compile(form + r"\s*(?P<zone>\S.*)?", re.DOTALL)
    for form in (
        rf"{YEAR}-(?P<month>[0-9]{{1,2}})-{DAY}(?:[Tt]|\s+){CLOCK}",
        rf"{WEEKDAY}{DAY}\.?\s+(?:de\s+)?{MONTH_NAME}\s+(?:de\s+)?{YEAR},?\s+{CLOCK}",
        rf"{WEEKDAY}{MONTH_NAME}\s+{DAY},\s+{YEAR},?\s+{CLOCK}",
        rf"{YEAR}-(?P<month>[0-9]{{2}})-{DAY}-(?P<hour>[0-9]{{2}})-(?P<minute>[0-9]{{2}})(?:-(?P<second>[0-9]{{2}}))?",
    )
]
OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?(?:\s*\([^()]*\))?")
PLACE = re.compile(r"(?!posix/|right/)[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")
# What nbgrader itself writes without a zone, and means as UTC.
WITHOUT_ZONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?")

LENGTH = re.compile(r"\+?\s*([0-9]+(?:\.[0-9]+)?)\s*(w|weeks?|d|days?|h|hours?|min|minutes?)\b\s*,?\s*", re.I)
UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def read_time(text: str, zone: tzinfo | None = None) -> datetime:
    """The moment that a text names, in the zone that it names.

    Args:
        text: in one of the forms that this module reads.
        zone: that of a text which names none; without it such a text is an error.

    Raises:
        GradingError: if the text could mean another moment, too, or none.
    """
    match = next((match for form in FORMS if (match := form.fullmatch(text.strip()))), None)
    if match is None:
        raise _uncertain(text, "it is not in a known format")
    parts = match.groupdict()
    try:
        local = _local(parts)
        known = _zone(parts["zone"]) if parts["zone"] else zone
        if known is None:
            raise ValueError("it names no zone")
        time = _only_one(local, known)
        time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _uncertain(text, str(error)) from None
    return time


def read_utc(text: str) -> datetime:
    """The same for a `timestamp.txt`, as the gradebook has times: in UTC, without saying so.

    Raises:
        GradingError: as `read_time`.
    """
    text = text.strip()
    return in_gradebook(read_time(text, UTC if WITHOUT_ZONE.fullmatch(text) else None))


def in_gradebook(time: datetime) -> datetime:
    """A time as the gradebook has it: in UTC, without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None)


def read_zone(text: str) -> tzinfo:
    """A zone by its name.

    Args:
        text: an offset such as +01:00, UTC, or a name such as Europe/Berlin.

    Raises:
        GradingError: if it is neither.
    """
    try:
        return _zone(text.strip())
    except ValueError as error:
        raise GradingError(f"The zone is not known for certain ({error})", "write it like Europe/Berlin") from None


def zone_name(zone: tzinfo | None) -> str:
    """The name of a zone, by which `read_zone` knows it again."""
    if isinstance(zone, ZoneInfo):
        return zone.key
    offset = zone.utcoffset(None) if zone else None
    return _offset_name(offset) if offset else "UTC"


def show_time(time: datetime, zone: str = "UTC") -> str:
    """A time to be read by people, from which `read_time` reads the same moment to the second.

    Args:
        time: in UTC if it does not say in which zone.
        zone: in which it is shown.
    """
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    shown = aware.astimezone(read_zone(zone)).replace(microsecond=0)
    clock = shown.strftime("%H:%M:%S" if shown.second else "%H:%M")
    try:
        _only_one(shown.replace(tzinfo=None, fold=0), read_zone(zone))
    except ValueError:
        # Of an hour that comes twice, only the offset says which is meant.
        zone = _offset_name(shown.utcoffset() or timedelta())
    return f"{shown:%Y-%m-%d} {clock} {zone}"


def read_duration(text: str) -> timedelta:
    """A length of time such as `2 days`, `36h` or `1 week 2 days`.

    Raises:
        GradingError: if it is none, or none at all.
    """
    rest, length = text.strip(), timedelta()
    while match := LENGTH.match(rest):
        length += float(match[1]) * UNITS[match[2][0].lower()]
        rest = rest[match.end() :]
    if rest or not length:
        raise GradingError(f"{text!r} is not a length of time", "write it like '2 days' or '36 hours'")
    return length


def is_duration(text: str) -> bool:
    """Whether a text begins as a length of time, not as a date."""
    return LENGTH.match(text.strip()) is not None


def show_duration(length: timedelta) -> str:
    """A length of time for reading: `2 d 1 h`, `5 min`."""
    days, rest = divmod(round(length.total_seconds()), 86_400)
    hours, rest = divmod(rest, 3600)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest // 60} min" if not days else ""]
    return " ".join(part for part in parts if part and part != "0 min") or f"{rest} s"


def _uncertain(text: str, reason: str) -> GradingError:
    remedy = f"write it like {EXAMPLE}, or with an offset such as +01:00"
    return GradingError(f"The time {text[:100]!r} can't be read with certainty ({reason})", remedy)


def _local(parts: dict[str, str | None]) -> datetime:
    """The date and the time of the day, without a zone."""
    number = {key: int(parts.get(key) or 0) for key in ("year", "month", "day", "hour", "minute", "second")}
    if name := parts.get("name"):
        number["month"] = _month_names().get(name.casefold(), 0)
        if not number["month"]:
            raise ValueError(f"{name!r} is not a month")
    if half := parts.get("half"):
        if not 1 <= number["hour"] <= 12:
            raise ValueError("there is no such hour")
        number["hour"] = number["hour"] % 12 + (12 if half in "pP" else 0)
    microsecond = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
    local = datetime(**number, microsecond=microsecond)  # type: ignore[arg-type]
    if (weekday := parts.get("weekday")) and local.weekday() not in _weekdays(weekday):
        raise ValueError(f"that day is not a {weekday}")
    return local


@functools.cache
def _month_names() -> dict[str, int]:
    """The months by all their names, in small letters; the short names are those of e-mails."""
    names = {
        name.casefold(): number for language in LANGUAGES for number, name in get_month_names(locale=language).items()
    }
    return names | {name.casefold(): number for number, name in get_month_names("abbreviated", locale="en").items()}


def _weekdays(text: str) -> set[int]:
    """The days of the week that a name or the beginning of one may mean, 0 for Monday."""
    names = [(name, number) for language in LANGUAGES for number, name in get_day_names(locale=language).items()]
    return {number for name, number in names if name.casefold().startswith(text.casefold())}


def _zone(text: str) -> tzinfo:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if match := OFFSET.fullmatch(text):
        offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        if offset > FARTHEST or int(match["minutes"] or 0) > 59:
            raise ValueError(f"no place has the offset {text}")
        return timezone(-offset if match["sign"] == "-" else offset)
    if PLACE.fullmatch(text):
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError(f"no zone is called {text}") from None
    raise ValueError(f"{text[:40]!r} is not the name of one zone only")


def _offset_name(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _only_one(local: datetime, zone: tzinfo) -> datetime:
    """A local time in a zone.

    Raises:
        ValueError: if the clocks there never show it, or twice.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    if before == after:
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError("the clocks are put forward there, and skip this time")
    offsets = f"{_offset_name(before)} and {_offset_name(after)}"
    raise ValueError(f"the clocks are put back there, and show it twice, at the offsets {offsets}")
