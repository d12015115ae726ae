"""Tells, when pages and solutions are run again, which data they run on."""

import pytest


def pytest_report_header(config: pytest.Config) -> str | None:
    """Load the data as the notebooks will, and give the line that says where they came from."""
    if not (config.option.nbval or config.option.nbval_lax):
        return None
    from gdl_utils.datasets import load_cifar10

    return f"data: {load_cifar10().source}"
