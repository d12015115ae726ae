"""A student's check of a notebook: runs it from the top with its visible tests, on the command line or in a cell."""

from gdl_utils.self_check.exercises import check
from gdl_utils.self_check.results import ExerciseResult, State, TestResult
from gdl_utils.self_check.summary import summary

__all__ = ["ExerciseResult", "State", "TestResult", "check", "summary"]
