"""Times are read with their zone, or asked about; what is shown is read again as the same moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.classroom.student_files import read_timestamp
from gdl_utils.classroom.times import (
    in_gradebook,
    read_duration,
    read_time,
    read_utc,
    read_zone,
    show_duration,
    show_time,
    zone_name,
)
from gdl_utils.errors import GradingError

pytestmark = pytest.mark.quick
BERLIN = ZoneInfo("Europe/Berlin")
FIVE = datetime(2026, 12, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01 18:00 Europe/Berlin",
        "2026-12-01T18:00+01:00",
        "2026-12-01 18:00:00 +0100",
        "2026-12-01 18:00:00+01",
        "2026-12-01T17:00:00Z",
        "2026-12-01t17:00:00.000000z",
        "2026-12-01 17:00:00.000000 UTC",
        "2026-12-01 09:00 America/Los_Angeles",
        "2026-12-01 22:45:00 +0545",
        " 2026-12-01 14:00 America/Argentina/Buenos_Aires\n",
        "Tue, 1 Dec 2026 18:00:00 +0100 (CET)",
        "01 Dec 2026 17:00:00 GMT",
        "Tue, 01 Dec 2026 17:00 -0000",
        "2026-12-01 12:00 Etc/GMT+5",
    ],
)
def test_a_zone_in_the_text_is_heeded(text):
    assert read_time(text) == FIVE
    assert read_time(text, ZoneInfo("Asia/Tokyo")) == FIVE


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday, 1 December 2026, 6:00 PM",
        "Tuesday, December 1, 2026, 6:00 PM",
        "Dienstag, 1. Dezember 2026, 18:00",
        "mardi 1 décembre 2026, 18:00",
        "martes, 1 de diciembre de 2026, 18:00",
        "martedì, 1 dicembre 2026, 18:00",
        "dinsdag, 1 december 2026, 18:00",
        "Terça, 1 Dezembro 2026, 18:00",
        "2026-12-01-18-00-00",
        "2026-12-01 18:00",
    ],
)
def test_a_time_without_a_zone_needs_to_be_told_one(text):
    assert read_time(text, BERLIN) == FIVE
    with pytest.raises(GradingError, match=r"can't be read with certainty \(it names no zone\): write it like"):
        read_time(text)


@pytest.mark.parametrize("zone", ["PST", "EDT", "CEST", "CET", "EST", "IST", "PST8PDT", "MSK", "BST"])
def test_abbreviations_are_no_zones(zone):
    for text in (f"2026-03-02 01:00:00 {zone}", f"Mon, 2 Mar 2026 01:00:00 {zone}", f"2026-03-02T01:00{zone}"):
        with pytest.raises(GradingError, match="is not the name of one zone only"):
            read_time(text, UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-29 02:30 Europe/Berlin", "put forward"),
        ("2026-03-08 02:00 America/New_York", "put forward"),
        ("2026-10-25 02:30 Europe/Berlin", r"twice, at the offsets \+02:00 and \+01:00"),
        ("2026-11-01 01:59:59 America/New_York", "twice"),
        ("2026-04-05 01:45 Australia/Lord_Howe", "twice"),
        ("2026-12-01 18:00 +200", "not the name"),
        ("2026-12-01 18:00 +2359", "no place"),
        ("2026-12-01 18:00 +0160", "no place"),
        ("2026-12-01 18:00 UTC+2", "not the name"),
        ("2026-12-01 18:00 GMT-1", "not the name"),
        ("2026-12-01 18:00 Europe/Nowhere", "no zone is called"),
        ("2026-12-01 18:00 ../../etc/passwd", "not the name"),
        ("2026-12-01 18:00 right/Europe/Berlin", "not the name"),
        ("Monday, 1 December 2026, 18:00", "not a Monday"),
        ("Fri, 30 Feb 2026 10:00 UTC", "day"),
        ("2026-12-01 13:00 PM UTC", "no such hour"),
        ("2026-12-01 23:59:60 UTC", "second"),
        ("0001-01-01 00:00 +0100", "range"),
        ("2026-12-01 UTC", "not in a known format"),
        ("12/01/2026 18:00 UTC", "not in a known format"),
        ("tomorrow", "not in a known format"),
        ("1e999999999", "not in a known format"),
        ("\u0662026-12-01 18:00 UTC", "not in a known format"),
        ("", "not in a known format"),
    ],
)
def test_what_could_mean_two_moments_or_none_is_asked_about(text, reason):
    with pytest.raises(GradingError, match=reason) as caught:
        read_time(text, BERLIN if "Monday" in text else None)
    assert caught.value.remedy.startswith("write it like")
    assert "\n" not in str(caught.value)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1)).map(lambda time: time.replace(microsecond=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "+05:45", "-03:30"]),
)
def test_what_is_shown_is_read_as_the_same_moment(time, zone):
    shown = show_time(time, zone)
    assert in_gradebook(read_time(shown)) == time
    assert zone_name(read_zone(zone)) == zone


def test_an_hour_that_comes_twice_is_shown_with_its_offset():
    assert show_time(datetime(2026, 10, 25, 0, 30), "Europe/Berlin") == "2026-10-25 02:30 +02:00"
    assert show_time(datetime(2026, 10, 25, 1, 30), "Europe/Berlin") == "2026-10-25 02:30 +01:00"
    assert show_time(FIVE, "Europe/Berlin") == "2026-12-01 18:00 Europe/Berlin"
    assert show_time(FIVE.replace(tzinfo=None, second=7)) == "2026-12-01 17:00:07 UTC"


def test_lengths_of_time():
    assert read_duration("2 days") == timedelta(days=2)
    assert read_duration("+1 week 2 days, 3h") == timedelta(days=9, hours=3)
    assert read_duration("90 min") == timedelta(hours=1.5)
    for text in ("", "2", "two days", "0 days", "-2 days", "2 days ago", "3 months", "2026-12-01 18:00 UTC"):
        with pytest.raises(GradingError, match="not a length of time"):
            read_duration(text)
    assert [show_duration(timedelta(hours=hours)) for hours in (49, 36, 1.5, 0.1)] == [
        "2 d 1 h",
        "1 d 12 h",
        "1 h 30 min",
        "6 min",
    ]
    assert show_duration(timedelta(seconds=9)) == "9 s"


def test_the_time_of_a_submission(tmp_path):
    """What nbgrader writes itself has no zone if it comes from a zip file, and means UTC."""
    path = tmp_path / TIMESTAMP
    for text in ("2026-12-01 17:00:00.000000 UTC", "2026-12-01 17:00:00", "2026-12-01 18:00:00 +0100\n"):
        path.write_text(text)
        assert read_timestamp(tmp_path) == (datetime(2026, 12, 1, 17), [])
        assert read_utc(text) == datetime(2026, 12, 1, 17)
    for data in (b"2026-12-01 17:00:00 PST", b"2026-12-01 17:00", b"\xff\xfe", b"soon" * 99):
        path.write_bytes(data)
        time, (complaint,) = read_timestamp(tmp_path)
        assert time is None
        assert complaint.startswith(TIMESTAMP) and "so it counts as in time: write" in complaint
