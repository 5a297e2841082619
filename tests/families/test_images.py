"""The images: real, in two parts that share nothing; the paper's, from small files of their formats."""

import gzip
import hashlib
import io
import itertools
import pickle
import socket
import struct
import tarfile
import zipfile

import numpy as np
import pooch
import pytest
from PIL import Image
from sklearn import datasets as scans

from mirage import datasets
from mirage.families import _published, images

DRAW = np.random.default_rng(0)


@pytest.mark.parametrize("name", ["digits", "photographs"])
def test_train_and_test_share_no_image(name):
    data = images.load(name)
    trained = {image.tobytes() for image in data.train}
    assert not any(image.tobytes() in trained for image in data.test)
    for part in ("train", "test"):
        pixels, labels = getattr(data, part), getattr(data, f"{part}_labels")
        assert len(pixels) == len(labels) == len(getattr(data, f"{part}_groups"))
        assert pixels.dtype == np.float32 and pixels.min() >= 0 and pixels.max() == 1


def test_the_digits_are_all_of_scikit_learns():
    data, digits = images.load("digits"), scans.load_digits()
    ours = (np.concatenate([data.train, data.test])[:, 0] * 16).astype(float)
    labels = np.concatenate([data.train_labels, data.test_labels])

    def pairs(pixels, classes):
        return sorted((each.tobytes(), int(label)) for each, label in zip(pixels, classes, strict=True))

    assert pairs(ours, labels) == pairs(digits.images, digits.target)


def test_neighbours_in_the_file_are_of_one_hand():
    data, digits = images.load("digits"), scans.load_digits()
    place = {pixels.tobytes(): number for number, pixels in enumerate(digits.images)}
    places = [place[(image[0] * 16).astype(float).tobytes()] for image in data.test]
    for hand in np.unique(data.test_groups):
        own = [number for number, group in zip(places, data.test_groups, strict=True) if group == hand]
        assert max(own) - min(own) < 45


