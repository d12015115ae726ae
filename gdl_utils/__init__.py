"""The code behind the course that is neither a page nor an exercise."""

__version__ = "0.1.0"
