"""CIFAR-10 from wherever it is at hand, always checked before it is handed out.

Source of the data: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

import contextlib
import gzip
import hashlib
import io
import os
import pickle
import socket
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np

from gdl_utils.datasets import stand_in
from gdl_utils.errors import DataError

ARCHIVE_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
ARCHIVE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAIN_SIZE, TEST_SIZE = 50_000, 10_000
BATCH_SIZE = 10_000
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
READ_ERRORS = (OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile, tarfile.TarError)

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
    """

    source: str
    class_names: tuple[str, ...]
    is_stand_in: bool

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
    found = _from_environment() or _from_keras_cache() or _from_download()
    if found is None:
        arrays = stand_in.draw_dataset(train_size, test_size)
        source = (
            "stand-in: drawings of ten shapes made in code, NOT CIFAR-10 (there is no copy of CIFAR-10 and no "
            "network; name a copy in GDL_CIFAR10)"
        )
    else:
        arrays, source = found
        _check(arrays, source)
    if (train_size, test_size) != PROFILES["full"]:
        source += f"; the first {train_size:,} training and {test_size:,} test images only (GDL_PROFILE=smoke)"
    sizes = {"x_train": train_size, "y_train": train_size, "x_test": test_size, "y_test": test_size}
    arrays = {name: arrays[name][:size] for name, size in sizes.items()}
    dataset = Cifar10(
        (Split(arrays["x_train"], arrays["y_train"]), Split(arrays["x_test"], arrays["y_test"])),
    )
    dataset.source = source
    dataset.class_names = stand_in.CLASS_NAMES if found is None else CLASS_NAMES
    dataset.is_stand_in = found is None
    print(f"Data: {source}")
    return dataset


def cifar10_at_hand() -> str:
    """Say in one line where `load_cifar10` would take the data from, without reading or downloading anything."""
    named = os.environ.get("GDL_CIFAR10")
    if named:
        return f"CIFAR-10 from {named} (named in GDL_CIFAR10)"
    if any(path.exists() for path in _in_keras_cache()):
        return f"CIFAR-10 from the cache of Keras in {_keras_datasets_folder()}"
    return (
        "no copy of CIFAR-10 on this machine: what needs it downloads 170 MB or, without a network, runs on a stand-in "
        "of drawings and says so"
    )


def _profile_sizes() -> tuple[int, int]:
    profile = os.environ.get("GDL_PROFILE") or "full"
    if profile not in PROFILES:
        raise DataError(f"GDL_PROFILE is {profile!r}; set it to 'full' or 'smoke', or unset it.")
    return PROFILES[profile]


def _from_environment() -> tuple[Arrays, str] | None:
    named = os.environ.get("GDL_CIFAR10")
    if not named:
        return None
    path = Path(named).expanduser()
    remedy = "name another copy in GDL_CIFAR10, or unset it to download the data"
    with _readable(path, remedy):
        if path.is_dir():
            return _read_folder(path), f"CIFAR-10 from the local folder {path.name}"
        with path.open("rb") as file:
            signature = file.read(2)
        if signature == b"PK":
            return _read_npz(path)
        if signature == b"\x1f\x8b":
            return _read_archive(path), f"CIFAR-10 from the local archive {path.name}"
    raise DataError(f"{path} is neither an .npz file, a .tar.gz archive nor a folder of batches; {remedy}.")


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
    if archive.exists():
        with _readable(archive, remedy):
            if _sha256_of_file(archive) != ARCHIVE_SHA256:
                raise ValueError("its SHA-256 is not that of the CIFAR-10 archive")
            return _read_archive(archive), "CIFAR-10 from the cache of Keras"
    if unpacked.exists():
        with _readable(unpacked, remedy):
            return _read_folder(unpacked), "CIFAR-10 from the cache of Keras"
    return None


def _from_download() -> tuple[Arrays, str] | None:
    # Importing Keras takes seconds, so only where nothing was found on the disk.
    import keras

    final, _ = _in_keras_cache()
    folder = final.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Downloaded beside the cache and moved into it when its hash was right: a cut download leaves no trace there.
        with tempfile.TemporaryDirectory(dir=folder) as scratch, _bounded_silence():
            downloaded = keras.utils.get_file(
                origin=ARCHIVE_URL, file_hash=ARCHIVE_SHA256, cache_dir=scratch, cache_subdir=""
            )
            os.replace(downloaded, final)
    except ValueError as error:
        raise DataError(
            f"{ARCHIVE_URL} gave a file that is not the CIFAR-10 archive (its hash differs); try again later, or name "
            "a copy of the data in GDL_CIFAR10."
        ) from error
    except (TimeoutError, ConnectionError):
        return None
    except OSError as error:
        raise DataError(
            f"{folder} can't keep the download of CIFAR-10 ({error.strerror}); make room or set KERAS_HOME to a folder "
            "that can be written, or name a copy of the data in GDL_CIFAR10."
        ) from error
    except Exception:  # Keras turns a network failure into a bare Exception
        return None
    with _readable(final, "delete it and it will be downloaded again"):
        return _read_archive(final), "CIFAR-10 downloaded by Keras"


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
        raise DataError(f"{error.filename or path} does not exist; {remedy}.") from error
    except PermissionError as error:
        raise DataError(f"{error.filename or path} may not be read; change its permissions, or {remedy}.") from error
    except (*READ_ERRORS, pickle.UnpicklingError, MemoryError) as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} can't be read as CIFAR-10 ({detail}); {remedy}.") from error


