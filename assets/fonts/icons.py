#!/usr/bin/env python3
"""Makes Icons.ttf from the drawings of lucide-static: the icons that icons.txt names, from U+E900 on.

At the size of body text, 13 px, an icon is 16 px wide and its strokes are 1.5 px. It is centred on the capitals of
Noto Sans SC, whose line height it has too, so that it stands right beside words of that size.
"""
import sys
import xml.etree.ElementTree as ET

import pathops
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Transform
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.svgLib.path import parse_path
from fontTools.svgLib.path.shapes import PathBuilder

FIRST = 0xE900
GRID = 24          # Lucide's
STROKE = 1.5 * GRID / 16
BOX = 1000 * 16 / 13  # of the icon, where 1000 is the size of the text
CENTRE = 366       # half the height of a capital of Noto Sans SC
ASCENT, DESCENT = 1160, -288


def outline(svg):
    shapes = PathBuilder()
    for element in ET.parse(svg).getroot():
        shapes.add_path_from_element(element)
    drawn = pathops.Path()
    for d in shapes.paths:
        path = pathops.Path()
        parse_path(d, path.getPen(glyphSet=None))
        path.stroke(STROKE, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
        path.convertConicsToQuads(0.01)
        drawn = pathops.op(drawn, path, pathops.PathOp.UNION)
    drawn.simplify(fix_winding=True, keep_starting_points=False)
    return drawn


def main(folder):
    names = [line.strip() for line in open("icons.txt") if line.strip() and not line.startswith("#")]
    scale = BOX / GRID
    place = Transform(scale, 0, 0, -scale, 0, CENTRE + BOX / 2)
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for name in names:
        pen = TTGlyphPen(None)
        outline(f"{folder}/{name}.svg").draw(TransformPen(Cu2QuPen(pen, 1.0, reverse_direction=True), place))
        glyphs[name] = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap({FIRST + at: name for at, name in enumerate(names)})
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (round(BOX), glyph.xMin if glyph.numberOfContours else 0) for name, glyph in glyphs.items()})
    font.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    font.setupNameTable({
        "familyName": "Menuscope Icons", "styleName": "Regular",
        "copyright": "Copyright (c) Lucide Icons and Contributors; parts Copyright (c) 2013-present Cole Bemis",
        "licenseDescription": "ISC; the icons derived from Feather: MIT", "licenseInfoURL": "https://lucide.dev/license"})
    font.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, sTypoLineGap=0, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    font.setupPost(keepGlyphNames=False)
    font.save("Icons.ttf")


main(sys.argv[1])
