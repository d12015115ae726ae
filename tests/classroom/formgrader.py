"""A Jupyter server with Formgrader, the real one, for tests."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from tests.classroom.by_nbgrader import PROGRAMS


class Formgrader:
    """A running server with nbgrader's extension, and its interface over HTTP."""

    token = "a-token-for-this-test"

    def __init__(self, folder, scratch):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "HOME": str(scratch),
            **{f"JUPYTER_{name}_DIR": str(scratch / name) for name in ("CONFIG", "DATA", "RUNTIME")},
        }
        self.log = (scratch / "server.log").open("w+")
        self.process = subprocess.Popen(
            [
                PROGRAMS / "jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self.port}",
                "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
                "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
            ],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            start_new_session=True,
        )  # fmt: skip

    def __call__(self, method, path, body=None, token=True):
        """The answer to a request: decoded if it is JSON, else its text."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/formgrader/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"} if token else {},
        )
        # No proxy of the environment's.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("api/") else text

    def wait(self):
        for _ in range(120):
            assert self.process.poll() is None, "the server ended"
            with contextlib.suppress(urllib.error.URLError):
                return self("GET", "api/status")
            time.sleep(0.5)
        raise TimeoutError

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()
