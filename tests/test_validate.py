"""The checks of arguments that every public function uses."""

import numpy as np
import pytest

from mirage import _validate


@pytest.mark.parametrize("value", [True, np.True_, "1", None, 1j, [1], b"1"])
def test_a_number_is_a_number(value):
    with pytest.raises(TypeError, match="size must be a number; got"):
        _validate.number("size", value)


@pytest.mark.parametrize("value", [0.5, -1, 2**53 + 2, np.nan, np.inf])
def test_whole_numbers_are_whole_and_fit_a_float(value):
    with pytest.raises(ValueError, match="items must be"):
        _validate.integers("items", [1, value])


@pytest.mark.parametrize("value", [np.nextafter(1, 2), np.nextafter(0, -1)])
def test_bounds_are_exact(value):
    assert _validate.array("p", [0, 1], 0, 1).tolist() == [0, 1]
    with pytest.raises(ValueError, match="p must be finite and at least 0 and at most 1; got"):
        _validate.array("p", value, 0, 1)


def test_an_open_bound_leaves_its_end_out():
    with pytest.raises(ValueError, match=r"size must be finite and above 0; got 0\.0"):
        _validate.array("size", [1, 0], 0, open_low=True)


@pytest.mark.parametrize(("values", "flags"), [([True, False], [1, 0]), ([1, 0, 1], [1, 0, 1])])
def test_flags_are_booleans_or_zeros_and_ones(values, flags):
    assert _validate.flags("correct", values).tolist() == flags


def test_other_flags_are_refused():
    with pytest.raises(ValueError, match="correct must hold only 0 and 1; got 2"):
        _validate.flags("correct", [0, 2])


def test_a_generator_is_used_as_it_is_and_a_seed_gives_a_new_one():
    generator = np.random.default_rng(1)
    assert _validate.generator(generator) is generator
    assert _validate.generator(3).random() == np.random.default_rng(3).random()
    with pytest.raises(ValueError, match="rng must be"):
        _validate.generator(-1)


def test_long_values_are_shortened_in_messages():
    assert len(_validate.shown(list(range(10_000)))) <= 60


@pytest.mark.parametrize(
    ("kind", "other"), [("file", "folder"), ("folder", "file"), ("folder or file", None)]
)
def test_paths_exist_and_are_of_their_kind(tmp_path, kind, other):
    paths = {"folder": tmp_path, "file": tmp_path / "log"}
    paths["file"].touch()
    for name, path in paths.items():
        if name == other:
            with pytest.raises(ValueError, match=f"logs must be a {kind} that exists"):
                _validate.existing("logs", path, kind)
        else:
            assert _validate.existing("logs", str(path), kind) == path


@pytest.mark.parametrize("value", ["nowhere", "a\0b", "x" * 10_000])
def test_what_cannot_be_a_path_does_not_exist(value):
    with pytest.raises(ValueError, match="logs must be a folder or file that exists"):
        _validate.existing("logs", value, "folder or file")
    with pytest.raises(TypeError, match="logs must be the path of a file; got 5"):
        _validate.existing("logs", 5, "file")
