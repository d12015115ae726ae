"""Templates of pages as they were compiled, kept in memory: nbgrader makes a new exporter for each student."""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class InMemory(BytecodeCache):
    """Keeps the code of each template; a template whose text has changed since is compiled anew."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if there is any."""
        bucket.bytecode_from_string(self.codes.get(bucket.key, b""))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self.codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = InMemory()
