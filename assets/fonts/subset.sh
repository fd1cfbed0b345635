#!/bin/sh
# Makes NotoSansSC-subset.otf, the font that shows Chinese on a machine that has no Chinese font.
#
# On Debian: apt-get install fonts-noto-cjk fonttools
# Then:      sh assets/fonts/subset.sh
set -eu
cd "$(dirname "$0")"

source_font=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
face=2 # the collection's faces are JP, KR, SC, TC, HK and their monospaced fellows
unicodes=$(mktemp)
trap 'rm -f "$unicodes"' EXIT

# Everything in GB 2312 (rows of the code page that decode), and the blocks a program's window draws from:
# ASCII and Latin-1, general punctuation, currency, letter-like, arrows, technical, circled numbers, boxes and
# shapes, symbols and dingbats, CJK punctuation, full-width forms. What the source font lacks is left out.
python3 -c '
gb2312 = {bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF)}
blocks = [(0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF), (0x2100, 0x214F),
          (0x2190, 0x21FF), (0x2300, 0x23FF), (0x2460, 0x2473), (0x2500, 0x27BF),
          (0x3000, 0x303F), (0xFF00, 0xFFEF)]
wanted = {ord(c) for c in gb2312 if c} | {c for first, last in blocks for c in range(first, last + 1)}
print("\n".join("U+%04X" % c for c in sorted(wanted)))
' >"$unicodes"

# No hinting (the window smooths its text anyway), no features (it does no shaping), every name kept (the licence is among them).
pyftsubset "$source_font" --font-number="$face" --unicodes-file="$unicodes" --output-file=NotoSansSC-subset.otf \
    --no-hinting --desubroutinize --layout-features='' --name-IDs='*'
