//! Tables as wide as the terminal: cells are cut, and columns left out, until a row is one line.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The columns between two cells.
const GAP: usize = 2;

/// The mark of a text that goes on.
const CUT: char = '…';

/// The least width of a cell that may be cut, where nothing else is said.
const LEAST: usize = 6;

/// The way in which a column gives room to the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnLimit {
    /// It is not made narrower than this; `None`: it is never cut.
    pub(super) least: Option<usize>,
    /// Its turn among those that are cut; the first comes first.
    pub(super) cut: u8,
    /// Its turn among those that are left out; `None`: it always stays.
    pub(super) omitted: Option<u8>,
    /// The end is shown rather than the beginning, as of a time.
    pub(super) keeps_end: bool,
}

impl ColumnLimit {
    /// A column that is cut together with all others, and stays.
    pub(super) const ANY: Self = Self { least: Some(LEAST), cut: 0, omitted: None, keeps_end: false };

    /// A column that is never cut, but left out in its turn.
    pub(super) const fn whole(omitted: Option<u8>) -> Self {
        Self { least: None, cut: 0, omitted, keeps_end: false }
    }

    /// A column that is cut and left out in its turn.
    pub(super) const fn cut(least: usize, cut: u8, omitted: Option<u8>) -> Self {
        Self { least: Some(least), cut, omitted, keeps_end: false }
    }
}

/// The rows, the headings first, fitted into `room` columns of a terminal and aligned; without `room`, as wide as they are.
pub(super) fn fitted(rows: &[Vec<String>], limits: &[ColumnLimit], room: Option<usize>) -> Vec<String> {
    let natural = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let natural: Vec<usize> = (0..limits.len()).map(natural).collect();
    let widths =
        room.map_or_else(|| natural.iter().copied().map(Some).collect(), |room| widths(&natural, limits, room));
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).zip(limits);
        let cells = cells.filter_map(|((cell, width), limit)| Some(padded(cell, (*width)?, limit.keeps_end)));
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// The width of each column; `None` for one that is left out.
fn widths(natural: &[usize], limits: &[ColumnLimit], room: usize) -> Vec<Option<usize>> {
    let least = |column: usize| limits[column].least.unwrap_or(natural[column]).min(natural[column]);
    let mut is_shown = vec![true; natural.len()];
    let needed = |is_shown: &[bool]| {
        let shown = is_shown.iter().enumerate().filter(|(_, shown)| **shown);
        shown.map(|(column, _)| least(column) + GAP).sum::<usize>().saturating_sub(GAP)
    };
    while needed(&is_shown) > room {
        let omitted = (0..natural.len()).filter(|column| is_shown[*column] && limits[*column].omitted.is_some());
        let Some(column) = omitted.min_by_key(|column| limits[*column].omitted) else { break };
        is_shown[column] = false;
    }
    let mut spare = room.saturating_sub(needed(&is_shown));
    let mut widths: Vec<usize> = (0..natural.len()).map(least).collect();
    // Room goes first to those that are cut last, and evenly among those of one turn.
    let mut turns: Vec<u8> = limits.iter().map(|limit| limit.cut).collect();
    turns.sort_unstable();
    turns.dedup();
    for turn in turns.into_iter().rev() {
        loop {
            let narrow = (0..natural.len()).filter(|column| {
                is_shown[*column] && limits[*column].cut == turn && widths[*column] < natural[*column]
            });
            let Some(column) = narrow.min_by_key(|column| widths[*column]).filter(|_| spare > 0) else { break };
            widths[column] += 1;
            spare -= 1;
        }
    }
    widths.into_iter().zip(is_shown).map(|(width, is_shown)| is_shown.then_some(width)).collect()
}

/// The cell, cut where it is too wide and filled up where it is not wide enough.
fn padded(cell: &str, width: usize, keeps_end: bool) -> String {
    let cell = if cell.width() <= width {
        cell.to_owned()
    } else if keeps_end {
        beginning_of(cell.chars().rev(), width).into_iter().rev().collect()
    } else {
        let mut start: String = beginning_of(cell.chars(), width.saturating_sub(1)).into_iter().collect();
        start.push(CUT);
        start
    };
    let filling = " ".repeat(width.saturating_sub(cell.width()));
    format!("{cell}{filling}")
}

/// The first characters that are not wider than that.
fn beginning_of(characters: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    characters.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: [ColumnLimit; 4] = [
        ColumnLimit::whole(None),
        ColumnLimit { keeps_end: true, ..ColumnLimit::cut(5, 3, None) },
        ColumnLimit::cut(4, 1, None),
        ColumnLimit::whole(Some(1)),
    ];

    fn table(room: Option<usize>) -> Vec<String> {
        let rows = [["ID", "TIME", "KEY", "MODE"], ["17", "11-23 08:00", "菜单一二三四五", "plain"]];
        fitted(&rows.map(|row| row.map(str::to_owned).to_vec()), &LIMITS, room)
    }

    #[test]
    fn a_table_is_as_wide_as_it_is_and_no_wider_than_the_terminal() {
        assert_eq!(table(None)[1], "17  11-23 08:00  菜单一二三四五  plain");
        assert_eq!(table(None)[0].find("MODE"), Some(33));
        assert_eq!(table(Some(37))[1], "17  11-23 08:00  菜单一二三四…  plain");
        // The key gives way first, then the time, which keeps its end; at last a column is left out.
        assert_eq!(table(Some(24))[1], "17  3 08:00  菜…   plain");
        assert_eq!(table(Some(18))[1], "17  23 08:00  菜…");
        for room in 15..80 {
            assert!(table(Some(room)).iter().all(|line| line.width() <= room), "{room}: {:?}", table(Some(room)));
        }
    }
}
