"""CIFAR-10 from wherever it is at hand, always checked before it is handed out.

Source of the data: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

import contextlib
import gzip
import hashlib
import io
import os
import pickle
import pickletools
import socket
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, cast

import numpy as np

from gdl_utils.datasets import stand_in
from gdl_utils.errors import DataError

ARCHIVE_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
ARCHIVE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAIN_SIZE, TEST_SIZE = 50_000, 10_000
BATCH_SIZE = 10_000
BATCH_BYTES_LIMIT = 64 * 2**20  # a batch is about 31 MB
MEMO_LIMIT = 100_000  # a batch remembers about 10,000 objects
BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
SHAPES = {
    "x_train": (TRAIN_SIZE, 32, 32, 3),
    "y_train": (TRAIN_SIZE, 1),
    "x_test": (TEST_SIZE, 32, 32, 3),
    "y_test": (TEST_SIZE, 1),
}
# GDL_PROFILE: how many training and test images are handed out.
PROFILES = {"full": (TRAIN_SIZE, TEST_SIZE), "smoke": (4_000, 1_000)}
DOWNLOAD_SILENCE_SECONDS = 20
# The archive unpacks to 178 MiB; one that holds more is not it.
ARCHIVE_LIMIT = 256 * 2**20

Arrays = dict[str, np.ndarray]


class Split(NamedTuple):
    """Images of shape (n, 32, 32, 3), uint8 from 0 to 255, and their labels of shape (n, 1), uint8 from 0 to 9."""

    images: np.ndarray
    labels: np.ndarray


class Cifar10(tuple[Split, Split]):
    """What `keras.datasets.cifar10.load_data()` returns, ((x_train, y_train), (x_test, y_test)), and where it is from.

    Attributes:
        source: one line that names the origin of the images, with every reservation about them.
        class_names: the ten names that the labels 0 to 9 stand for.
        is_stand_in: True if these are drawings made in code and not CIFAR-10 at all.
        exact_test: which test images have the pixels of the original, bool of shape (n,); all, unless the copy of the
            data says otherwise.
    """

    source: str
    class_names: tuple[str, ...]
    is_stand_in: bool
    exact_test: np.ndarray

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes of all images and labels, training before test: the same for any file format."""
        digest = hashlib.sha256()
        for split in self:
            digest.update(split.images.tobytes())
            digest.update(split.labels.tobytes())
        return digest.hexdigest()


def load_cifar10() -> Cifar10:
    """Load CIFAR-10 as ((x_train, y_train), (x_test, y_test)), and print one line saying where it came from.

    Tried in order: the file or folder named by the environment variable GDL_CIFAR10 (an .npz with the four arrays,
    the original cifar-10-python.tar.gz, or its unpacked folder); the cache of Keras; Keras's download; and, where
    there is no network, the stand-in of `gdl_utils.datasets.stand_in`. Introduced in section 2.2.

    GDL_PROFILE=smoke hands out the first 4,000 training and 1,000 test images only.

    Returns:
        x_train (50000, 32, 32, 3) and x_test (10000, 32, 32, 3), uint8 from 0 to 255, channels last;
        y_train (50000, 1) and y_test (10000, 1), uint8 from 0 to 9; and their `source`.

    Raises:
        DataError: if a copy of the data is there but can't be used, or GDL_PROFILE is unknown.
    """
    train_size, test_size = _profile_sizes()
    copy = _from_environment() or _from_keras_cache() or _from_download()
    is_stand_in = isinstance(copy, str)
    if isinstance(copy, str):
        arrays = stand_in.draw_dataset(train_size, test_size)
        source = (
            "stand-in: drawings of ten shapes made in code, NOT CIFAR-10 (this machine has no copy of CIFAR-10, and "
            f"the download failed: {copy}; name a copy in GDL_CIFAR10)"
        )
    else:
        arrays, source = copy
    if (train_size, test_size) != PROFILES["full"]:
        source += f"; the first {train_size:,} training and {test_size:,} test images only (GDL_PROFILE=smoke)"
    sizes = {"x_train": train_size, "y_train": train_size, "x_test": test_size, "y_test": test_size}
    exact_test = arrays.get("exact_test", np.ones(TEST_SIZE, bool))[:test_size]
    arrays = {name: arrays[name][:size] for name, size in sizes.items()}
    dataset = Cifar10(
        (Split(arrays["x_train"], arrays["y_train"]), Split(arrays["x_test"], arrays["y_test"])),
    )
    dataset.source = source
    dataset.class_names = stand_in.CLASS_NAMES if is_stand_in else CLASS_NAMES
    dataset.is_stand_in = is_stand_in
    dataset.exact_test = exact_test
    print(f"Data: {source}")
    return dataset


