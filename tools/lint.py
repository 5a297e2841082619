"""The rules of the pages that a program can check: `python -m tools.lint`. Each returns what is wrong."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import yaml

from tools.project import DOCUMENTATION, REPOSITORY, ROOT
from tools.site import pages

# What a page of notebooks/ has, in this order: in the form of today, or in the one before it.
FORM = (
    "# ",
    "**The question.**",
    "**Time.**",
    "**Level.**",
    "**You need.**",
    "## In short",
    "page.find(",
    "page.show(",
    "## What the paper said",
    "## Exercises",
    "<details",
    "## References",
)
PARTS = (
    "# ",
    "**The question.**",
    "**Time.**",
    "**Goals.**",
    "**What it reproduces.**",
    "**Predict first.**",
    "## What the paper said",
    "## Exercises",
    "<details",
    "## Summary",
    "## References",
)
# What a page that judges a curve has as well, before what the paper said: all four answers, or none.
ANSWERS = (
    "## The four answers",
    "page.four_answers(",
)
_LINK = re.compile(r"\]\([\w./-]+\.(?:md|ipynb)")
_MARK = re.compile(r"\*(Done|In part|Reported|Out of reach|Not covered|Named):?\*(?!\*)")
_DIRECTIVE = re.compile(r"^(```|:::)\{|\{[a-z:]+\}`", re.MULTILINE)


def main() -> int:
    """Print what is wrong; fail if anything is."""
    problems = [problem for rule in RULES for problem in rule(ROOT)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return int(bool(problems))


def parts_in_order(root: Path) -> Iterator[str]:
    """Every page has its parts, in the order of the book."""
    for path in _sources(root):
        text = "\n".join(cell.source for cell in _cells(path))
        place = 0
        for part in _parts(text):
            found = text.find(part, place)
            if found < 0:
                needed = ", ".join(_parts(text))
                yield f"{path.name}: {part!r} is missing, or out of order; the page needs {needed}"
                break
            place = found


def plain_markdown(root: Path) -> Iterator[str]:
    """Notebooks hold no directives or roles: Colab shows them as raw text."""
    for path in _sources(root):
        for cell in _cells(path, "markdown"):
            if match := _DIRECTIVE.search(cell.source):
                yield f"{path.name}: {match[0]!r}, a directive or role, does not work in Colab"


def links_in_prose_only(root: Path) -> Iterator[str]:
    """Code prints no links between files: they lead nowhere in Colab, and nowhere in the book."""
    for path in _sources(root):
        for cell in _cells(path, "code"):
            if match := _LINK.search(cell.source):
                yield f"{path.name}: {match[0]!r} is a link that code prints; put it into the prose"


def figures_have_alt_text(root: Path) -> Iterator[str]:
    """A cell that makes a figure shows it through page.show, which asks for caption and alt text."""
    for path in _sources(root):
        for cell in _cells(path, "code"):
            if "plt.subplots" in cell.source and "page.show(" not in cell.source:
                yield f"{path.name}: show this figure with page.show(figure, …, alt=…): {cell.source[:60]!r}"
            if "plt.show(" in cell.source:
                yield f"{path.name}: plt.show gives no alt text; use page.show(figure, …, alt=…)"


def images_have_alt_text(root: Path) -> Iterator[str]:
    """Images in prose say what they show."""
    for path in [*sorted((root / "book").glob("*.md")), root / "README.md"]:
        text = path.read_text(encoding="utf-8")
        for block in re.findall(r"```\{(?:figure|image)\}.*?```", text, re.DOTALL):
            if not re.search(r"^:alt: \S+( \S+){4,}", block, re.MULTILINE):
                yield f"{path.name}: a figure needs :alt: with five words or more: {block.splitlines()[0]}"
        for alt in re.findall(r"!\[([^\]]*)\]\(", text):
            if len(alt.split()) < 5:
                yield f"{path.name}: an image needs alt text of five words or more; it has {alt!r}"


def contents_complete(root: Path) -> Iterator[str]:
    """_toc.yml and the folders hold the same pages."""
    listed = set(pages(root))
    there = {f"notebooks/{path.stem}" for path in _sources(root)}
    there |= {f"book/{path.stem}" for path in (root / "book").glob("*.md")}
    for page in sorted(there - listed):
        yield f"_toc.yml does not list {page}"
    for page in sorted(listed - there):
        yield f"_toc.yml lists {page}, which does not exist"


def one_address(root: Path) -> Iterator[str]:
    """Files that must spell out the project's address spell the one of pyproject.toml."""
    name = REPOSITORY.rsplit("/", 1)[1]
    for path in _texts(root):
        text = path.read_text(encoding="utf-8")
        for address in re.findall(
            rf"https://github\.com/[\w.-]+/{name}|https://[\w.-]+\.github\.io/{name}", text
        ):
            if address not in (REPOSITORY, DOCUMENTATION):
                yield f"{path.relative_to(root)}: {address} is not an address of pyproject.toml"


