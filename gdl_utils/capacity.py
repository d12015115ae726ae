"""What grading costs, as it was measured: the base of the page for operators.

`benchmarks/capacity.py` measures it and writes `capacity.json` beside this file; the page reads it from there.
"""

import dataclasses
import json
from pathlib import Path

MEASURED = Path(__file__).with_name("capacity.json")


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one submission of an assignment costs, all answers being right.

    Attributes:
        seconds: of one core, from the submitted file to gradebook and folders, without the start of `gdl grade`.
        main_seconds: of these, what the main process computes, which one run of `gdl grade` has one of.
        start_seconds: what a run takes before and after its submissions.
        memory: bytes in use with one worker: everything that `gdl grade` started, shared pages counted once.
        memory_a_worker: bytes that one more worker adds.
        database: bytes in PostgreSQL, indexes included.
        log: bytes written to PostgreSQL's write-ahead log, of which its backups are made.
        folders: bytes in submitted/, autograded/ and feedback/.
    """

    seconds: float
    main_seconds: float
    start_seconds: float
    memory: float
    memory_a_worker: float
    database: float
    log: float
    folders: float


@dataclasses.dataclass(frozen=True)
class Capacity:
    """What was measured, and where.

    Attributes:
        date: the day of the measurement.
        machine: processor and number of cores.
        server: PostgreSQL and its version.
        costs: of each assignment.
        saves: submissions of 02_shapes_and_parameters a second that PostgreSQL took, with its settings as shipped, by
            the number of processes that saved at a time.
        site: bytes of the site.
        site_files: their number.
    """

    date: str
    machine: str
    server: str
    costs: dict[str, Cost]
    saves: dict[int, float]
    site: int
    site_files: int


def measured_capacity(file: Path = MEASURED) -> Capacity:
    """What was measured.

    Args:
        file: where the measurements are.
    """
    content = json.loads(file.read_text(encoding="utf-8"))
    content["costs"] = {name: Cost(**cost) for name, cost in content["costs"].items()}
    content["saves"] = {int(writers): rate for writers, rate in content["saves"].items()}
    return Capacity(**content)


def write_capacity(capacity: Capacity, file: Path = MEASURED) -> None:
    """Write what was measured.

    Args:
        capacity: what was measured.
        file: where it is written.
    """
    file.write_text(json.dumps(dataclasses.asdict(capacity), indent=2) + "\n", encoding="utf-8")
