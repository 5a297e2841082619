"""What is said of each case: the first verdict that applies, what it rests on, what would overturn it."""

from dataclasses import replace

import numpy as np
from scipy import stats

from mirage import emergence, resolution, words
from mirage.audit._artefacts import artefact
from mirage.audit._cases import Case, mean_of
from mirage.emergence import Curve
from mirage.emergence.breaks import LEAST_SIZES, TELLING

__all__ = ["VERDICTS", "judged"]

VERDICTS = {
    "artefact": "prompt or filter artefact",
    "not only": "not only the metric",
    "metric": "the metric",
    "small test": "test too small",
    "no rise": "does not rise with size",
    "few sizes": "too few sizes",
    "unknown": "cannot tell",
    "nothing": "nothing sharp",
}
_LEVEL = 0.05
_VISIBLE = 4  # sizes above the floor, without which a curve without losses shows nothing
_SHARP = 0.5  # of the whole rise, between two neighbouring sizes
_NEAR = 10.0  # sizes farther apart than this factor are no neighbours
_HIDDEN = 3  # sizes at the floor, over which the loss falls: progress that the score hides
_MOST_ITEMS = 1_000_000  # more are not worth a number


def judged(cases: list[Case], rng: int = 0) -> list[Case]:
    """Return the cases with their answers and verdicts."""
    asked = [_asked(case, cases, rng) for case in cases]
    tests = {}  # what is searched, once: several tasks may share one loss; and no artefacts
    for k, case in enumerate(asked):
        if case.gentle and np.isfinite(case.gentle.p_value) and not case.artefact:
            key = case.gentle.parameters.tobytes() + case.gentle.scores.tobytes()
            tests.setdefault(key, []).append(k)
    p_values = [asked[same[0]].gentle.p_value for same in tests.values()]
    for same, p_value in zip(tests.values(), resolution.holm(p_values) if tests else (), strict=True):
        for k in same:
            asked[k] = replace(asked[k], adjusted=float(p_value))
    said = zip(asked, map(_verdict, asked), strict=True)
    return [replace(c, verdict=VERDICTS[key], because=why, overturn=how) for c, (key, why, how) in said]


def _asked(case: Case, cases: list[Case], rng: int) -> Case:
    case, curve = replace(case, artefact=artefact(case, cases)), case.curve
    if curve is None or curve.sizes.size < 2:
        return case
    answers = emergence.four_questions(curve, rng=rng, held_out=min(2, curve.sizes.size - 1))
    gentle = answers.smoothness
    if curve.losses is None and "edit_distance" in case.runs[0].scores and curve.sizes.size >= LEAST_SIZES:
        gentle = _of_edits(case, rng)
    explained = None
    if curve.item_log_probabilities is not None and curve.sizes.size >= LEAST_SIZES:
        pair = _sudden(curve, answers.visibility)[0]
        explained = emergence.explained_by_metric(curve, between=pair, rng=rng) if pair else None
    return replace(case, answers=answers, gentle=gentle, explained=explained)


def _of_edits(case: Case, rng: int) -> emergence.BreakTest:
    means, errors = np.array([mean_of(run, "edit_distance") for run in case.runs]).T
    curve = Curve.from_scores(case.curve.parameters, means, np.nan_to_num(errors))
    return emergence.break_test(curve, rng=rng)


def _steepest(curve: Curve) -> tuple[float, tuple[float, float]]:
    """Return the largest rise between neighbouring sizes as a share of the whole, and the two sizes."""
    sizes = curve.by_size()
    rises = np.diff(sizes.scores)
    near = sizes.parameters[1:] < _NEAR * sizes.parameters[:-1]
    place = int(np.argmax(np.where(near, rises, -np.inf))) if near.any() else int(np.argmax(rises))
    whole = sizes.scores.max() - sizes.scores.min()
    share = float(rises[place] / whole) if whole > 0 and near[place] else 0.0
    return share, (float(sizes.parameters[place]), float(sizes.parameters[place + 1]))


def _sudden(curve: Curve, seen: resolution.Visibility) -> tuple[tuple[float, float] | None, str]:
    """Return the two sizes between which the score looks sudden, and why; none if it does not."""
    share, pair = _steepest(curve)
    if share >= _SHARP:
        ends = " and ".join(map(words.number, pair))
        return pair, f"{share:.0%} of the rise lies between {ends} parameters"
    # The log score of options may also fall because the model learns what an answer looks like.
    known = curve.item_log_probabilities is not None
    sizes, hidden = curve.sizes, int(np.argmax(seen.visible)) * known
    last = sizes[hidden - 1]
    if hidden >= _HIDDEN and _moves(curve.take(curve.parameters <= last))[1]:
        said = f"the score shows nothing up to {words.number(last)} parameters, while the loss falls"
        return (float(last), float(sizes[-1])), said
    return None, f"{share:.0%} of the rise at most lies between neighbouring sizes"


def _rises(low: np.ndarray, high: np.ndarray) -> bool:
    """Whether some size is surely above a smaller one, by intervals that hold for all at once."""
    return bool((low > np.minimum.accumulate(high)).any())


