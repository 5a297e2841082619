"""The pins are exact, the bounds are lower bounds, and the pins meet the bounds."""

import tomllib

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from tools.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = [Requirement(line) for line in [*PROJECT["dependencies"], *EXTRAS["book"], *EXTRAS["test"]]]
TO_TRAIN = [Requirement(line) for line in EXTRAS["train"]]
LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line) for line in LINES if line and not line.startswith("#")]


def canonical(requirement: Requirement) -> str:
    return requirement.name.lower().replace("_", "-")


def test_every_pin_is_exact_and_holds_for_one_version_of_each_package():
    assert all([specifier.operator for specifier in pin.specifier] == ["=="] for pin in PINS)
    names = [canonical(pin) for pin in PINS]
    assert sorted(names) == sorted(set(names)), "a package is pinned twice"


@pytest.mark.parametrize("requirement", TO_TRAIN, ids=str)
def test_what_trains_is_pinned_but_passed_over_without_its_extra(requirement):
    pin = next(pin for pin in PINS if canonical(pin) == canonical(requirement))
    assert requirement.specifier.contains(next(iter(pin.specifier)).version)
    alone = requirement.name not in {wanted.name for wanted in WANTED}
    assert pin.marker.evaluate({"extra": ""}) is not alone if pin.marker else not alone


@pytest.mark.parametrize("requirement", WANTED, ids=str)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_need_is_pinned_within_its_bounds_for_every_python(requirement, python):
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    pins = {
        canonical(pin): pin for pin in PINS if not pin.marker or Marker(str(pin.marker)).evaluate(environment)
    }
    pin = pins.get(canonical(requirement))
    assert pin, "not pinned: run 'make requirements'"
    version = next(iter(pin.specifier)).version
    assert requirement.specifier.contains(version), "out of its bounds: run 'make requirements'"


def test_the_package_itself_has_lower_bounds_only():
    for line in PROJECT["dependencies"]:
        assert [specifier.operator for specifier in Requirement(line).specifier] == [">="], line


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *EXTRAS["assign"]])
def test_the_environment_of_the_assignments_is_pinned_within_its_bounds(line):
    requirement = Requirement(line)
    lines = (ROOT / "assignments" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pin = next(pin for pin in map(Requirement, lines) if canonical(pin) == canonical(requirement))
    assert [specifier.operator for specifier in pin.specifier] == ["=="]
    assert requirement.specifier.contains(next(iter(pin.specifier)).version), "run 'make requirements'"
