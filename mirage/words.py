"""Numbers as people write them, for answers, captions and sentences; and texts as they can be shown."""

import unicodedata

__all__ = ["interval", "number", "p", "visible"]

_NAMES = (1e12, "trillion"), (1e9, "billion"), (1e6, "million")
_BLANKS = {"\n": "⏎", "\t": "⇥", " ": "␣"}
_HIDDEN = "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Return a number of parameters, or the like, with three digits.

    Parameters
    ----------
    value : float
        Any number.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If it is no number.

    Examples
    --------
    >>> number(13e9), number(894_336), number(3.2e22)
    ('13 billion', '894,000', '3.2 × 10²²')
    """
    if not 1 <= abs(value) < 1e15:
        mantissa, exponent = f"{value:.1e}".split("e")
        said = f"{float(mantissa):g} × 10{str(int(exponent)).translate(_RAISED)}" if value else "0"
        return said.replace("-", "−")
    value = float(f"{value:.3g}")
    size, name = next((named for named in _NAMES if abs(value) >= named[0]), (1, ""))
    said = f"{value:,.0f}" if size == 1 and abs(value) >= 100 else f"{value / size:g} {name}"
    return said.strip().replace("-", "−")


def p(value: float) -> str:
    """Return a p-value in words.

    Parameters
    ----------
    value : float
        Between 0 and 1.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If it is no number.

    Examples
    --------
    >>> p(0.0342), p(1e-5)
    ('p = 0.034', 'p < 0.001')
    """
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"


def interval(ends: tuple[float, float], digits: int = 2) -> str:
    """Return an interval in words, with a real minus sign.

    Parameters
    ----------
    ends : tuple of float
        Low and high end; the high one may be infinite.
    digits : int
        Decimal places.

    Returns
    -------
    str

    Raises
    ------
    ValueError, TypeError
        If there are not two ends, or they are no numbers.

    Examples
    --------
    >>> interval((-0.25, 0.5)), interval((1.5, float("inf")))
    ('−0.25 to 0.50', 'at least 1.50')
    """
    low, high = ends
    if high == float("inf"):
        return f"at least {low:.{digits}f}".replace("-", "−")
    return f"{low:.{digits}f} to {high:.{digits}f}".replace("-", "−")


def visible(text: object, most: int = 200, *, blanks: bool = False) -> str:
    """Return text of unknown origin as it can be shown: cut, and without characters that act or hide.

    Control characters, those that turn the direction of writing, and the like become their number in
    brackets.

    Parameters
    ----------
    text : object
        Any text; or something else, whose text is taken.
    most : int
        Characters that are kept.
    blanks : bool
        Show blanks, tabulators and ends of lines by signs.

    Returns
    -------
    str

    Raises
    ------
    TypeError
        If `most` is no whole number.

    Examples
    --------
    >>> visible("a\\x1b[31m b"), visible(" b\\n", blanks=True)
    ('a⟨001B⟩[31m b', '␣b⏎')
    """
    text = str(text)
    signs = _BLANKS if blanks else {}
    kept = (
        signs.get(c) or (c if unicodedata.category(c) not in _HIDDEN else f"⟨{ord(c):04X}⟩")
        for c in text[:most]
    )
    return "".join(kept) + "…" * (len(text) > most)
