"""Runs a module of the engine in any Python, which need not have the engine installed.

Started as `python start.py MODULE LENT ARGUMENT...`. Of what lies beside the engine nothing can be imported but the
packages that LENT names, and those only if the Python has none of the same name.
"""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any


class Folders:
    """Finds packages by name in folders of their own, whatever lies beside these."""

    def __init__(self, folders: dict[str, str]):
        self.folders = folders

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None) -> Any:
        """What Python's import asks for; None if it is not one of these packages."""
        folder = self.folders.get(name)
        if folder is None:
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])


def main() -> None:
    """Make the engine known, then run the `main` of one of its modules."""
    # The folder of this file, whose modules are none of the notebook's.
    engine = sys.path.pop(0)
    import importlib
    import json

    module, lent, *arguments = sys.argv[1:]
    sys.argv[:] = [module, *arguments]
    sys.meta_path.insert(0, Folders({"nbjudge": engine}))
    sys.meta_path.append(Folders(json.loads(lent)))
    importlib.import_module(module).main()


if __name__ == "__main__":
    main()
