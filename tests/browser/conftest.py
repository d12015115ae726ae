import functools
import gzip
import http.server
import threading
from pathlib import Path

import pytest

from gdl_utils.book.build import SITE, build_site

# Where the site stands on its host, whose server compresses what is text, as this one does.
PREFIX = "/course"
TEXT = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".txt", ".xml"}


@functools.cache
def compressed(path):
    return gzip.compress(path.read_bytes(), mtime=0)


class Server(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def translate_path(self, path):
        return super().translate_path(path.removeprefix(PREFIX))

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file():
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def site_address(root):
    """The address of the built site on a server of this computer."""
    build_site(root)
    handler = functools.partial(Server, directory=str(root / SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()
