"""Numbers as people write them, for the answers of statistics."""

_NAMES = (1e12, "trillion"), (1e9, "billion"), (1e6, "million")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Return a number of parameters, or the like, with three digits: 13 billion, 894,000, 3.2 × 10²²."""
    if not 1 <= abs(value) < 1e15:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{float(mantissa):g} × 10{str(int(exponent)).translate(_RAISED)}" if value else "0"
    value = float(f"{value:.3g}")
    for size, name in _NAMES:
        if abs(value) >= size:
            return f"{value / size:g} {name}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:g}"


def p(value: float) -> str:
    """Return "p = 0.034", or "p < 0.001"."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"


def interval(ends: tuple[float, float], digits: int = 2) -> str:
    """Return "0.12 to 0.34", "at least 0.12" or "at most 0.34", with a real minus sign."""
    low, high = ends
    if high == float("inf"):
        return f"at least {low:.{digits}f}".replace("-", "−")
    return f"{low:.{digits}f} to {high:.{digits}f}".replace("-", "−")
