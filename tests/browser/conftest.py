import base64
import functools
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

# Where the site stands on its host, whose server compresses what is text, as this one does.
PREFIX = "/course"
# Where MathJax is an empty script: setting the formulas is a third of what it takes to show a page.
WITHOUT_FORMULAS = "/without-formulas"
TEXT = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".txt", ".xml"}


@functools.cache
def compressed(path):
    return gzip.compress(path.read_bytes(), mtime=0)


class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def translate_path(self, path):
        return super().translate_path(path.removeprefix(PREFIX).removeprefix(WITHOUT_FORMULAS))

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file():
            super().do_GET()
            return
        is_left_out = self.path.startswith(WITHOUT_FORMULAS) and path.parent.name == "mathjax"
        body = gzip.compress(b"") if is_left_out else compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def site_address(built_site):
    """The address of the built site on a server of this computer."""
    handler = functools.partial(Server, directory=str(built_site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()


@pytest.fixture(scope="session")
def plain_address(site_address):
    """The address of the same site with formulas as they are written, for tests of anything else."""
    return site_address.replace(PREFIX, WITHOUT_FORMULAS)


# The one of the virtual environment, where there is one.
NODE = shutil.which("node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


@pytest.fixture(scope="session")
def in_node(root):
    """Evaluate a JavaScript expression of `figure` (a module) and `item` for each item.

    The modules are those that the pages load. They are built and committed, so that nothing but Node is needed.
    """
    if NODE is None:
        pytest.skip("Node.js is not installed: type 'make setup-test'")

    def evaluate(name, expression, items):
        # As data, since Node takes a file without a package.json around it for an old kind of module.
        module = (root / "book" / "_static" / "interactive" / f"{name}.js").read_bytes()
        script = (
            f'import * as figure from "data:text/javascript;base64,{base64.b64encode(module).decode()}";'
            'import { readFileSync } from "node:fs";'
            f"const give = (item) => {expression};"
            'console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(give)));'
        )
        done = subprocess.run(
            [NODE, "--input-type=module", "-e", script],
            input=json.dumps(items),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate
