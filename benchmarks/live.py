"""What an exercise costs that runs on the page: seconds and bytes until its first answer."""

import time

from playwright.sync_api import Page, sync_playwright

from tools.site import HTML, browser, live, serve

__all__ = ["first_answers"]

_PAGE, _EXERCISE = "notebooks/toy-model.html", "toy-model-1"
_CLASS = 30
_MOST = 600_000  # milliseconds


class _Counting(serve.Handler):
    """Adds up the bytes of the bodies that are served."""

    served = 0

    def send_header(self, keyword: str, value: str) -> None:
        """Count the body that a header announces."""
        if keyword == "Content-Length":
            _Counting.served += int(value)
        super().send_header(keyword, value)


def first_answers() -> None:
    """Print seconds and megabytes of a first visit, of a second one, and of a class behind one server."""
    if not live.FOLDER.exists():
        print("\nexercises on the page: not measured, there is no Python for browsers")
        return
    print("\nexercises on the page, from the click to the first answer")
    with serve.serving(HTML, handler=_Counting) as address, sync_playwright() as playwright:
        tabs = playwright.chromium.launch(executable_path=browser.executable(), args=browser.FLAGS)
        tab = tabs.new_context().new_page()
        cold = _visit(tab, address, "first visit")
        _visit(tab, address, "second visit")
    print(f"  {'a class of ' + str(_CLASS):<42}{_CLASS * cold / 1e6:>8.0f} MB in files, and nothing else")


def _visit(tab: Page, address: str, name: str) -> int:
    """Answer an exercise in a tab, print what it took, and return the bytes."""
    tab.goto(address + _PAGE)
    tab.wait_for_load_state("networkidle")
    before, began = _Counting.served, time.perf_counter()
    place = tab.locator(f'.live[data-exercise="{_EXERCISE}"]')
    place.get_by_role("button", name="Try it here").click()
    place.get_by_role("button", name="Run").click()
    place.locator(".said", has_text="Done.").wait_for(timeout=_MOST)
    taken, served = time.perf_counter() - began, _Counting.served - before
    print(f"  {name:<42}{taken:>8.1f} s   {served / 1e6:.1f} MB")
    return served
