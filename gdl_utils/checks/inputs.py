"""Random inputs of hidden tests, which differ from student to student."""

import hashlib
import os
import zlib
from pathlib import Path

import numpy as np

SEED = "NBJUDGE_SEED"  # where the judge finds the seed that it was given for this submission


def seed_of(assignment: str, student: str) -> int:
    """The seed of a student's inputs where there is no judge: anybody can compute it."""
    return int.from_bytes(hashlib.sha256(f"{assignment}\0{student}".encode()).digest()[:8], "big")


def random_inputs(name: str) -> np.random.Generator:
    """A source of random inputs, another for each student and for each name.

    The judge draws them from a secret of the course. Without it, as under nbgrader as shipped, the folder says whose
    work is tested, STUDENT/ASSIGNMENT, and whoever knows both can compute the inputs; then a printed line says so.
    """
    here = Path.cwd()
    given = os.environ.get(SEED)
    seed = seed_of(here.name, here.parent.name) if given is None else int(given)
    if given is None and os.environ.get("NBGRADER_EXECUTION") == "autograde":
        print("These inputs are drawn without the secret of the course: a student could compute them.")
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
