"""The high jump, with sliders for the height of the bar, the spread of the jumps and the number of jumps."""

import altair as alt
from scipy import stats

from mirage.charts import _parts

__all__ = ["high_jump"]

_MONTHS = alt.Scale(type="log", domain=[1, 100])
_TICKS = alt.Axis(values=[1, 3, 10, 30, 100])
_MIDDLE = stats.norm.ppf(0.9)  # 80% of the jumps lie within so many standard deviations of the mean
# Until a jump clears the bar with a given chance.
_MONTHS_UNTIL = "pow(10, (quantileNormal({}, bar, spread) - 1.2) / 0.4)"
_CHANCES = {"one": "0.5", "all": "pow(0.5, 1 / jumps)"}
_CHANCES |= {"low": "pow(0.1, 1 / jumps)", "high": "pow(0.9, 1 / jumps)"}
_SENTENCE = (
    "'Even odds after ' + format(one, '.3~r') + ' months for one jump,'",
    "'after ' + format(all, '.3~r') + ' months for ' + jumps + ' in a row; these go'",
    "'from 10% to 90% with ' + format(high / low, '.3~r') + ' times the training.'",
)
_DESCRIPTION = (
    "Three curves over the months that an athlete has trained, on a logarithmic axis: the mean height of "
    "the jumps, with a band that holds the middle 80% of them and a line for the bar; the probability that "
    "one jump clears the bar; and the probability that several jumps all clear it, with the part between "
    "10% and 90% shaded. Sliders set the height of the bar, the spread of the jumps and their number."
)


def high_jump() -> alt.VConcatChart:
    """Return the high jump with sliders for the bar, the spread of the jumps and the number of jumps.

    Returns
    -------
    altair.VConcatChart
        Three stacked panels over months of training. The mean height is 1.2 m after one month and rises by
        0.4 m for each factor of ten. Above: the mean, a band with the middle 80% of the jumps, and the bar.
        Below: the probability that one jump clears the bar, and that all jumps do, shaded from 10 to 90%.

    Examples
    --------
    >>> [panel["height"] for panel in high_jump().to_dict()["vconcat"]]
    [140, 140, 140]
    """
    base = _jumps()
    panels = (
        _heights(base),
        _chance(base, "once", "One jump clears"),
        _chance(base, "all", "All jumps clear"),
    )
    chart = alt.vconcat(*(panel.properties(height=140) for panel in panels)).add_params(
        _parts.slider("bar", "Height of the bar (m)", 1.6, 1.3, 1.9, 0.01),
        _parts.slider("spread", "Spread of the jumps (m)", 0.05, 0.01, 0.2, 0.01),
        _parts.slider("jumps", "Jumps that must all clear", 10, 1, 50, 1),
        *(alt.param(name=name, expr=_MONTHS_UNTIL.format(chance)) for name, chance in _CHANCES.items()),
    )
    return _parts.sum_up(chart, _DESCRIPTION, *_SENTENCE)


def _jumps() -> alt.Chart:
    return (
        alt.Chart(alt.sequence(0, 2.0001, 0.005, as_="decade"))
        .transform_calculate(months="pow(10, datum.decade)", mean="1.2 + 0.4 * datum.decade", bar="bar")
        .transform_calculate(
            low=f"datum.mean - {_MIDDLE} * spread",
            high=f"datum.mean + {_MIDDLE} * spread",
            once="cumulativeNormal(datum.mean, bar, spread)",
        )
        .transform_calculate(all="pow(datum.once, jumps)")
        .encode(alt.X("months:Q", title="Months of training", scale=_MONTHS, axis=_TICKS))
    )


def _heights(base: alt.Chart) -> alt.LayerChart:
    height = alt.Y("low:Q", title="Height (m)", scale=alt.Scale(domain=[0.8, 2.4]))
    band = base.mark_area(opacity=0.25, color=_parts.COLOURS[0], clip=True).encode(height, alt.Y2("high:Q"))
    mean = base.mark_line(strokeWidth=3, color=_parts.COLOURS[0]).encode(alt.Y("mean:Q"))
    bar = base.mark_line(color=_parts.COLOURS[4], strokeDash=[6, 3]).encode(alt.Y("bar:Q"))
    word = base.transform_filter("datum.decade == 0").mark_text(text="bar", align="left", dx=4, dy=-7)
    return band + mean + bar + word.encode(alt.Y("bar:Q"))


def _chance(base: alt.Chart, field: str, title: str) -> alt.LayerChart:
    chance = alt.Y(f"{field}:Q", title=title, scale=alt.Scale(domain=[0, 1]))
    between = base.transform_filter(f"datum.{field} >= 0.1 && datum.{field} <= 0.9")
    shade = between.mark_area(opacity=0.35, color=_parts.COLOURS[1]).encode(chance)
    return shade + base.mark_line(strokeWidth=3, color=_parts.COLOURS[1]).encode(chance)
