import functools
import gzip
import hashlib
import http.server
import os
import pickle
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import zipfile

import numpy as np
import pytest

from gdl_utils.datasets import DataError, cifar10, cifar10_at_hand, load_cifar10

TRAIN_BATCHES = cifar10.BATCHES[:5]
FULL_SHAPES = cifar10.SHAPES
# Nearly all tests are of a tenth of the images: whole copies take seconds to write and to read.
PART = 1_000
PART_SHAPES = {name: (size // 10, *shape) for name, (size, *shape) in FULL_SHAPES.items()}
# The tests make their own data; this is a real copy, if there is one.
REAL_COPY = os.environ.get("GDL_CIFAR10")


def images_and_labels(shapes):
    rng = np.random.default_rng(0)
    return {
        name: rng.integers(0, 256 if name.startswith("x") else 10, shape, dtype=np.uint8)
        for name, shape in shapes.items()
    }


@pytest.fixture(scope="module")
def arrays():
    return images_and_labels(PART_SHAPES)


@pytest.fixture(autouse=True)
def a_tenth(request, monkeypatch):
    """CIFAR-10 with a tenth of its images, but for tests that are marked to have them all."""
    if not request.node.get_closest_marker("all_images"):
        sizes = {"BATCH_SIZE": PART, "TRAIN_SIZE": 5 * PART, "TEST_SIZE": PART, "SHAPES": PART_SHAPES}
        for name, value in sizes.items():
            monkeypatch.setattr(cifar10, name, value)
        monkeypatch.setattr(cifar10, "PROFILES", {"full": (5 * PART, PART), "smoke": (400, 100)})


@pytest.fixture(scope="module")
def npz(arrays, tmp_path_factory):
    path = tmp_path_factory.mktemp("npz") / "copy.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture(autouse=True)
def no_sources(monkeypatch, tmp_path):
    """No copy named, an empty cache of Keras, and a download that is refused at once."""
    monkeypatch.delenv("GDL_CIFAR10", raising=False)
    monkeypatch.delenv("GDL_PROFILE", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cifar10, "ARCHIVE_URL", "http://127.0.0.1:9/cifar-10-python.tar.gz")


def batch_of(images, labels):
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), 3072)
    return {b"data": planes, b"labels": labels[:, 0].tolist(), b"batch_label": b"a batch"}


def split_into_batches(arrays):
    for index, name in enumerate(TRAIN_BATCHES):
        size = len(arrays["x_test"])
        part = slice(size * index, size * (index + 1))
        yield name, batch_of(arrays["x_train"][part], arrays["y_train"][part])
    yield "test_batch", batch_of(arrays["x_test"], arrays["y_test"])


def python2_pickle(batch):
    """A batch as Python 2 and the NumPy of 2009 pickled it, byte by byte: the format of the original files."""

    def string(text):
        return b"T" + struct.pack("<i", len(text)) + text

    rows, columns = batch[b"data"].shape
    state = b"(K\x01" + b"J" + struct.pack("<i", rows) + b"J" + struct.pack("<i", columns) + b"\x86"
    dtype = b"cnumpy\ndtype\n(" + string(b"u1") + b"K\x00K\x01tR(K\x03" + string(b"|") + b"NNNJ\xff\xff\xff\xff"
    dtype += b"J\xff\xff\xff\xffK\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t" + string(b"b") + b"tR"
    array += state + dtype + b"\x89" + string(batch[b"data"].tobytes()) + b"tb"
    labels = b"](" + b"".join(b"K" + bytes([label]) for label in batch[b"labels"]) + b"e"
    return b"\x80\x02}(" + string(b"data") + array + string(b"labels") + labels + b"u."


def write_folder(arrays, parent):
    path = parent / "cifar-10-batches-py"
    path.mkdir()
    for name, batch in split_into_batches(arrays):
        (path / name).write_bytes(python2_pickle(batch))
    return path


@pytest.fixture(scope="module")
def folder(arrays, tmp_path_factory):
    return write_folder(arrays, tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="module")