def _check(arrays: Arrays, source: str) -> None:
    remedy = "fetch the data again or name another copy in GDL_CIFAR10"
    for name, shape in SHAPES.items():
        array = arrays[name]
        if array.shape != shape:
            raise DataError(f"{name} of {source} has the shape {array.shape} instead of {shape}; {remedy}.")
        if array.dtype != np.uint8:
            raise DataError(f"{name} of {source} holds {array.dtype} instead of uint8; {remedy}.")
        if name.startswith("y_") and array.max() > 9:
            raise DataError(f"{name} of {source} holds the label {array.max()}, but labels go from 0 to 9; {remedy}.")


def _read_npz(path: Path) -> tuple[Arrays, str]:
    with np.load(path, allow_pickle=False) as file:
        missing = [name for name in SHAPES if name not in file.files]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        for name, shape in SHAPES.items():
            # The size is known before a byte is unpacked, so an array that was blown up takes no memory.
            if file.zip.getinfo(f"{name}.npy").file_size > 8 * int(np.prod(shape)) + 4096:
                raise ValueError(f"{name} is too large")
        arrays = {name: file[name] for name in SHAPES}
        source = f"CIFAR-10 from the local file {path.name}"
        # A copy may say which of its images are exact and which were recovered from a lossy format.
        if {"lossless_train", "lossless_test"} <= set(file.files):
            exact = [np.count_nonzero(file[name]) for name in ("lossless_train", "lossless_test")]
            if exact != [TRAIN_SIZE, TEST_SIZE]:
                source += (
                    f" ({exact[0]:,} of {TRAIN_SIZE:,} training and {exact[1]:,} of {TEST_SIZE:,} test images are "
                    "exact, the others were recovered from JPEG; all labels are exact)"
                )
    return arrays, source


def _read_archive(path: Path) -> Arrays:
    with tarfile.open(path, "r:gz") as archive:

        def open_batch(name: str) -> BinaryIO:
            member = archive.getmember(f"cifar-10-batches-py/{name}")
            # A batch is about 31 MB; a larger member is not one.
            if member.size > 64 * 2**20:
                raise ValueError(f"{name} is too large")
            file = archive.extractfile(member)
            if file is None:
                raise ValueError(f"{name} is not a file")
            return io.BytesIO(file.read())

        arrays = _read_batches(open_batch)
        # The checksum of a gzip file stands at its end and is compared when a reader gets there.
        stream = cast(gzip.GzipFile, archive.fileobj)
        while stream.read(1 << 20):
            pass
        return arrays


def _read_folder(folder: Path) -> Arrays:
    return _read_batches(lambda name: (folder / name).open("rb"))


def _read_batches(open_batch: Callable[[str], BinaryIO]) -> Arrays:
    images, labels = [], []
    for name in BATCHES:
        with open_batch(name) as file:
            batch = _BatchUnpickler(file, name).load()
        try:
            batch_images = np.asarray(batch[b"data"])
            batch_labels = np.asarray(batch[b"labels"])
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"{name} is not a batch of CIFAR-10") from error
        if batch_images.shape != (BATCH_SIZE, 3072) or batch_images.dtype != np.uint8:
            raise ValueError(f"the images of {name} are {batch_images.dtype} of shape {batch_images.shape}")
        if batch_labels.shape != (BATCH_SIZE,) or batch_labels.dtype.kind not in "iu":
            raise ValueError(f"the labels of {name} are not {BATCH_SIZE:,} whole numbers")
        if batch_labels.min() < 0 or batch_labels.max() > 9:
            raise ValueError(f"{name} holds labels outside 0 to 9")
        # Stored plane by plane: all of red, all of green, all of blue.
        images.append(batch_images.reshape(BATCH_SIZE, 3, 32, 32).transpose(0, 2, 3, 1))
        labels.append(batch_labels.astype(np.uint8).reshape(BATCH_SIZE, 1))
    return {
        "x_train": np.concatenate(images[:5]),
        "y_train": np.concatenate(labels[:5]),
        "x_test": np.ascontiguousarray(images[5]),
        "y_test": labels[5],
    }


def _empty_array(*_arguments: Any) -> np.ndarray:
    # An array is pickled as an empty one that is filled afterwards; its stated shape could ask for any memory.
    return np.ndarray((0,), np.int8)


def _latin1(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it uses the encoding {encoding!r}")
    return text.encode("latin1")


class _BatchUnpickler(pickle.Unpickler):
    """Unpickles a batch of CIFAR-10 (dicts, lists, strings, numbers, uint8 arrays) and refuses all else.

    A pickle is a program: one that names any other function would run it.
    """

    ALLOWED = {
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
        ("numpy.core.multiarray", "_reconstruct"): _empty_array,
        ("numpy._core.multiarray", "_reconstruct"): _empty_array,
        ("_codecs", "encode"): _latin1,
    }

    def __init__(self, file: BinaryIO, name: str) -> None:
        super().__init__(file, encoding="bytes")
        self.name = name

    def find_class(self, module: str, name: str) -> Any:
        """Give what a pickle calls, if a batch needs it."""
        try:
            return self.ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{self.name} tries to call {module}.{name}, which no batch does") from None

    def load(self) -> Any:
        """Unpickle, taking each way in which a damaged pickle can fail for damage."""
        try:
            return super().load()
        except (AttributeError, IndexError, TypeError, ImportError, OverflowError, EOFError, ValueError) as error:
            raise pickle.UnpicklingError(f"{self.name} is damaged") from error


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
