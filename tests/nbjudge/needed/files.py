import shutil
import ssl
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "a").write_text("x")
    shutil.copytree(folder, "tree")
shutil.copy2("tree/a", "tree/b")
shutil.make_archive("archive", "zip", "tree")
with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as unnamed:
    file.write(b"1")
    unnamed.write(b"2")
assert sorted(path.name for path in Path("tree").iterdir()) == ["a", "b"]
ssl.create_default_context()