def archive(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as file:
        file.add(folder, "cifar-10-batches-py")
    return path


def assert_same(dataset, arrays):
    (x_train, y_train), (x_test, y_test) = dataset
    for name, found in [("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)]:
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, arrays[name])


@pytest.mark.parametrize("kind", ["npz", "folder", "archive"])
def test_each_kind_of_local_copy_gives_the_same_arrays(kind, arrays, monkeypatch, request, capsys):
    path = request.getfixturevalue(kind)
    monkeypatch.setenv("GDL_CIFAR10", str(path))
    dataset = load_cifar10()
    assert_same(dataset, arrays)
    assert not dataset.is_stand_in
    assert dataset.class_names[6] == "frog"
    assert path.name in dataset.source
    assert capsys.readouterr().out == f"Data: {dataset.source}\n"


@pytest.mark.all_images
def test_a_copy_with_all_images_is_read_from_each_kind(tmp_path, monkeypatch):
    arrays = images_and_labels(FULL_SHAPES)
    np.savez(tmp_path / "copy.npz", **arrays)
    for path in (tmp_path / "copy.npz", write_folder(arrays, tmp_path)):
        monkeypatch.setenv("GDL_CIFAR10", str(path))
        assert_same(load_cifar10(), arrays)


def test_what_is_at_hand_is_said_without_reading_it(tmp_path, monkeypatch):
    assert cifar10_at_hand().startswith("no copy of CIFAR-10 on this machine")
    cached = tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target_archive"
    cached.parent.mkdir(parents=True)
    cached.touch()
    assert cifar10_at_hand() == f"CIFAR-10 from the cache of Keras in {cached.parent}"
    monkeypatch.setenv("GDL_CIFAR10", "copy.npz")
    assert cifar10_at_hand() == "CIFAR-10 from copy.npz (named in GDL_CIFAR10)"


def test_the_digest_does_not_depend_on_the_format(npz, folder, monkeypatch):
    digests = []
    for path in (npz, folder):
        monkeypatch.setenv("GDL_CIFAR10", str(path))
        digests.append(load_cifar10().sha256)
    assert digests[0] == digests[1]


def test_smoke_profile_hands_out_the_first_images(npz, arrays, monkeypatch):
    monkeypatch.setenv("GDL_CIFAR10", str(npz))
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    dataset = load_cifar10()
    sizes = {"x_train": 400, "y_train": 400, "x_test": 100, "y_test": 100}
    assert_same(dataset, {name: arrays[name][:size] for name, size in sizes.items()})
    assert "first 400 training and 100 test images" in dataset.source


def test_unknown_profile_is_named(monkeypatch):
    monkeypatch.setenv("GDL_PROFILE", "fast")
    with pytest.raises(DataError, match=r"^GDL_PROFILE is 'fast': set it to 'full' or 'smoke'"):
        load_cifar10()


def test_a_copy_with_recovered_images_says_so(arrays, monkeypatch, tmp_path):
    path = tmp_path / "copy.npz"
    exact = np.zeros(5 * PART, bool)
    exact[:4_500] = True
    exact_test = np.arange(PART) % 10 == 3
    np.savez(path, **arrays, lossless_train=exact, lossless_test=exact_test)
    monkeypatch.setenv("GDL_CIFAR10", str(path))
    found = load_cifar10()
    assert "4,500 of 5,000 training and 100 of 1,000 test images are exact" in found.source
    np.testing.assert_array_equal(found.exact_test, exact_test)
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    np.testing.assert_array_equal(load_cifar10().exact_test, exact_test[:100])


def test_a_copy_that_says_nothing_is_exact(arrays, monkeypatch, tmp_path):
    np.savez(tmp_path / "copy.npz", **arrays)
    monkeypatch.setenv("GDL_CIFAR10", str(tmp_path / "copy.npz"))
    found = load_cifar10()
    assert found.exact_test.shape == (PART,)
    assert found.exact_test.all()


def damaged(kind, arrays, npz, archive, tmp_path):
    """Write one damaged copy and return its path."""
    path = tmp_path / "damaged"
    whole = {"npz": npz, "archive": archive}
    match kind:
        case "truncated npz":
            path.write_bytes(whole["npz"].read_bytes()[:100_000])
        case "truncated archive":
            path.write_bytes(whole["archive"].read_bytes()[:500_000])
        case "corrupt archive":
            content = bytearray(whole["archive"].read_bytes())
            content[1_000_000:1_000_400] = bytes(400)
            path.write_bytes(content)
        case "wrong shape":
            np.savez(path.with_suffix(".npz"), **{**arrays, "x_test": arrays["x_test"][:, :16]})
            return path.with_suffix(".npz")
        case "wrong dtype":
            np.savez(path.with_suffix(".npz"), **{**arrays, "y_test": arrays["y_test"].astype(np.int16)})
            return path.with_suffix(".npz")
        case "label out of range":
            labels = arrays["y_train"].copy()
            labels[17] = 10
            np.savez(path.with_suffix(".npz"), **{**arrays, "y_train": labels})
            return path.with_suffix(".npz")
        case "missing array":
            np.savez(path.with_suffix(".npz"), x_train=arrays["x_train"][:1])
            return path.with_suffix(".npz")
        case "pickled array":
            objects = np.array([{}], dtype=object)
            np.savez(path.with_suffix(".npz"), **{**arrays, "y_test": objects}, allow_pickle=True)
            return path.with_suffix(".npz")
        case "blown up array":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
                for name in cifar10.SHAPES:
                    with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array_header_1_0(
                            member, {"descr": "|u1", "fortran_order": False, "shape": (200_000_000,)}
                        )
                        for _ in range(200 if name == "x_train" else 0):
                            member.write(bytes(1_000_000))
        case "neither":
            path.write_text("hello")
        case "empty file":
            path.touch()
        case "empty folder":
            path.mkdir()
        case "missing":
            pass
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("truncated npz", "can't be read as CIFAR-10"),
        ("truncated archive", "can't be read as CIFAR-10"),
        ("corrupt archive", "can't be read as CIFAR-10 .*CRC"),
        ("wrong shape", r"x_test .* has the shape \(1000, 16, 32, 3\) instead of \(1000, 32, 32, 3\)"),
        ("wrong dtype", "y_test .* holds int16 instead of uint8"),
        ("label out of range", "y_train .* holds the label 10, but labels go from 0 to 9"),
        ("missing array", "it lacks y_train, x_test, y_test"),
        ("pickled array", "can't be read as CIFAR-10"),
        ("blown up array", "x_train is too large"),
        ("neither", "is neither an .npz file, a .tar.gz archive nor a folder of batches"),
        ("empty file", "is neither an .npz file, a .tar.gz archive nor a folder of batches"),
        ("empty folder", "data_batch_1 does not exist"),
        ("missing", "damaged does not exist"),
    ],
)
def test_a_damaged_copy_is_one_sentence(kind, said, arrays, npz, archive, tmp_path, monkeypatch):
    path = damaged(kind, arrays, npz, archive, tmp_path)
    monkeypatch.setenv("GDL_CIFAR10", str(path))
    with pytest.raises(DataError, match=said) as caught:
        load_cifar10()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert path.name in sentence
    assert "GDL_CIFAR10" in sentence


