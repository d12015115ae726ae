"""The grading engine: a judge and a student process, sandboxed, that exchange plain data."""