def cifar10_at_hand() -> str:
    """Say in one line where `load_cifar10` would take the data from, without reading or downloading anything."""
    named = os.environ.get("GDL_CIFAR10")
    if named:
        return f"CIFAR-10 from {named} (named in GDL_CIFAR10)"
    if any(os.path.exists(path) for path in _in_keras_cache()):
        return f"CIFAR-10 from the cache of Keras in {_keras_datasets_folder()}"
    return (
        "no copy of CIFAR-10 on this machine: what needs it downloads 170 MB or, without a network, runs on a stand-in "
        "of drawings and says so"
    )


def _profile_sizes() -> tuple[int, int]:
    profile = os.environ.get("GDL_PROFILE") or "full"
    if profile not in PROFILES:
        raise DataError(f"GDL_PROFILE is {profile!r}", "set it to 'full' or 'smoke', or unset it")
    return PROFILES[profile]


def _from_environment() -> tuple[Arrays, str] | None:
    named = os.environ.get("GDL_CIFAR10")
    if not named:
        return None
    path = Path(named)
    remedy = "name another copy in GDL_CIFAR10, or unset it to download the data"
    with _readable(path, remedy):
        path = path.expanduser()
        if path.is_dir():
            return _read_folder(path), f"CIFAR-10 from the local folder {path.name}"
        with path.open("rb") as file:
            signature = file.read(2)
        if signature == b"PK":
            return _read_npz(path)
        if signature == b"\x1f\x8b":
            return _read_archive(path), f"CIFAR-10 from the local archive {path.name}"
    raise DataError(f"{path} is neither an .npz file, a .tar.gz archive nor a folder of batches", remedy)


def _keras_datasets_folder() -> Path:
    # Keras keeps this path to itself; KERAS_HOME and ~/.keras are its documented rule.
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"


def _in_keras_cache() -> tuple[Path, Path]:
    # The names that Keras gives to the archive and to what it unpacks.
    folder = _keras_datasets_folder()
    return (
        folder / "cifar-10-batches-py-target_archive",
        folder / "cifar-10-batches-py-target" / "cifar-10-batches-py",
    )


def _from_keras_cache() -> tuple[Arrays, str] | None:
    archive, unpacked = _in_keras_cache()
    remedy = "delete it and it will be downloaded again"
    # Unlike Path.exists this takes what may not be looked at for missing.
    if os.path.exists(archive):
        with _readable(archive, remedy):
            if _sha256_of_file(archive) != ARCHIVE_SHA256:
                raise ValueError("its SHA-256 is not that of the CIFAR-10 archive")
            return _read_archive(archive), "CIFAR-10 from the cache of Keras"
    if os.path.exists(unpacked):
        with _readable(unpacked, remedy):
            return _read_folder(unpacked), "CIFAR-10 from the cache of Keras"
    return None


def _from_download() -> tuple[Arrays, str] | str:
    """Download the data through Keras; give the cause where that fails."""
    # Importing Keras takes seconds, so only where nothing was found on the disk.
    import keras

    final, _ = _in_keras_cache()
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        # Downloaded beside the cache and moved into it when its hash was right: a cut download leaves no trace there.
        with tempfile.TemporaryDirectory(dir=final.parent) as scratch, _bounded_silence():
            downloaded = keras.utils.get_file(
                origin=ARCHIVE_URL, file_hash=ARCHIVE_SHA256, cache_dir=scratch, cache_subdir=""
            )
            os.replace(downloaded, final)
    except ValueError as error:
        raise DataError(
            f"{ARCHIVE_URL} gave a file that is not the CIFAR-10 archive (its hash differs)",
            "try again later, or name a copy of the data in GDL_CIFAR10",
        ) from error
    except (TypeError, AttributeError):  # a mistake of ours, not of the network
        raise
    except Exception as error:  # Keras turns a network failure into a bare Exception
        return _cause(error)
    with _readable(final, "delete it and it will be downloaded again"):
        return _read_archive(final), "CIFAR-10 downloaded by Keras"