def test_an_unreadable_copy_is_one_sentence(npz, tmp_path):
    path = tmp_path / "closed.npz"
    path.write_bytes(npz.read_bytes()[:100])
    path.chmod(0)
    tmp_path.chmod(0o755)
    # The folders that pytest made, and never the one above them, which is everybody's.
    for parent in tmp_path.parents[:2]:
        parent.chmod(0o755)
    # Root may read anything, so it becomes a user who may not.
    program = (
        "import os\nif os.geteuid() == 0: os.setuid(65534)\nfrom gdl_utils.datasets import load_cifar10, DataError\n"
    )
    program += "try: load_cifar10()\nexcept DataError as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", "from gdl_utils.datasets import cifar10\n" + program],
        env={**os.environ, "GDL_CIFAR10": str(path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(f"{path} may not be read: change its permissions, or name another copy"), done.stderr


class Attack:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def with_batch(folder, tmp_path, name, content):
    """A copy of the folder of batches in which one has another content."""
    copy = tmp_path / "cifar-10-batches-py"
    copy.mkdir()
    for path in folder.iterdir():
        if path.name != name:
            os.link(path, copy / path.name)
    (copy / name).write_bytes(content)
    return copy


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_batch_that_calls_a_function_is_refused_unrun(protocol, folder, tmp_path, monkeypatch):
    trace = tmp_path / "trace"
    attacked = with_batch(folder, tmp_path, "data_batch_3", pickle.dumps(Attack(os.mkdir, str(trace)), protocol))
    monkeypatch.setenv("GDL_CIFAR10", str(attacked))
    with pytest.raises(DataError, match=r"data_batch_3: it calls posix\.mkdir, which no batch does"):
        load_cifar10()
    assert not trace.exists()


@pytest.mark.parametrize("name", ["builtins.eval", "numpy.load", "numpy.core.multiarray.scalar", "os.system"])
def test_no_function_but_those_of_a_batch_can_be_named(name):
    module, function = name.rsplit(".", 1)
    attack = b"\x80\x02c" + f"{module}\n{function}\n".encode() + b"."
    with pytest.raises(pickle.UnpicklingError, match=f"it calls {name}"):
        cifar10._BatchUnpickler(attack, "data_batch_1").load()


def test_an_array_that_claims_a_huge_shape_takes_no_memory():
    huge = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(J\xff\xff\xff\x7ftU\x01btR."
    array = cifar10._BatchUnpickler(huge, "data_batch_1").load()
    assert array.content is None


NDARRAY = b"cnumpy\nndarray\n"


@pytest.mark.parametrize(
    "crafted",
    [
        NDARRAY + b"(J\x00\x00\x00\x18tR.",  # an array of 400 million objects
        b"cnumpy\ndtype\n(U\x02V8tR(K\x03U\x01|N(U\x01atNK\x08K\x01K\x00tb.",  # a type with forged fields
        b"]r\xff\xff\xff\x0f.",  # a memo of 268 million places
        b"]" + b"(h\x00h\x00e" * 3 + b".",
        b"K\x01K\x02.",
        b"",
    ],
)
def test_crafted_pickles_are_refused_without_harm(crafted, folder, tmp_path, monkeypatch):
    attacked = with_batch(folder, tmp_path, "data_batch_1", b"\x80\x02" + crafted)
    monkeypatch.setenv("GDL_CIFAR10", str(attacked))
    with pytest.raises(DataError, match=r"cifar-10-batches-py can't be read as CIFAR-10 \(.*data_batch_1"):
        load_cifar10()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda batch: batch[b"labels"].__setitem__(3, 10), "labels outside 0 to 9"),
        (lambda batch: batch[b"labels"].pop(), "labels of data_batch_1 are not 1,000 whole numbers"),
        (lambda batch: batch.update({b"data": batch[b"data"][:, :3071]}), "not 1,000 rows of 3,072 bytes"),
    ],
)
def test_a_batch_with_wrong_content_is_refused(spoil, said, arrays):
    batch = batch_of(arrays["x_train"][:PART], arrays["y_train"][:PART])
    spoil(batch)
    with pytest.raises((ValueError, pickle.UnpicklingError), match=said):
        cifar10._unpickle_batch(python2_pickle(batch), "data_batch_1")


