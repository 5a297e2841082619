"""The interactive charts in a browser: their size, their colours, and what they say."""

import re

import pytest

from mirage import scaling, toy
from tools import site

CHARTS = [
    f"notebooks/{name}.html"
    for name in (
        "arithmetic-metric",
        "can-we-trust-the-answers",
        "high-jump",
        "many-steps",
        "meta-analysis",
        "seeing-small-numbers",
        "toy-model",
        "vision-autoencoder",
        "vision-mnist",
    )
]
# The chart as it is on the screen: Vega's own width and what has become of it, and texts that stick out.
MEASURED = """chart => {
  const svg = chart.querySelector("svg.marks"), box = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].filter(text => text.textContent);
  const outside = text => text.getBoundingClientRect().right > box.right + 1
    || text.getBoundingClientRect().left < box.left - 1;
  return {
    share: box.width / chart.parentElement.clientWidth,
    scale: box.width / svg.getAttribute("width"),
    smallest: Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize))),
    outside: texts.filter(outside).map(text => text.textContent),
    fonts: [...new Set(texts.map(text => getComputedStyle(text).fontFamily))],
    font: getComputedStyle(document.body).fontFamily,
    page: document.documentElement.scrollWidth,
  };
}"""
COLOURS = """chart => {
  const seen = (what, colour) => [...new Set([...chart.querySelectorAll(`svg.marks ${what}`)]
    .map(each => getComputedStyle(each)[colour]))].filter(each => each.startsWith("rgb("));
  return {
    text: seen("text", "fill"),
    marks: [...seen(".role-mark:is(.mark-line, .mark-rule, .mark-symbol) > *", "stroke"),
            ...seen(".role-mark.mark-rect > *", "fill")],
    page: getComputedStyle(document.body).backgroundColor,
    behind: getComputedStyle(chart.querySelector("svg.marks")).backgroundColor,
  };
}"""
TITLES = "all => all.map(title => [...title.querySelectorAll('tspan')].map(e => e.textContent).join(' '))"
HEARD = """() => {
  window.heard = [];
  const status = document.querySelector(".chart-said");
  new MutationObserver(() => window.heard.push(status.textContent)).observe(status, { childList: true });
}"""


# Sections get their heights when they come near the window, which moves what is below them.
SCROLL = """() => {
  const chart = document.querySelector(".vega-embed");
  chart.scrollIntoView({ block: "center", behavior: "instant" });
  return chart.checkVisibility({ contentVisibilityAuto: true });
}"""


@pytest.fixture(params=CHARTS)
def chart(request, page, address, visit):
    """Return each chart, on its page."""
    visit(page, address + request.param)
    page.wait_for_function(SCROLL)
    return page.locator(".vega-embed")


@pytest.fixture
def open_chart(page, address, visit):
    """Return a function that opens the page of one chart, and begins to listen."""

    def opened(name: str):
        visit(page, f"{address}notebooks/{name}.html")
        page.wait_for_function(SCROLL)
        page.evaluate(HEARD)
        return page.locator(".vega-embed")

    return opened


def measured(page, chart, wanted):
    """Measure the chart when its width is what is wanted, or after two seconds."""
    for _ in range(20):
        found = chart.evaluate(MEASURED)
        if wanted(found):
            break
        page.wait_for_timeout(100)
    return found


def test_charts_fill_the_column_on_a_desk_and_when_the_window_becomes_a_phone(page, chart):
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        found = measured(page, chart, lambda found: 0.9 <= found["share"] <= 1 and found["scale"] > 0.99)
        assert 0.9 <= found["share"] <= 1
        assert found["scale"] > 0.99, "shrunk, and its letters with it"
        assert found["smallest"] >= 12
        assert found["outside"] == []
        assert found["fonts"] == [found["font"]]
        assert found["page"] <= width


def test_charts_follow_the_column_when_the_window_stays(page, open_chart):
    chart = open_chart("toy-model")
    chart.evaluate("chart => { chart.parentElement.style.width = '400px'; }")
    found = measured(page, chart, lambda found: found["scale"] > 0.99)
    assert 0.9 <= found["share"] <= 1
    assert found["scale"] > 0.99


def test_controls_have_a_name_and_are_large_enough_to_hit(page, chart):
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for control in chart.locator("input, select").all():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 24
            assert control.evaluate("control => control.labels[0].textContent.trim().length") > 3


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(colour):
        shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_colours_follow_the_design_at_once_and_can_be_told_from_the_page(page, chart):
    found = {}
    for design in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{design}'")
        found[design] = each = chart.evaluate(COLOURS)
        assert each["behind"] == "rgba(0, 0, 0, 0)"  # the page shows through
        assert each["text"] and each["marks"]
        assert all(contrast(colour, each["page"]) >= 4.5 for colour in each["text"])
        assert all(contrast(colour, each["page"]) >= 3 for colour in each["marks"])
    assert not {*found["light"]["text"]} & {*found["dark"]["text"]}
    assert not {*found["light"]["marks"]} & {*found["dark"]["marks"]}


def test_charts_tell_those_who_listen_what_they_show_after_each_move(page, chart):
    page.evaluate(HEARD)
    before = chart.get_attribute("aria-label")
    control = chart.locator("input[type=range], select").first
    control.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.heard.length")
    (said,) = page.evaluate("window.heard")
    assert chart.get_attribute("aria-label").startswith(said)
    assert not before.startswith(said)
    assert said in chart.locator(".role-title-text").evaluate_all(TITLES)


def test_while_a_slider_moves_nothing_is_said(page, open_chart):
    chart = open_chart("toy-model")
    chart.locator("input").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("window.heard.length")
    page.wait_for_timeout(1000)
    assert len(page.evaluate("window.heard")) == 1


def test_what_is_said_is_what_the_package_computes(page, open_chart):
    chart = open_chart("toy-model")
    chart.locator("input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.heard.length")
    half = float(re.search(r"one half at (\d+) billion", page.evaluate("window.heard[0]"))[1]) * 1e9
    p = scaling.token_probability(scaling.loss(half, 1e9, 0.4))
    assert toy.accuracy(p, 6) == pytest.approx(0.5, abs=0.002)


def test_a_slider_in_powers_of_ten_shows_what_it_stands_for(page, open_chart):
    chart = open_chart("seeing-small-numbers")
    slider = chart.locator("input[name=p_power]")
    assert slider.evaluate("slider => slider.labels[0].innerText").split("\n") == [
        "True ability, p:",
        "0.0025",
    ]
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("window.heard.length")
    assert slider.get_attribute("aria-valuetext") == "0.0022"
    assert page.evaluate("window.heard[0]").startswith("p = 0.0022, 100 items (steps of 0.01)")
    assert f"probability {(1 - 0.0022) ** 100:.3f}" in page.evaluate("window.heard[0]")


def test_charts_work_from_a_file(page, visit):
    visit(page, (site.HTML / "notebooks" / "high-jump.html").as_uri())
    assert page.locator(".vega-embed svg.marks").count() == 1
    assert [fault for fault in page.faults if "file://" not in fault] == []
