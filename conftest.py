"""Tells, when pages and solutions are run again, which data they run on."""

import pytest


def pytest_report_header(config: pytest.Config) -> str | None:
    """Load the data as the notebooks will, and give the line that says where they came from."""
    if not (getattr(config.option, "nbval", False) or getattr(config.option, "nbval_lax", False)):
        return None
    from gdl_utils.datasets import DataError, load_cifar10

    try:
        return f"data: {load_cifar10().source}"
    except DataError as error:
        raise pytest.UsageError(str(error)) from error