def test_images_pickled_column_by_column_are_read_right(arrays):
    batch = batch_of(arrays["x_train"][:PART], arrays["y_train"][:PART])
    plain = python2_pickle(batch)
    in_columns = {**batch, b"data": batch[b"data"].T.reshape(PART, 3_072)}
    turned = python2_pickle(in_columns).replace(b"\x89T", b"\x88T", 1)
    for first, second in zip(
        cifar10._unpickle_batch(plain, "batch"), cifar10._unpickle_batch(turned, "batch"), strict=True
    ):
        np.testing.assert_array_equal(first, second)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "bomb.tar.gz"
    monkeypatch.setattr(cifar10, "ARCHIVE_LIMIT", 1_000_000)
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(bytes(2_000_000))
    monkeypatch.setenv("GDL_CIFAR10", str(path))
    with pytest.raises(DataError, match="it unpacks to more than the CIFAR-10 archive does"):
        load_cifar10()


def test_a_link_in_an_archive_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "links.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        for name in cifar10.BATCHES:
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.type, member.linkname = tarfile.SYMTYPE, name
            file.addfile(member)
    monkeypatch.setenv("GDL_CIFAR10", str(path))
    with pytest.raises(DataError, match="data_batch_1 is not a file"):
        load_cifar10()


@pytest.mark.parametrize("mask", [np.ones(2, bool), np.ones(5 * PART, np.uint8), np.array(["yes"])])
def test_masks_of_exact_images_are_checked(mask, arrays, tmp_path, monkeypatch):
    np.savez(tmp_path / "copy.npz", **arrays, lossless_train=mask, lossless_test=np.ones(PART, bool))
    monkeypatch.setenv("GDL_CIFAR10", str(tmp_path / "copy.npz"))
    with pytest.raises(DataError, match="its masks of exact images are not one truth value for each image"):
        load_cifar10()


def test_a_home_that_does_not_exist_is_one_sentence(monkeypatch):
    monkeypatch.setenv("GDL_CIFAR10", "~no-such-user/copy.npz")
    with pytest.raises(DataError, match=r"~no-such-user/copy.npz can't be read as CIFAR-10"):
        load_cifar10()


def test_a_failed_download_is_explained_and_leaves_no_timeout(server, monkeypatch):
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    before = socket.getdefaulttimeout()
    dataset = load_cifar10()
    assert dataset.is_stand_in
    assert "the download failed: URL fetch failure" in dataset.source
    assert "404" in dataset.source
    assert socket.getdefaulttimeout() == before


def test_the_cache_of_keras_is_used_and_its_hash_checked(archive, arrays, tmp_path, monkeypatch):
    cached = tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target_archive"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(archive.read_bytes())
    with pytest.raises(DataError, match=r"its SHA-256 is not that of the CIFAR-10 archive\): delete it"):
        load_cifar10()
    monkeypatch.setattr(cifar10, "ARCHIVE_SHA256", hashlib.sha256(archive.read_bytes()).hexdigest())
    dataset = load_cifar10()
    assert_same(dataset, arrays)
    assert dataset.source == "CIFAR-10 from the cache of Keras"


