"""Eight plausible wrong answers to each assignment, with the marks that they earn: question, marks, answer.

The marks are those of the tests that the answer should pass, read from the headings of the source.
"""

WRONG = {
    "toy-model": [
        (
            "q1",
            2,
            "def accuracy(n, length): return np.exp(-((n / constant) ** -exponent))",
        ),  # forgets the length
        ("q1", 0, "def accuracy(n, length): return np.exp(-length * (n / constant) ** exponent)"),  # sign
        (
            "q1",
            2,
            "def accuracy(n, length): return math.exp(-length * (n / constant) ** -exponent)",
        ),  # no arrays
        ("q2", 0, "half = constant * (np.log(2) / 8) ** (1 / exponent)"),  # upside down
        ("q2", 0, "half = constant * (1 / np.log(2)) ** (1 / exponent)"),  # one token
        ("q3", 2, "def width(a, length): return np.log10(np.log(0.1) / np.log(0.9)) / a / length"),
        ("q4", 1, "def mean_needed(p, jumps, sd, bar): return bar + sd * stats.norm.ppf(p)"),  # one jump
        ("q5", 0, "estimate = -np.polyfit(np.log(sizes), np.log(right / items + 1e-9), 1)[0]"),  # one log
    ],
    "metrics": [
        ("q1", 1, "def edits(a, b): return sum(x != y for x, y in zip(a, b))"),  # Hamming
        ("q1", 0, "def edits(a, b): return float(a != b)"),  # exact match
        ("q2", 0, "def brier(p, answer): return (1 - p[answer]) ** 2"),  # the target only
        ("q2", 0, "def brier(p, answer): return np.mean((np.array(p) - np.eye(len(p))[answer]) ** 2)"),
        ("q3", 1, "def subset(correct, size): return np.mean(correct) ** size"),  # puts them back
        ("q4", 1, "means = pd.DataFrame({'exact': 0.0, 'edits': 0.0}, index=sizes)"),  # the form alone
        ("q4", 2, "means = means.assign(edits=means['edits'] / 5)"),  # per token
        ("q5", 0, "share_exact = means['exact'].iloc[1] / means['exact'].iloc[-1]; share_edits = 0.5"),
    ],
    "how-many-items": [
        (
            "q1",
            1,
            "def wilson(k, n):\n    half = 1.96 * np.sqrt(k / n * (1 - k / n) / n)\n"
            "    return k / n - half, k / n + half",
        ),  # Wald
        ("q1", 0, "def wilson(k, n): return wilson_right(k, n)[::-1]"),  # the wrong way round
        ("q2", 1, "def largest(n): return -np.log(0.05) / n"),  # for many items only
        ("q2", 0, "def largest(n): return 1 / n"),
        ("q3", 0, "def needed(p): return int(np.log(0.05) / np.log(1 - p))"),  # rounds down
        ("q3", 0, "def needed(p): return int(np.ceil(3 / p))"),  # rule of three
        ("q4", 1, "def power(chance, ability, n): return 0.05"),  # the level, not the power
        (
            "q5",
            2,
            "def mended(axes, n, k, items):\n    axes.plot(n, k / items, 'o')\n"
            "    axes.set(xscale='log', ylim=(0, 1), xlabel='size', ylabel='share')",
        ),  # no intervals
    ],
    "arithmetic": [
        ("q1", 1, "curve = curve.assign(successes=curve['trials'] - curve['successes'])"),  # the errors
        ("q1", 0, "curve = curve.iloc[::-1]"),  # largest first
        ("q1", 0, "curve = datasets.load_arithmetic_runs()"),  # all runs
        ("q2", 0, "loss = loss[::-1]"),
        (
            "q2",
            0,
            "loss = np.array([-np.mean([r.sum() for r in rows]) for _, rows in by_size])",
        ),  # per answer
        (
            "q3",
            1,
            "figure, (top, bottom) = plt.subplots(2, 1)\ntop.plot(curve['parameters'], share)\n"
            "bottom.plot(curve['parameters'], np.exp(-loss))\ntop.set(xscale='log', ylabel='share')\n"
            "bottom.set(xscale='log', xlabel='parameters', ylabel='loss')",
        ),  # a probability, not the loss
        ("q4", 0, "sizes_visible = len(curve) - sizes_visible - 1"),
        ("q5", 0, "rises_from, rises_to = sizes[0], sizes[-1]"),  # the whole range
    ],
    "forecast": [
        ("q1", 0, "def split(rows, k): return rows.iloc[:-k], rows.iloc[-k:]"),  # does not sort
        (
            "q2",
            1,
            "def log_score(p, k, n): return (k * np.log(p + 1e-9) + (n - k) * np.log(1 - p + 1e-9)) / n",
        ),
        ("q2", 0, "def log_score(p, k, n): return k * np.log(p) + (n - k) * np.log(1 - p)"),  # not per item
        ("q3", 2, "def forecast(n, k, trials, size): return k[-1] / trials[-1]"),  # no change
        ("q3", 1, "def forecast(n, k, trials, size): return 1.0"),  # everything will be solved
        (
            "q4",
            0,
            "scores = scores.rename(columns={'forecast': 'no_change', 'no_change': 'forecast'})",
        ),  # the wrong way round
        ("q5", 1, "sign_p_value = stats.binomtest(wins, 12).pvalue"),  # two-sided
        ("q5", 1, "sign_p_value = stats.binom.sf(wins, 12, 0.5)"),  # more often, not as often
    ],
    "audit": [
        ("q2", 1, "data = data.iloc[::-1]"),  # largest first: the form is wrong, the curve another one
        ("q2", 1, "data = data.assign(successes=data['successes'] / data['trials'])"),  # shares
        ("q2", 2, "data = book"),  # the curve that is not allowed
        ("q3", 1, "data = data.assign(low=share, high=share)"),  # no intervals
        (
            "q3",
            1,
            "_, axes = plt.subplots()\naxes.plot(share)\naxes.axhline(0)\n"
            "axes.set(xlabel='N', ylabel='share')",
        ),
        ("q4", 0, "four = four.answers()"),  # the words, not the answers
        ("q4", 0, "floor = 0.25"),  # changed after asking
        ("q5", 0, "verdict = 'probably'"),
    ],
}

# Answers that hold for the values in the notebook's own checks and for nothing else.
HARD_CODED = {
    "toy-model": [
        ("q1", "def accuracy(n, length): return np.exp(-4)"),
        ("q3", "def width(a, length): return 1.3395"),
        ("q4", "def mean_needed(p, jumps, sd, bar): return 2.0"),
    ],
    "metrics": [
        ("q1", "def edits(a, b): return 2"),
        ("q2", "def brier(p, answer): return 0.5"),
        ("q3", "def subset(correct, size): return 1 / 3"),
    ],
    "how-many-items": [
        ("q1", "def wilson(k, n): return 0.15, 0.85"),
        ("q3", "def needed(p): return 5"),
    ],
    "arithmetic": [],
    "forecast": [("q2", "def log_score(p, k, n): return np.log(0.5)")],
    "audit": [],
}
