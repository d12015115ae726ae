"""Builds the site with Jupyter Book and checks that it is all there."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import bs4
import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

from gdl_utils.book.pictures import draw_if_stale
from gdl_utils.book.postprocess import patch_site
from gdl_utils.book.provenance import METADATA_KEY
from gdl_utils.book.run import TENSORFLOW_LOG
from gdl_utils.errors import CourseError

SITE = Path("_build/html")
LOG = Path("_build/site.log")
FINGERPRINT = Path("_build/site.fingerprint")
# What changes every page when it changes, and what Sphinx doesn't see changing.
WHOLE_SITE = ("_config.yml", "_toc.yml", "book/references.bib", "requirements/test.txt")
STATIC = Path("book/_static")
# Not for search engines.
UNLISTED = {"404", "genindex", "search"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Trees of pages are no garbage, and looking for some among them again and again would take a sixth of the time.
JUPYTER_BOOK = "import gc; gc.set_threshold(50_000, 20, 50); from jupyter_book.cli.main import main; main()"
# What may load something, by its tag: the attribute that says what.
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src"}


class SiteError(CourseError):
    """A site that could not be built, or is not whole."""


def build_site(root: Path) -> Path:
    """Build the site from the stored outputs of the pages, warnings being errors, and check it.

    Only what changed since the last build is built again, unless a file that concerns all pages did.

    Args:
        root: the folder of the repository.

    Returns:
        The path of the first page.

    Raises:
        SiteError: if Jupyter Book warns or fails, or `site_problems` finds any.
    """
    never_run = [f"{name}.ipynb" for name in toc_pages(root) if _was_never_run(root / f"{name}.ipynb")]
    if never_run:
        raise SiteError(
            f"These pages have no results yet: {', '.join(never_run)}", f"type 'gdl book run {' '.join(never_run)}'"
        )
    draw_if_stale(root)
    # Nor is a style sheet or a script copied again where no page has changed, nor an extension of ours asked again.
    static = sorted(path for path in (root / STATIC).rglob("*") if path.is_file())
    code = sorted(Path(__file__).parent.glob("*.py"))
    whole = [*(root / name for name in WHOLE_SITE), *static, *code]
    fingerprint = hashlib.sha256(b"".join(path.read_bytes() for path in whole)).hexdigest()
    recorded = root / FINGERPRINT
    if not recorded.exists() or recorded.read_text() != fingerprint:
        _clear_build(root)
    # Gone while a build is under way: one that was cut short is not built upon.
    recorded.unlink(missing_ok=True)
    log = root / LOG
    log.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(root), "-W", "-n", "--keep-going"]
    with log.open("w") as file:
        done = subprocess.run(command, cwd=root, stdout=file, stderr=subprocess.STDOUT, env=_environment())
    # The page on the package imports TensorFlow, which speaks of warnings that are none.
    log.write_text(TENSORFLOW_LOG.sub("", ANSI.sub("", log.read_text())))
    if done.returncode:
        # Sphinx remembers pages that it warned about as done and would not warn again.
        _clear_build(root)
        lines = log.read_text().splitlines()
        reasons = [line for line in lines if re.search(r"WARNING|ERROR|rror:", line)] or lines[-5:]
        raise SiteError("\n".join([f"The build failed; fix the following (full log: {LOG}):", *reasons]))
    patch_site(root / SITE)
    _write_sitemap(root)
    problems = site_problems(root)
    if problems:
        raise SiteError("\n".join(["The site was built but is not whole:", *problems]))
    recorded.write_text(fingerprint)
    return root / SITE / "index.html"


def _was_never_run(page: Path) -> bool:
    # What a page glues into its text is missing then, of which Sphinx would warn place by place.
    return page.is_file() and METADATA_KEY not in json.loads(page.read_text(encoding="utf-8"))["metadata"]


def _write_sitemap(root: Path) -> None:
    # An extension of Sphinx would list only the pages that were built this time.
    address = yaml.safe_load((root / "_config.yml").read_text())["html"]["baseurl"]
    sitemap = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for path in sorted((root / SITE).rglob("*.html")):
        if path.stem not in UNLISTED and "_static" not in path.parts:
            page = ElementTree.SubElement(sitemap, "url")
            ElementTree.SubElement(page, "loc").text = address + path.relative_to(root / SITE).as_posix()
    ElementTree.ElementTree(sitemap).write(root / SITE / "sitemap.xml", encoding="utf-8", xml_declaration=True)


def _clear_build(root: Path) -> None:
    shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
    shutil.rmtree(root / SITE, ignore_errors=True)


def _environment() -> dict[str, str]:
    # Sphinx shows dates and messages in the reader's language otherwise.
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def toc_pages(root: Path) -> list[str]:
    """The pages that `_toc.yml` names, without their endings, in its order."""
    return list(parse_toc_yaml(root / "_toc.yml"))


def site_problems(root: Path) -> list[str]:
    """Say what is missing or wrong in the built site; nothing if it is whole.

    Every page of `_toc.yml` must be there, every picture must have a text that stands for it, and no page may make the
    browser load anything from another host.
    """
    problems = []
    for name in toc_pages(root):
        if not (root / SITE / f"{name}.html").is_file():
            problems.append(f"The page {name} of _toc.yml was not built: add the file, or take it out of _toc.yml.")
    for path in sorted((root / SITE).rglob("*.html")):
        name = path.relative_to(root / SITE).as_posix()
        page = bs4.BeautifulSoup(path.read_text(), "html.parser", parse_only=bs4.SoupStrainer([*LOADING]))
        for picture in page.find_all("img"):
            if not str(picture.get("alt") or "").strip() or str(picture["alt"]) == str(picture.get("src")):
                problems.append(
                    f"{name} shows {picture.get('src')} without a text for those who can't see it: "
                    "give the cell the metadata 'mystnb: image: alt'."
                )
        for tag, attribute in LOADING.items():
            for element in page.find_all(tag):
                address = str(element.get(attribute) or "")
                loads = tag != "link" or {"stylesheet", "preload", "icon"} & set(element.get("rel") or ())
                if loads and re.match(r"(https?:)?//", address):
                    problems.append(f"{name} loads {address} from another host: serve it from book/_static.")
    return problems