def test_the_names_in_the_cache_are_those_that_keras_gives(folder, tmp_path, monkeypatch):
    """`keras.datasets.cifar10.load_data` finds what our download left, and the other way round."""
    from keras.src.datasets import cifar10 as keras_cifar10

    seen = {}

    def get_file(fname, extract, **_):
        seen.update(fname=fname, extract=extract)
        raise KeyboardInterrupt

    monkeypatch.setattr(keras_cifar10, "get_file", get_file)
    with pytest.raises(KeyboardInterrupt):
        keras_cifar10.load_data()
    # Without a dot in its name Keras unpacks into a folder of that name and keeps the archive as NAME_archive.
    assert seen == {"fname": "cifar-10-batches-py-target", "extract": True}
    unpacked = tmp_path / "keras" / "datasets" / "cifar-10-batches-py-target"
    unpacked.mkdir(parents=True)
    (unpacked / "cifar-10-batches-py").symlink_to(folder)
    assert load_cifar10().source == "CIFAR-10 from the cache of Keras"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server on loopback that stands for the University of Toronto's."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(cifar10, "ARCHIVE_URL", f"http://127.0.0.1:{server.server_port}/cifar-10-python.tar.gz")
    yield folder
    server.shutdown()
    server.server_close()


def test_download_fills_the_cache(server, archive, arrays, tmp_path, monkeypatch):
    content = archive.read_bytes()
    (server / "cifar-10-python.tar.gz").write_bytes(content)
    monkeypatch.setattr(cifar10, "ARCHIVE_SHA256", hashlib.sha256(content).hexdigest())
    dataset = load_cifar10()
    assert_same(dataset, arrays)
    assert dataset.source == "CIFAR-10 downloaded by Keras"
    (server / "cifar-10-python.tar.gz").unlink()
    assert load_cifar10().source == "CIFAR-10 from the cache of Keras"
    assert [path.name for path in (tmp_path / "keras" / "datasets").iterdir()] == ["cifar-10-batches-py-target_archive"]


def test_a_download_with_the_wrong_hash_leaves_no_trace(server, tmp_path):
    (server / "cifar-10-python.tar.gz").write_text("<html>Please log in to the network</html>")
    with pytest.raises(DataError, match="gave a file that is not the CIFAR-10 archive"):
        load_cifar10()
    assert not list((tmp_path / "keras" / "datasets").iterdir())


def test_a_cut_download_leaves_no_trace_and_the_stand_in_serves(server, archive, tmp_path, monkeypatch):
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    (server / "cifar-10-python.tar.gz").write_bytes(archive.read_bytes()[:1_000_000])
    original = http.server.SimpleHTTPRequestHandler.send_header
    # The header promises more than comes.
    monkeypatch.setattr(
        http.server.SimpleHTTPRequestHandler,
        "send_header",
        lambda self, name, value: original(self, name, "2000000" if name == "Content-Length" else value),
    )
    assert load_cifar10().is_stand_in
    assert not list((tmp_path / "keras" / "datasets").iterdir())


@pytest.mark.all_images
def test_without_a_network_the_stand_in_serves_and_says_so(monkeypatch, capsys):
    monkeypatch.setenv("GDL_PROFILE", "smoke")
    dataset = load_cifar10()
    (x_train, y_train), (x_test, y_test) = dataset
    assert (x_train.shape, y_train.shape) == ((4_000, 32, 32, 3), (4_000, 1))
    assert (x_test.shape, y_test.shape) == ((1_000, 32, 32, 3), (1_000, 1))
    assert dataset.is_stand_in
    assert "NOT CIFAR-10" in capsys.readouterr().out
    assert "disc" in dataset.class_names


@pytest.mark.all_images
@pytest.mark.skipif(not REAL_COPY, reason="needs a real copy of CIFAR-10, named in GDL_CIFAR10")
def test_the_real_data_hold_the_number_of_the_page(monkeypatch):
    monkeypatch.setenv("GDL_CIFAR10", REAL_COPY)
    dataset = load_cifar10()
    (x_train, _), _ = dataset
    assert x_train[54, 12, 13, 1].astype("float32") / 255 == np.float32(0.36862746)
    assert np.bincount(dataset[0].labels[:, 0]).tolist() == [5_000] * 10
    assert np.bincount(dataset[1].labels[:, 0]).tolist() == [1_000] * 10
