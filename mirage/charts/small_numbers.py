"""What a test of n items shows of a true ability p, with sliders for both."""

import altair as alt
from scipy import stats

from mirage.charts import _parts

__all__ = ["small_numbers"]

_MOST_ITEMS = 2000
_LEGEND = alt.Legend()
_WHOLE = alt.Axis(tickMinStep=1, format="d")
_Z = stats.norm.isf(0.025)
_NONE, _SOME = "no right answer", "at least one"
_HOLDS, _MISSES = "holds the true ability", "misses it"
_SENTENCE = (
    "'p = ' + format(p, '.2~r') + ', ' + format(items, ',') + ' items (steps of '"
    " + format(1 / items, '.2~r') + '):'",
    "'no right answer has probability ' + format(pow(1 - p, items), '.3f') + '.'",
)
_DESCRIPTION = (
    "Two panels over the number of right answers in a test. Top: the probability of each number, with that "
    "of no right answer written above. Bottom: the 95% Wilson interval that each number would give, with a "
    "line at the true ability. Sliders set the number of items and the true ability."
)


def small_numbers() -> alt.VConcatChart:
    """Return what a test shows of an ability, with sliders for the number of items and the ability.

    Returns
    -------
    altair.VConcatChart
        Two stacked panels over the number of right answers (those with a probability of at least 1e-4):
        their binomial probability, and the 95% Wilson interval that each would give. The sliders are
        `items`, from 10 to 2,000, and `p_power`, the base-ten logarithm of the ability `p`, from −4 to −0.3.

    Examples
    --------
    >>> [panel["height"] for panel in small_numbers().to_dict()["vconcat"]]
    [160, 200]
    """
    panels = _probabilities().properties(height=160), _intervals().properties(height=200)
    chart = alt.vconcat(*panels).resolve_scale(x="shared", color="independent", shape="independent")
    chart = chart.add_params(
        _parts.slider("items", "Items in the test, n", 100, 10, _MOST_ITEMS, 10),
        *_parts.powers("p", "True ability, p", -2.6, -4, -0.3, 0.05),
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_SENTENCE)


def _outcomes() -> alt.Chart:
    # Vega knows no factorials: the logarithm of each probability is a sum of the ratios to the one before.
    ratio = "(items - datum.right + 1) / max(datum.right, 1) * p / (1 - p)"
    return (
        alt.Chart(alt.sequence(0, _MOST_ITEMS + 1, as_="right"))
        .transform_filter("datum.right <= items")
        .transform_calculate(step=f"datum.right == 0 ? items * log(1 - p) : log({ratio})")
        .transform_window(log_probability="sum(step)")
        .transform_calculate(probability="exp(datum.log_probability)", share="datum.right / items")
        .transform_filter("datum.probability >= 1e-4")
    )


def _probabilities() -> alt.Chart:
    return (
        _outcomes()
        .transform_calculate(
            left="datum.right - 0.4",
            end="datum.right + 0.4",
            nothing="0",
            kind=f"datum.right == 0 ? '{_NONE}' : '{_SOME}'",
        )
        .mark_rect()
        .encode(
            alt.X("left:Q", title=None, axis=_WHOLE, scale=alt.Scale(zero=False)),
            alt.X2("end:Q"),
            alt.Y("probability:Q", title="Probability"),
            alt.Y2("nothing:Q"),
            alt.Color("kind:N", title="Right answers", scale=_two_colours(_SOME, _NONE), legend=_LEGEND),
            tooltip=["right:Q", "probability:Q"],
        )
    )


def _intervals() -> alt.LayerChart:
    intervals = _wilson(_outcomes())
    x = alt.X("right:Q", title="Right answers", axis=_WHOLE)
    y = alt.Y("low:Q", title="Share of right answers", scale=alt.Scale(zero=False))
    color = {"title": "Interval", "scale": _two_colours(_HOLDS, _MISSES)}
    shape = {"title": "Interval", "scale": alt.Scale(domain=[_HOLDS, _MISSES], range=["circle", "triangle"])}
    bars = intervals.mark_rule().encode(x, y, alt.Y2("high:Q"), alt.Color("kind:N", legend=None, **color))
    shares = intervals.mark_point(filled=True, size=30, opacity=1).encode(
        x,
        alt.Y("share:Q"),
        alt.Color("kind:N", legend=_LEGEND, **color),
        alt.Shape("kind:N", legend=_LEGEND, **shape),
        tooltip=["right:Q", "share:Q", "low:Q", "high:Q"],
    )
    truth = alt.Chart(alt.sequence(1)).transform_calculate(ability="p").mark_rule(strokeDash=[4, 3])
    return (
        alt.layer(bars, shares, truth.encode(alt.Y("ability:Q")), _coverage(intervals))
        .resolve_scale(color="independent", shape="independent")
        .properties(title=alt.Title("The 95% interval that each would give", fontSize=12))
    )


def _coverage(intervals: alt.Chart) -> alt.Chart:
    return (
        intervals.transform_filter(f"datum.kind == '{_HOLDS}'")
        .transform_aggregate(coverage="sum(probability)")
        .transform_calculate(label="'An interval holds p with probability ' + format(datum.coverage, '.3f')")
        .mark_text(align="left", x=0, y=-8)
        .encode(alt.Text("label:N"))
    )


def _wilson(chart: alt.Chart) -> alt.Chart:
    spread = f"datum.share * (1 - datum.share) / items + pow({_Z} / (2 * items), 2)"
    return (
        chart.transform_calculate(centre=f"datum.share + pow({_Z}, 2) / (2 * items)")
        .transform_calculate(half=f"{_Z} * sqrt({spread})", scale=f"1 + pow({_Z}, 2) / items")
        .transform_calculate(
            low="(datum.centre - datum.half) / datum.scale", high="(datum.centre + datum.half) / datum.scale"
        )
        .transform_calculate(kind=f"datum.low <= p && p <= datum.high ? '{_HOLDS}' : '{_MISSES}'")
    )


def _two_colours(first: str, second: str) -> alt.Scale:
    return alt.Scale(domain=[first, second], range=list(_parts.COLOURS[:2]))