def _moves(curve: Curve) -> tuple[bool, bool]:
    """Return whether the score surely rises, and whether the loss surely falls."""
    sizes = curve.by_size()
    tail, falls, rises = _LEVEL / len(sizes), False, False
    if sizes.losses is not None and sizes.loss_standard_errors is not None:
        reach = stats.norm.isf(tail / 2) * sizes.loss_standard_errors
        falls = _rises(-sizes.losses - reach, -sizes.losses + reach)
    if sizes.trials is not None:
        counts, effect = (sizes.successes, sizes.trials), sizes.design_effect
        ends = resolution.visibility(*counts, floor=0, design_effect=effect, confidence=1 - tail).interval
        rises = _rises(*ends)
    return rises, falls


def _verdict(case: Case) -> tuple[str, str, str]:
    """Return the verdict on a case by its key, what it rests on, and what would overturn it."""
    if case.artefact:
        return "artefact", case.artefact, "Answers that are still wrong once prompt or filter is mended."
    if case.curve is None:
        return "unknown", "the share of right guesses is not known from totals", "Logs with all answers."
    sizes = case.curve.sizes.size
    if sizes < LEAST_SIZES:
        missing = f"{sizes} size{'s' * (sizes != 1)}; {LEAST_SIZES - sizes} more would be needed"
        enough = f"{TELLING}, or four runs of each, to say there is none."
        return "few sizes", missing, f"{LEAST_SIZES} sizes to look for a step; {enough}"
    rises, falls = _moves(case.curve)
    if case.curve.trials is not None and (said := _unseen(case, rises, falls)):
        return said
    return _step(case, falls)


def _unseen(case: Case, rises: bool, falls: bool) -> tuple[str, str, str] | None:
    """Return the verdict where the counts show no rise, or too little of it."""
    seen, items = case.answers.visibility, case.curve.trials.max()
    least = f"{np.nanmin(seen.smallest_visible):.1%}" if np.isfinite(seen.smallest_visible).any() else "100%"
    blind = f"an ability below {least} does not show on {items:,} items"
    if not rises and not falls:
        return "no rise", f"no size is surely above a smaller one; {blind}", "More items, or larger models."
    if not rises:
        return "small test", f"the loss falls with size, but no score shows it; {blind}", "More items."
    if case.curve.losses is not None or seen.visible.sum() >= _VISIBLE:
        return None
    because = f"{seen.visible.sum()} of {seen.visible.size} sizes are surely above the floor; {blind}"
    needed = np.array([]) if seen.items_needed is None else seen.items_needed[~seen.visible]
    if (known := needed[np.isfinite(needed) & (needed > items)]).size:
        more = f"{known.min():,.0f}" if known.min() <= _MOST_ITEMS else "more than a million"
        because += f"; {more} items would show one size more, if the fitted curve is right"
    return "small test", because, "More items, or the likelihood of the right answers."


def _step(case: Case, falls: bool) -> tuple[str, str, str]:
    """Return the verdict on a rise that can be seen: a step, sudden only in the score, or nothing sharp.

    That something is *not* there is said only where a step of a stated size would have been found.
    """
    gentle, counted = case.gentle, case.curve.trials is not None
    own = gentle is case.answers.smoothness and case.curve.losses is None
    of = "score itself" if own else case.losses_from or "edit distance"
    test = f"step in the {of}: {words.p(gentle.p_value) if np.isfinite(gentle.p_value) else gentle.reason}"
    test += f", {words.p(case.adjusted)} over all cases" if np.isfinite(case.adjusted) else ""
    if gentle.found and case.adjusted <= _LEVEL:
        apart = "More runs of the sizes beside the step, or sizes between them."
        return "not only", f"{test}; {gentle.answer()}", apart
    if not gentle.reason:
        test += "; a step, or one unusual model" if gentle.p_value <= _LEVEL else f"; {gentle.power()}"
    if not counted and not falls:
        return "no rise", f"the loss does not surely fall; {test}", "More texts, or larger models."
    pair, how = _sudden(case.curve, case.answers.visibility) if counted else (None, "")
    said = f"{how}; {test}" if how else test
    if gentle.verdict != "no step":
        few = case.curve.sizes.size < TELLING
        enough = f"{TELLING} sizes, or four runs of each." if few else "More sizes, or more runs of each."
        return "unknown", said, enough
    if pair is None:
        return "nothing", said, "Sizes that lie closer together."
    if case.explained is not None:
        return _explained(case, pair, said)
    if own:
        return "unknown", said, "The likelihood of the right answers."
    return "metric", said, "A step in the likelihood of the right answers."


def _explained(case: Case, pair: tuple[float, float], said: str) -> tuple[str, str, str]:
    """Return "the metric" if its share of the rise is surely more than half, whichever size is left out."""
    found = case.explained
    if found.reason:
        return "unknown", f"{said}; {found.reason}", "More sizes."
    ends = words.interval(found.metric_interval)
    said += f"; of that rise of {found.rise:.2f} the metric alone makes {found.metric:.2f} ({ends})"
    if found.metric_interval[0] > found.rise / 2:
        curve, others = case.curve, [size for size in case.curve.sizes if size not in pair]
        rest = [curve.take(curve.parameters != size) for size in others]
        lows = [emergence.explained_by_metric(each, between=pair).metric_interval[0] for each in rest]
        if min(lows) > found.rise / 2:
            said += f"; at least {min(lows):.2f} with any other size left out"
            return "metric", said, "A step in the loss that sizes in between would show."
    return "unknown", said, "More sizes, above all between these two."