def test_patches_to_test_on_overlap_with_none_to_train_on(monkeypatch):
    """Photographs whose pixels tell where they are: no place is in both parts."""
    across = 64 * 96
    places = [np.arange(across).reshape(64, 96), np.arange(across, 2 * across).reshape(64, 96)]
    coded = [np.stack([where // 65536, where // 256 % 256, where % 256], axis=2) for where in places]
    monkeypatch.setattr(scans, "load_sample_images", lambda: type("Found", (), {"images": coded}))
    data = images.load("photographs")
    seen = []
    for part, photograph in ((data.train, data.train_labels), (data.test, data.test_labels)):
        whole = np.round(part * 255).astype(int)
        where = whole[:, 0] * 65536 + whole[:, 1] * 256 + whole[:, 2]
        assert (where // across == photograph[:, None, None]).all()
        seen.append(set(where.ravel().tolist()))
    assert seen[0].isdisjoint(seen[1])
    assert len(seen[0] | seen[1]) == 2 * across
    assert len(data.test) * 64 == len(seen[1])  # those of the test do not overlap with each other


@pytest.mark.parametrize("name", ["mnist", "autoencoder", "omniglot"])
def test_the_committed_tables_say_the_same_of_the_images(name):
    table = datasets.load_vision_images(name)
    if table.attrs["data"] not in ("digits", "photographs"):
        pytest.skip(f"the table holds {table.attrs['data']}, whose images are fetched")
    data = images.load(table.attrs["data"])
    own = table[table["parameters"] == 0]
    assert own["label"].tolist() == data.test_labels.tolist()
    assert own["hand"].tolist() == data.test_groups.tolist()
    kept = own[own["pixels"].notna()]
    pixels = data.test[kept["item"].astype(int)].transpose(0, 2, 3, 1).squeeze() * 255
    np.testing.assert_allclose(np.stack(kept["pixels"]), pixels, atol=0.51)


def as_published(monkeypatch, name, files, folder):
    """Put files where fetched ones lie, and let their contents be the right ones."""
    found = {}
    for file, content in files.items():
        (folder / file).write_bytes(content)
        found[file] = (hashlib.md5(content).hexdigest(), _published.SOURCES[name][file][1])
    assert found.keys() == _published.SOURCES[name].keys()
    monkeypatch.setitem(_published.SOURCES, name, found)
    return images.load(name, folder)


def test_mnist_is_read_from_its_files(tmp_path, monkeypatch):
    pixels = {"train": DRAW.integers(256, size=(7, 28, 28)), "t10k": DRAW.integers(256, size=(3, 28, 28))}
    labels = {"train": DRAW.permutation(10)[:7], "t10k": DRAW.permutation(10)[:3]}
    files = {}
    for part in pixels:  # the format: http://yann.lecun.com/exdb/mnist, a magic number, lengths, bytes
        head = struct.pack(">4i", 2051, *pixels[part].shape)
        images_of = head + pixels[part].astype(np.uint8).tobytes()
        files[f"{part}-images-idx3-ubyte.gz"] = gzip.compress(images_of)
        head = struct.pack(">2i", 2049, len(labels[part]))
        files[f"{part}-labels-idx1-ubyte.gz"] = gzip.compress(head + labels[part].astype(np.uint8).tobytes())
    data = as_published(monkeypatch, "mnist", files, tmp_path)
    np.testing.assert_allclose(data.train[:, 0] * 255, pixels["train"], atol=1e-4)
    np.testing.assert_allclose(data.test[:, 0] * 255, pixels["t10k"], atol=1e-4)
    assert data.train_labels.tolist() == labels["train"].tolist()
    assert data.test_labels.tolist() == labels["t10k"].tolist()
    assert data.train.dtype == np.float32


def test_cifar100_is_read_from_its_archive(tmp_path, monkeypatch):
    pixels = {"train": DRAW.integers(256, size=(5, 3072)), "test": DRAW.integers(256, size=(2, 3072))}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for part, rows in pixels.items():
            content = {"data": rows.astype(np.uint8), "fine_labels": list(range(len(rows)))}
            part = tarfile.TarInfo(f"cifar-100-python/{part}")
            content = pickle.dumps(content, protocol=2)
            part.size = len(content)
            tar.addfile(part, io.BytesIO(content))
    files = {"cifar-100-python.tar.gz": archive.getvalue()}
    data = as_published(monkeypatch, "cifar100", files, tmp_path)
    np.testing.assert_allclose(data.train.reshape(5, -1) * 255, pixels["train"], atol=1e-4)
    np.testing.assert_allclose(data.test.reshape(2, -1) * 255, pixels["test"], atol=1e-4)
    assert data.train.shape[1:] == (3, 32, 32) and data.classes == 5 and data.train.dtype == np.float32
    assert len(set(data.train_groups)) == 5 and len(set(data.test_groups)) == 2  # each photograph by itself


def test_omniglot_is_read_from_its_archives_and_split_by_people(tmp_path, monkeypatch):
    files = {}
    for part in ("background", "evaluation"):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as found:
            for character, hand in itertools.product(("character01", "character02"), range(1, 21)):
                drawing, content = Image.new("1", (105, 105), 1), io.BytesIO()
                drawing.paste(0, (0, 0, 105, 5 * hand))  # ink in the upper lines: more for later hands
                drawing.save(content, "png")
                name = f"images_{part}/Alphabet_of_{part}/{character}/0001_{hand:02d}.png"
                found.writestr(name, content.getvalue())
        files[f"images_{part}.zip"] = archive.getvalue()
    data = as_published(monkeypatch, "omniglot", files, tmp_path)
    assert data.classes == 4 and data.train.shape == (60, 1, 28, 28) and data.test.shape == (20, 1, 28, 28)
    assert set(np.bincount(data.train_labels)) == {15}
    ink = data.test.mean((1, 2, 3)) * 105
    np.testing.assert_allclose(np.sort(ink), np.sort(np.tile([20, 40, 60, 80, 100], 4)), atol=0.6)
    by_hand = [ink[data.test_groups == hand] for hand in np.unique(data.test_groups)]
    assert len(by_hand) == 10  # five people of each alphabet, both of whose characters are alike in ink
    assert all(np.ptp(each) < 1e-3 and len(each) == 2 for each in by_hand)


def test_the_next_address_is_asked_where_the_first_fails(tmp_path, monkeypatch):
    asked = []

    def retrieve(address, known_hash, file, folder, progressbar):
        asked.append(address)
        if len(asked) == 1:
            raise OSError("404")
        return folder / file

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    assert _published.fetched("cifar100", tmp_path) == [tmp_path / "cifar-100-python.tar.gz"]
    assert len(asked) == 2 and asked[0] != asked[1]


def test_images_that_cannot_be_fetched_say_what_to_do(tmp_path, monkeypatch):
    def offline(*_, **__):
        raise OSError("no connection")

    monkeypatch.setattr(pooch, "retrieve", offline)
    with pytest.raises(OSError, match=r"images of mnist .*no connection.*Connect to the internet"):
        images.load("mnist", tmp_path)


def test_a_damaged_file_is_not_read(tmp_path, monkeypatch):
    for file in _published.SOURCES["mnist"]:
        (tmp_path / file).write_bytes(b"damaged")
    monkeypatch.setattr(socket, "create_connection", lambda *_: (_ for _ in ()).throw(OSError("offline")))
    with pytest.raises(OSError, match="images of mnist could not be fetched"):
        images.load("mnist", tmp_path)


def test_a_set_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of .*digits.*; got 'cats'"):
        images.load("cats")
