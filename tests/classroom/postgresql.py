"""A real PostgreSQL server for tests, as Debian ships it, run by an ordinary user on a socket in its own folder."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path:
    """The folder of PostgreSQL's programs.

    Raises:
        FileNotFoundError: if it is not installed.
    """
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere:
        return Path(elsewhere).resolve().parent
    raise FileNotFoundError(
        "These tests need PostgreSQL: install the package postgresql ('make test' does where it may)."
    )


@contextmanager
def server(folder: Path, durable: bool = False) -> Iterator[Callable[[], str]]:
    """Start a server; gives a function that makes a new database and tells its URL.

    Args:
        folder: where its data are; the user nobody must be able to reach it.
        durable: wait for the disk, as it does unless told otherwise; tests don't need it.
    """
    binaries = programs()
    folder.mkdir(exist_ok=True)
    # The server refuses to run as root.
    as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    if as_user:
        os.chown(folder, 65534, 65534)
        for parent in folder.parents:
            # pytest's folders are for their owner alone.
            if parent.stat().st_uid == 0 and parent != Path("/") and "pytest" in parent.name:
                parent.chmod(0o755)
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_user, binaries / program, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            env={"LANG": "C.UTF-8"},
        )
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}"

    run("initdb", "-D", str(data), "-U", "grader", "--auth=trust", "--no-sync", "-E", "UTF8")
    # No TCP port; a socket's path may have 107 bytes at most, so it is relative to nothing deep.
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'" + ("" if durable else " -c fsync=off")
    subprocess.run(
        [*as_user, binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"],
        cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"LANG": "C.UTF-8"},
    )  # fmt: skip
    count = 0

    def new_database() -> str:
        nonlocal count
        count += 1
        run("createdb", "-h", str(folder), "-U", "grader", f"grades{count}")
        return f"postgresql://grader@/grades{count}?host={folder}"

    try:
        yield new_database
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
