"""The font of the formulas, made once: `python -m tools.site.font texgyretermes-math.otf`.

The original comes with Debian's fonts-texgyre-math; fontTools needs brotli to write the subset. What formulas
are likely to use is kept, and the table from which browsers stretch brackets and roots. The licence asks that
a changed font has another name.
"""

import argparse
import string

from fontTools.misc.transform import Offset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from tools.site import ASSETS

__all__ = ["FILE", "NAME"]

NAME = "Mirage Math"
FILE = ASSETS / "mathematics.woff2"
_GREEK = "ΓΔΘΛΞΠΣΦΨΩαβγδεζηθικλμνξπρστυφχψωϵ"
_SIGNS = "·×÷±−∓∗∘√∞∂∇∏∑∫∈∝∼≈≠≡≤≥≪≫→⇒⋅⋯…′‖∣ℓℏℒ¯ˆˉ˜˙´`"
# Mathematical alphabets: italic letters, Greek ones, and bold digits.
_ALPHABETS = [(0x1D434, 0x1D467), (0x1D6FC, 0x1D71B), (0x1D7CE, 0x1D7D7)]
_ITALIC_F = 0x1D453


def main() -> None:
    """Keep what formulas need, and give the result another name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font")
    font = TTFont(parser.parse_args().font)
    options = Options(
        layout_features=[], hinting=False, desubroutinize=True, name_IDs=[0, 1, 2, 4, 5, 6, 13, 14]
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_unicodes())
    subsetter.subset(font)
    _move(font, font.getBestCmap()[_ITALIC_F], 160)  # else it touches the n of ln f
    _rename(font)
    font.flavor = "woff2"
    font.save(FILE)


def _unicodes() -> set[int]:
    letters = {ord(sign) for sign in string.printable.strip() + _GREEK + _SIGNS}
    return letters | {code for first, last in _ALPHABETS for code in range(first, last + 1)} | {0x210E}


def _move(font: TTFont, name: str, distance: int) -> None:
    """Move a glyph to the right within its space, and widen the space."""
    glyph, width = font.getGlyphSet()[name], font["hmtx"][name][0] + distance
    pen = T2CharStringPen(width, None)
    glyph.draw(TransformPen(pen, Offset(distance, 0)))
    top = font["CFF "].cff.topDictIndex[0]
    old = top.CharStrings[name]
    top.CharStrings[name] = pen.getCharString(private=old.private, globalSubrs=old.globalSubrs)
    font["hmtx"][name] = (width, font["hmtx"][name][1] + distance)


def _rename(font: TTFont) -> None:
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = NAME
        elif record.nameID == 6:
            record.string = NAME.replace(" ", "")
    font["CFF "].cff.fontNames = [NAME.replace(" ", "")]


if __name__ == "__main__":
    main()