def _cause(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


@contextlib.contextmanager
def _bounded_silence() -> Iterator[None]:
    # A network that drops packets would otherwise hold the download for minutes.
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_SILENCE_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextlib.contextmanager
def _readable(path: Path, remedy: str) -> Iterator[None]:
    """Turn whatever goes wrong while reading `path` into one sentence with its remedy."""
    try:
        yield
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"{error.filename or path} does not exist", remedy) from error
    except PermissionError as error:
        raise DataError(f"{error.filename or path} may not be read", f"change its permissions, or {remedy}") from error
    except Exception as error:  # a damaged or crafted file can fail in any way
        raise DataError(f"{path} can't be read as CIFAR-10 ({_cause(error)})", remedy) from error


def _check(arrays: Arrays, source: str) -> None:
    remedy = "fetch the data again or name another copy in GDL_CIFAR10"
    for name, shape in SHAPES.items():
        array = arrays[name]
        if array.shape != shape:
            raise DataError(f"{name} of {source} has the shape {array.shape} instead of {shape}", remedy)
        if array.dtype != np.uint8:
            raise DataError(f"{name} of {source} holds {array.dtype} instead of uint8", remedy)
        if name.startswith("y_") and array.max() > 9:
            raise DataError(f"{name} of {source} holds the label {array.max()}, but labels go from 0 to 9", remedy)


def _read_npz(path: Path) -> tuple[Arrays, str]:
    with zipfile.ZipFile(path) as archive:
        missing = [name for name in SHAPES if f"{name}.npy" not in archive.namelist()]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        arrays = {name: _read_member(archive, name, shape) for name, shape in SHAPES.items()}
        _check(arrays, path.name)
        source = f"CIFAR-10 from the local file {path.name}"
        # A copy may say which of its images are exact and which were recovered from a lossy format.
        sizes = {"lossless_train": TRAIN_SIZE, "lossless_test": TEST_SIZE}
        if all(f"{name}.npy" in archive.namelist() for name in sizes):
            masks = [_read_member(archive, name, (size,)) for name, size in sizes.items()]
            if [(mask.dtype.name, mask.shape) for mask in masks] != [("bool", (size,)) for size in sizes.values()]:
                raise ValueError("its masks of exact images are not one truth value for each image")
            arrays["exact_test"] = masks[1]
            exact = [np.count_nonzero(mask) for mask in masks]
            if exact != [TRAIN_SIZE, TEST_SIZE]:
                source += (
                    f" ({exact[0]:,} of {TRAIN_SIZE:,} training and {exact[1]:,} of {TEST_SIZE:,} test images are "
                    "exact, the others were recovered from JPEG; all labels are exact)"
                )
    return arrays, source


