#!/bin/sh
# Makes the fonts of the window, so that everything is readable on a machine that has no font:
#
#   NotoSansSC-subset.otf, NotoSansSC-Medium-subset.otf   Latin and Chinese text
#   JetBrainsMono-subset.ttf                              bytes and code
#   Icons.ttf                                             icons of Lucide, with strokes of 1.5 px at 16 px
#
# On Debian: apt-get install fonts-noto-cjk fonts-noto-cjk-extra fonts-jetbrains-mono fonttools
#            pip install skia-pathops; npm pack lucide-static, unpacked beside this script
# Then:      sh assets/fonts/subset.sh
set -eu
cd "$(dirname "$0")"

noto=${NOTO:-/usr/share/fonts/opentype/noto}
jetbrains=${JETBRAINS:-/usr/share/fonts/truetype/jetbrains-mono}
lucide=${LUCIDE:-package/icons}
face=2 # the collections' faces are JP, KR, SC, TC, HK and their monospaced fellows
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Regular: everything in GB 2312 (rows of the code page that decode), and the blocks a program's window draws from:
# ASCII and Latin-1, general punctuation, currency, letter-like, arrows, technical, circled numbers, boxes and
# shapes, symbols and dingbats, CJK punctuation, full-width forms. Medium, for titles: the same without the rare
# half of GB 2312, which Regular stands in for. Mono: Latin, Greek, Cyrillic and the same blocks.
# What a source font lacks is left out.
python3 -c '
import sys
def gb2312(rows):
    return {ord(c) for row in rows for cell in range(0xA1, 0xFF) if (c := bytes((row, cell)).decode("gb2312", "ignore"))}
def blocks(ranges):
    return {c for first, last in ranges for c in range(first, last + 1)}
shapes = [(0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF), (0x2100, 0x214F),
          (0x2190, 0x21FF), (0x2300, 0x23FF), (0x2460, 0x2473), (0x2500, 0x27BF), (0x3000, 0x303F), (0xFF00, 0xFFEF)]
sets = {"regular": gb2312(range(0xA1, 0xFF)) | blocks(shapes),
        "medium": gb2312(range(0xA1, 0xD8)) | blocks(shapes),
        "mono": blocks([*shapes[:-2], (0x100, 0x17F), (0x370, 0x3FF), (0x400, 0x45F)])}
for name, wanted in sets.items():
    with open(f"{sys.argv[1]}/{name}", "w") as out:
        out.write("\n".join("U+%04X" % c for c in sorted(wanted)))
' "$work"

# No hinting (the window smooths its text anyway), every name kept (the licence is among them). Of the features only
# kerning: ligatures would hide which bytes there are.
subset() {
    pyftsubset "$1" --font-number="$2" --unicodes-file="$work/$3" --output-file="$4" \
        --no-hinting --desubroutinize --layout-features="$5" --name-IDs='*'
}
# Quotes, dots and signs that Latin shares with Chinese are as wide as Latin needs them: an ellipsis stands on the line.
latin() {
    python3 -c '
import sys
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
source, face, output = sys.argv[1], int(sys.argv[2]), sys.argv[3]
font = TTFont(source, fontNumber=face)
korean = TTFont(source, fontNumber=1).getBestCmap()
gsub = font["GSUB"].table
narrow = {}
for record in gsub.FeatureList.FeatureRecord:
    if record.FeatureTag == "pwid":
        for index in record.Feature.LookupListIndex:
            for table in gsub.LookupList.Lookup[index].SubTable:
                table = getattr(table, "ExtSubTable", table)
                narrow.update(getattr(table, "mapping", {}))
for table in font["cmap"].tables:
    if table.format in (4, 12):
        for code in (0x2018, 0x2019, 0x201C, 0x201D, 0xB7, 0x2022):
            table.cmap[code] = korean[code]
        for code in (0x2026, 0xD7, 0xB1):
            table.cmap[code] = narrow.get(table.cmap[code], table.cmap[code])
# The ellipsis of the line is wide, too: three full stops are as wide as in other fonts.
step = 260
cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
name, stop = cmap[0x2026], glyphs[cmap[0x2E]]
pen = T2CharStringPen(3 * step, glyphs)
for at in range(3):
    stop.draw(TransformPen(pen, (1, 0, 0, 1, at * step, 0)))
strings = font["CFF "].cff.topDictIndex[0].CharStrings
strings[name] = pen.getCharString(private=strings[name].private, globalSubrs=strings[name].globalSubrs)
font["hmtx"][name] = (3 * step, font["hmtx"][cmap[0x2E]][1])
font.save(output)
' "$@"
}
latin "$noto/NotoSansCJK-Regular.ttc" "$face" "$work/Regular.otf"
latin "$noto/NotoSansCJK-Medium.ttc" "$face" "$work/Medium.otf"
subset "$work/Regular.otf" 0 regular NotoSansSC-subset.otf kern
subset "$work/Medium.otf" 0 medium NotoSansSC-Medium-subset.otf kern
subset "$jetbrains/JetBrainsMono-Regular.ttf" 0 mono JetBrainsMono-subset.ttf ''

python3 icons.py "$lucide"
# One line height and one baseline for all four, as Noto Sans SC has them.
python3 -c '
from fontTools.ttLib import TTFont
font = TTFont("JetBrainsMono-subset.ttf")
font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = 1160, -288, 0
font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["OS/2"].sTypoLineGap = 1160, -288, 0
font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = 1160, 288
font.save("JetBrainsMono-subset.ttf")
'