def one_version(root: Path) -> Iterator[str]:
    """The package and the citation file name one version."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    if citation != package_version(root):
        yield f"versions: CITATION.cff {citation}, mirage/__init__.py {package_version(root)}"


def coverage_leads_somewhere(root: Path) -> Iterator[str]:
    """Each point of book/coverage.md has a mark, and links to sections."""
    text = (root / "book" / "coverage.md").read_text(encoding="utf-8")
    for point in re.findall(r"^- \*\*.*", text.partition("(slips)=")[0], re.MULTILINE):
        if fault := _of_point(point):
            yield f"coverage.md: {point[:60]!r}: {fault}"


def _of_point(point: str) -> str | None:
    mark = _MARK.search(point)
    if not mark:
        return "it has no mark"
    rest = point[mark.end() :]
    if re.search(r"\]\([\w./-]+\.(?:md|ipynb)\)", rest):
        return "a link leads to a page, not to a section of it"
    needs_link = mark[1] in ("Done", "In part") or (mark[1] == "Reported" and not rest.startswith(" here"))
    if needs_link and not re.search(r"\]\([\w./-]+#|\{(?:term|py:func)\}", point):
        return "no link leads to the section"
    return None


def workflows_call_make(root: Path) -> Iterator[str]:
    """The workflows run nothing that a reader cannot run at home."""
    for path in sorted((root / ".github" / "workflows").glob("*.yml")):
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                if "run" in step and not re.fullmatch(r"make [a-z-]+", step["run"].strip()):
                    yield f"{path.name}: a step runs {step['run']!r}; only make targets are run"


RULES: tuple[Callable[[Path], Iterator[str]], ...] = (
    parts_in_order,
    plain_markdown,
    links_in_prose_only,
    figures_have_alt_text,
    images_have_alt_text,
    contents_complete,
    one_address,
    one_version,
    coverage_leads_somewhere,
    workflows_call_make,
)


def package_version(root: Path) -> str:
    """Return the version that the package names."""
    text = (root / "mirage" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'__version__ = "(.+?)"', text)[1]


def _parts(text: str) -> tuple[str, ...]:
    parts = FORM if "## In short" in text else PARTS
    before = parts.index("## What the paper said")
    return parts[:before] + ANSWERS * (ANSWERS[0] in text) + parts[before:]


def _sources(root: Path) -> list[Path]:
    return sorted((root / "notebooks").glob("*.md"))


def _cells(path: Path, kind: str | None = None) -> list:
    cells = jupytext.read(path, fmt="md:myst").cells
    return [cell for cell in cells if kind in (None, cell.cell_type)]


def _texts(root: Path) -> list[Path]:
    found = [path for pattern in ("*.md", "*.cff", "*.yml") for path in root.glob(pattern)]
    folders = ((root / "book", "*.md"), (root / "tools", "*.*"), (root / "assignments", "*.*"))
    return sorted(found + [path for folder, pattern in folders for path in folder.glob(pattern)])


if __name__ == "__main__":
    sys.exit(main())