def _read_member(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    member = archive.getinfo(f"{name}.npy")
    # The size is known before a byte is unpacked, so an array that was blown up takes no memory.
    if member.file_size > 8 * int(np.prod(shape)) + 4096:
        raise ValueError(f"{name} is too large")
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _read_archive(path: Path) -> Arrays:
    with gzip.open(path) as file:
        # Read to its end, where its checksum stands, and never more than the archive can hold.
        content = file.read(ARCHIVE_LIMIT + 1)
    if len(content) > ARCHIVE_LIMIT:
        raise ValueError("it unpacks to more than the CIFAR-10 archive does")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:

        def open_batch(name: str) -> BinaryIO:
            member = archive.getmember(f"cifar-10-batches-py/{name}")
            file = archive.extractfile(member) if member.isreg() else None
            if file is None:
                raise ValueError(f"{name} is not a file")
            return cast(BinaryIO, file)

        return _read_batches(open_batch)


def _read_folder(folder: Path) -> Arrays:
    return _read_batches(lambda name: (folder / name).open("rb"))


def _read_batches(open_batch: Callable[[str], BinaryIO]) -> Arrays:
    images, labels = [], []
    for name in BATCHES:
        with open_batch(name) as file:
            content = file.read(BATCH_BYTES_LIMIT + 1)
        if len(content) > BATCH_BYTES_LIMIT:
            raise ValueError(f"{name} is too large")
        batch_images, batch_labels = _unpickle_batch(content, name)
        # Stored plane by plane: all of red, all of green, all of blue.
        images.append(batch_images.reshape(BATCH_SIZE, 3, 32, 32).transpose(0, 2, 3, 1))
        labels.append(batch_labels.reshape(BATCH_SIZE, 1))
    return {
        "x_train": np.concatenate(images[:5]),
        "y_train": np.concatenate(labels[:5]),
        "x_test": np.ascontiguousarray(images[5]),
        "y_test": labels[5],
    }


def _unpickle_batch(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the images (10000, 3072) and the labels (10000,) out of a pickled batch, both uint8."""
    batch = _BatchUnpickler(content, name).load()
    data = batch.get(b"data") if type(batch) is dict else None
    labels = batch.get(b"labels") if type(batch) is dict else None
    # Checked before anything walks through it: a list of lists can be small in a file and endless to walk.
    if type(labels) is not list or len(labels) != BATCH_SIZE or any(type(label) is not int for label in labels):
        raise ValueError(f"the labels of {name} are not {BATCH_SIZE:,} whole numbers")
    if not isinstance(data, _PickledArray) or data.content is None:
        raise ValueError(f"{name} holds no images")
    if min(labels) < 0 or max(labels) > 9:
        raise ValueError(f"{name} holds labels outside 0 to 9")
    images = np.frombuffer(data.content, np.uint8).reshape((BATCH_SIZE, 3072), order=data.order)
    return images, np.array(labels, np.uint8)


class _PickledDtype:
    """Stands for numpy.dtype in a batch: keeps the name of the type and does nothing."""

    __slots__ = ("code",)

    def __init__(self, code: object, *_: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        pass


class _PickledArray:
    """Stands for numpy.ndarray in a batch: keeps the bytes of one array of images, and accepts no other.

    NumPy's own classes trust what they are unpickled from: a crafted batch could make them write to any memory.
    """

    __slots__ = ("content", "order")

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.order: Literal["C", "F"] = "C"

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, in_columns, content = state
        if (
            shape != (BATCH_SIZE, 3072)
            or not isinstance(dtype, _PickledDtype)
            or dtype.code not in (b"u1", b"|u1")
            or type(content) is not bytes
            or len(content) != BATCH_SIZE * 3072
        ):
            raise pickle.UnpicklingError(f"its images are not {BATCH_SIZE:,} rows of 3,072 bytes")
        self.content, self.order = content, "F" if in_columns else "C"


def _reconstruct(*_: object) -> _PickledArray:
    return _PickledArray()


class _BatchUnpickler(pickle.Unpickler):
    """Unpickles a batch of CIFAR-10 (a dict of lists, strings, numbers and one array) and refuses all else.

    A pickle is a program: one that names any other function would run it.
    """

    ALLOWED = {
        ("numpy", "ndarray"): _PickledArray,
        ("numpy", "dtype"): _PickledDtype,
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    }

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(io.BytesIO(content), encoding="bytes")
        self.content, self.name = content, name

    def find_class(self, module: str, name: str) -> Any:
        """Give what a pickle calls, if a batch needs it."""
        try:
            return self.ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it calls {module}.{name}, which no batch does") from None

    def load(self) -> Any:
        """Unpickle, taking each way in which a damaged pickle can fail for damage."""
        try:
            for opcode, argument, _ in pickletools.genops(self.content):
                # Python's memo grows to the largest number that a pickle names.
                if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and cast(int, argument) > MEMO_LIMIT:
                    raise pickle.UnpicklingError("it uses a memo that no batch needs")
            return super().load()
        except Exception as error:
            raise pickle.UnpicklingError(f"{self.name}: {_cause(error)}") from error


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
