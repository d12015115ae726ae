"""Makes the hidden images on which networks are measured, and which no student has; run before anything is graded.

Only CIFAR-10 counts: its test images are altered and kept in images.npz. They may not be handed on, so they are made
where work is graded, and without CIFAR-10 nothing is graded. Drawings count, too, if the instructor writes
`DRAWINGS_COUNT = True` into the first code cell of the notebook, where students read it; they are kept in drawings.npz.

With the argument `check`, the assignment itself is being checked, on whatever machine: the reference network knows the
drawings, so they take the place of CIFAR-10 then.
"""

import ast
import json
import os
import secrets
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
from measure import CIFAR10, DRAWINGS, FILES, MARKS, MODEL, drawings

from gdl_utils.datasets import Cifar10, load_cifar10
from gdl_utils.errors import CourseError

NOTEBOOK = "cnn.ipynb"
SWITCH = "DRAWINGS_COUNT"
SIZE = 1_000
MOVE = 2  # pixels
BRIGHTNESS = 20  # of 255


def make_images(source: Path, checking: bool = False) -> None:
    """Make the files with the images that count in the source of the assignment, and remove those that don't count.

    A file of images that count is made once and kept.

    Args:
        source: the folder of the assignment.
        checking: whether the assignment is checked, with its own network, and not students' work.

    Raises:
        CourseError: if CIFAR-10 is not at hand and drawings don't count, or a file can't be used, or a network lies
            among the files that are handed out, where it would take every student's place.
    """
    if (source / MODEL).exists():
        raise CourseError(
            f"{source / MODEL} would be handed out, and graded in the place of what students hand in", "move it away"
        )
    photographs, drawn = (source / "hidden" / FILES[name] for name in (CIFAR10, DRAWINGS))
    if checking:
        drawn.unlink(missing_ok=True)
        make_drawings(photographs, "5f2c8e19d0b74a63")
        return
    with_drawings = drawings_count(source / NOTEBOOK)
    if not with_drawings:
        drawn.unlink(missing_ok=True)
    elif not drawn.exists():
        make_drawings(drawn, secrets.token_hex(16))
    if photographs.exists():
        require_cifar10(photographs)
        return
    data = cifar10()
    if data is not None:
        secret = secrets.token_hex(16)
        write(photographs, CIFAR10, *draw(*data[1], secret), data.source, secret)
    elif with_drawings:
        print(
            f"Without CIFAR-10, {source.name} can be graded only for students who have no CIFAR-10 either: name a copy "
            "in GDL_CIFAR10 and grade again."
        )
    else:
        raise CourseError(
            f"Without CIFAR-10, {source.name} can't be graded",
            f"name a copy in GDL_CIFAR10 and grade again, or let drawings count by {SWITCH} = True in the first code "
            f"cell of {source / NOTEBOOK}",
        )


def cifar10() -> Cifar10 | None:
    """CIFAR-10 with all of its images, or None where it can't be had."""
    # Without it a short run draws far less in its place.
    os.environ["GDL_PROFILE"] = "smoke"
    with redirect_stdout(StringIO()) as said:
        stands_in = load_cifar10().is_stand_in
    if stands_in:
        print(said.getvalue(), end="")
        return None
    os.environ["GDL_PROFILE"] = "full"
    return load_cifar10()


def drawings_count(notebook: Path) -> bool:
    """Whether drawings count, as the setup cell of the notebook says.

    Raises:
        CourseError: if it says neither True nor False.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if "setup" in cell["metadata"].get("tags", []):
            for statement in ast.parse("".join(cell["source"])).body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool(counts))) if (
                        name == SWITCH
                    ):
                        return counts
    raise CourseError(
        f"{notebook} doesn't say which images count", f"write {SWITCH} = False into its cell with the tag 'setup'"
    )


def require_cifar10(path: Path) -> None:
    """Make sure that a file made before holds images of CIFAR-10.

    Raises:
        CourseError: if it does not, or can't be read.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            source = str(file["source"])
    except (OSError, ValueError, KeyError) as error:
        raise CourseError(f"{path} can't be read ({error})", "delete it and grade again") from error
    if not source.startswith(CIFAR10):
        raise CourseError(f"{path} holds no images of CIFAR-10 but {source}", "delete it and grade again")


def make_drawings(target: Path, secret: str) -> None:
    """Write a file with new drawings, chosen by a secret of hexadecimal digits."""
    drawn = drawings(np.random.default_rng(int(secret, 16)))
    images = (255 * drawn.images).round().astype(np.uint8)
    write(target, DRAWINGS, images, drawn.labels, "drawings like those of the stand-in", secret)


def write(target: Path, name: str, images: np.ndarray, labels: np.ndarray, source: str, secret: str) -> None:
    """Write a file with hidden images, in one step.

    Args:
        target: the file.
        name: of the set of images, by which its marks are known.
        images: uint8 of shape (n, 32, 32, 3).
        labels: of shape (n,).
        source: where they come from.
        secret: by which they were made.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        partial = Path(scratch, target.name)
        np.savez_compressed(
            partial,
            images=images,
            labels=labels,
            name=np.array(name),
            marks=np.array(MARKS[name]),
            source=np.array(source),
            secret=np.array(secret),
        )
        partial.replace(target)


def draw(images: np.ndarray, labels: np.ndarray, secret: str, size: int = SIZE) -> tuple[np.ndarray, np.ndarray]:
    """Choose images by a secret and alter them: the same for the same secret.

    Args:
        images: uint8 of shape (n, 32, 32, 3).
        labels: of shape (n, 1) or (n,).
        secret: hexadecimal digits.
        size: how many to choose; all of them, in another order, if there are not as many.

    Returns:
        Altered images, uint8 of shape (size, 32, 32, 3), and their labels of shape (size,).
    """
    rng = np.random.default_rng(int(secret, 16))
    chosen = rng.permutation(len(images))[:size]
    return alter(images[chosen], rng), labels.reshape(-1)[chosen]


def alter(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each image by one or two pixels, repeating its edge; mirror every other one; make it brighter or darker."""
    count, height, width, _ = images.shape
    # All moves but none at all.
    moves = np.delete(np.arange((2 * MOVE + 1) ** 2), ((2 * MOVE + 1) ** 2) // 2)
    down, right = np.divmod(rng.choice(moves, count), 2 * MOVE + 1)
    padded = np.pad(images, ((0, 0), (MOVE, MOVE), (MOVE, MOVE), (0, 0)), mode="edge")
    rows = down[:, None] + np.arange(height)
    columns = right[:, None] + np.arange(width)
    mirrored = rng.random(count) < 0.5
    columns[mirrored] = columns[mirrored, ::-1]
    moved = padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    brighter = rng.integers(-BRIGHTNESS, BRIGHTNESS + 1, (count, 1, 1, 1))
    return np.clip(moved.astype(int) + brighter, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    try:
        make_images(Path(__file__).resolve().parents[1], checking=sys.argv[1:] == ["check"])
    except CourseError as error:
        sys.exit(str(error))
