"""The papers' images: what the files hold, read in another way; two separate parts; what is refused."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from mirage import datasets
from mirage.datasets import images

NAMES = ("mnist", "omniglot", "cifar10")


@pytest.fixture(scope="module", params=NAMES)
def each(request, published):
    if request.param == "cifar10" and not (published / "cifar10-jpeg").exists():
        pytest.skip("the images of CIFAR-10 are not there")
    return datasets.load_images(request.param)


def test_train_and_test_share_no_image(each):
    trained = {image.tobytes() for image in each.train}
    assert not any(image.tobytes() in trained for image in each.test)
    for part in ("train", "test"):
        pixels, labels = getattr(each, part), getattr(each, f"{part}_labels")
        assert len(pixels) == len(labels) == len(getattr(each, f"{part}_groups"))
        assert pixels.dtype == np.float32 and pixels.min() >= 0 and pixels.max() == 1
        assert set(labels) == set(range(each.classes))


def test_every_digit_of_mnist_is_there_with_its_label(published):
    data = datasets.load_images("mnist")
    assert data.train.shape == (8000, 1, 28, 28) and data.test.shape == (2000, 1, 28, 28)
    for digit in (0, 7):
        numbers = json.loads((published / "mnist" / f"{digit}.json").read_text())["data"]
        theirs = {np.float32(numbers[at : at + 784]).tobytes() for at in range(0, len(numbers), 784)}
        parts = (data.train[data.train_labels == digit], data.test[data.test_labels == digit])
        assert {image.tobytes() for part in parts for image in part} == theirs


def test_the_drawings_of_every_fourth_person_are_for_the_test(published):
    data = datasets.load_images("omniglot")
    assert data.classes == 242 and len(data.train) == 242 * 15 and len(data.test) == 242 * 5
    assert set(np.bincount(data.train_labels)) == {15} and set(np.bincount(data.test_labels)) == {5}
    assert len(set(data.test_groups)) == 8 * 5 and not set(data.test_groups) & set(data.train_groups)
    ink = []
    with zipfile.ZipFile(published / "lake2015" / "images_background_small1.zip") as archive:
        for name in archive.namelist():
            if "/Latin/" in name and name.endswith(("_04.png", "_16.png")):
                drawing = np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L"))
                ink.append((drawing == 0).mean())
    mine = data.test.mean((1, 2, 3))
    assert len(ink) == 2 * 26
    assert all(np.abs(mine - share).min() < 5e-4 for share in ink)


def test_one_hand_is_one_person_of_one_alphabet(published):
    data = datasets.load_images("omniglot")
    drawn = [len(set(data.test_labels[data.test_groups == hand])) for hand in set(data.test_groups)]
    assert sorted(set(drawn)) == [17, 22, 24, 26, 40, 42, 47]  # characters of the alphabets


def test_cifar10_is_read_from_a_checkout_too(tmp_path, monkeypatch):
    draw, contents = np.random.default_rng(0), {}
    for name in ("test/dog/0199.jpg", "train/cat/0000.jpg", "train/dog/0999.jpg", "train/dog/1000.jpg"):
        file = tmp_path / "cifar10-jpeg" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((32, 32, 3), draw.integers(256), np.uint8)).save(file)
        contents[name] = file.read_bytes()
    monkeypatch.setenv("MIRAGE_DATA", str(tmp_path))
    with pytest.raises(datasets.DataUnavailable, match="neither the packed file nor a checkout"):
        datasets.load_images("cifar10")
    del contents["train/dog/1000.jpg"]  # of those that are not used
    content = b"".join(contents[name] for name in sorted(contents))
    monkeypatch.setattr(images, "_CIFAR_SHA256", hashlib.sha256(content).hexdigest())
    data = datasets.load_images("cifar10")
    assert data.train_labels.tolist() == [0, 1] and data.test_labels.tolist() == [1]
    assert data.train.shape == (2, 3, 32, 32) and np.ptp(data.test) == 0


def test_a_set_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of .*mnist.*; got 'cats'"):
        datasets.load_images("cats")
