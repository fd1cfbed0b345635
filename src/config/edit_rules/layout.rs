//! The layout of the rules in the file: the places of their tables, and the text around them.

use toml_edit::{ArrayOfTables, DocumentMut, Item, RawString, Table};

/// The places of the rules' tables, with the text that belongs to the place and not to the rule.
pub(super) struct Layout {
    /// One for each table that was there.
    places: Vec<Place>,
    /// The text at the head of the file that is not about its first table; `None` where that table is no rule.
    heading: Option<String>,
    /// The file holds nothing else.
    alone: bool,
}

/// A place for one table.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// In the document; tables of the same one stand in the order of the array.
    position: Option<isize>,
    /// The line ends above the table, and above its comment.
    gap: String,
}

impl Layout {
    /// Of a document that the rules have been taken out of.
    pub(super) fn of(document: &DocumentMut, tables: &ArrayOfTables) -> Self {
        let place = |table: &Table| {
            let above = prefix(table);
            let blank = above.len() - above.trim_start_matches(LINE_ENDS).len();
            Place { position: table.position(), gap: above.get(..blank).unwrap_or_default().to_owned() }
        };
        let lowest = lowest_position(document.as_table());
        let heads = |table: &&Table| {
            let first = lowest.is_none_or(|lowest| table.position() < Some(lowest));
            document.as_table().get_values().is_empty() && first && table.position().is_some()
        };
        let heading = tables.iter().next().filter(heads).map(|table| {
            let above = prefix(table);
            let blank_line = |blank: &str| above.rfind(blank).map(|at| at + blank.len());
            let parted = ["\n\n", "\n\r\n"].into_iter().filter_map(blank_line).max().unwrap_or(0);
            above.get(..parted).unwrap_or_default().to_owned()
        });
        Self { places: tables.iter().map(place).collect(), heading, alone: document.is_empty() }
    }

    /// Returns the place of each rule: the old rules share their places in the new order, and a new one stands behind the
    /// rule before it.
    pub(super) fn places(&self, origins: &[Option<usize>]) -> Vec<Place> {
        let mut kept: Vec<usize> = origins.iter().copied().flatten().collect();
        kept.sort_unstable();
        let mut kept = kept.into_iter().peekable();
        let mut position = kept
            .peek()
            .and_then(|first| self.places.get(*first))
            .or(self.places.first())
            .and_then(|first| first.position);
        let mut places = Vec::with_capacity(origins.len());
        for (index, origin) in origins.iter().enumerate() {
            let slot = origin.and_then(|_| kept.next());
            // Above the first place there may be no blank line, where the file or a section begins with it.
            let slot_gap = |slot: usize| self.places.get(slot).map(|place| place.gap.clone());
            let gap = match slot {
                Some(slot) if slot > 0 || index == 0 => slot_gap(slot),
                None if index == 0 => slot_gap(0).or_else(|| self.alone.then(String::new)),
                _ => None,
            };
            position = slot.and_then(|slot| self.places.get(slot)).map_or(position, |place| place.position);
            places.push(Place { position, gap: gap.unwrap_or_else(|| "\n".to_owned()) });
        }
        places
    }

    /// Puts a table at a place, with its own comment.
    pub(super) fn put(&self, table: &mut Table, place: &Place) {
        let above = format!("{}{}", place.gap, self.own_comment(&prefix(table)));
        table.decor_mut().set_prefix(above);
        set_position(table, place.position);
    }

    /// Of what stands above a table, what is about it: neither blank lines nor the heading of the file.
    fn own_comment<'t>(&self, above: &'t str) -> &'t str {
        let heading = self.heading.as_deref().filter(|heading| !heading.trim().is_empty());
        heading.and_then(|heading| above.strip_prefix(heading)).unwrap_or(above).trim_start_matches(LINE_ENDS)
    }

    /// Puts the heading above whatever comes first now.
    pub(super) fn restore_heading(&self, document: &mut DocumentMut) {
        let Some(heading) = &self.heading else { return };
        let lowest = lowest_position(document.as_table());
        if let Some(first) = lowest.and_then(|lowest| table_at(document.as_table_mut(), lowest)) {
            let above = prefix(first);
            first.decor_mut().set_prefix(format!("{heading}{}", above.trim_start_matches(LINE_ENDS)));
        } else {
            let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{heading}{trailing}"));
        }
    }
}

/// The characters of blank lines.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The text above the table's header.
fn prefix(table: &Table) -> String {
    table.decor().prefix().and_then(RawString::as_str).unwrap_or_default().to_owned()
}

/// The tables right inside a table.
fn inner_tables(table: &Table) -> impl Iterator<Item = &Table> {
    table.iter().flat_map(|(_, item)| {
        let one = item.as_table().into_iter();
        one.chain(item.as_array_of_tables().into_iter().flat_map(ArrayOfTables::iter))
    })
}

/// The same, to be changed.
fn inner_tables_mut(table: &mut Table) -> impl Iterator<Item = &mut Table> {
    table.iter_mut().flat_map(|(_, item)| -> Box<dyn Iterator<Item = &mut Table>> {
        match item {
            Item::Table(table) => Box::new(std::iter::once(table)),
            Item::ArrayOfTables(tables) => Box::new(tables.iter_mut()),
            _ => Box::new(std::iter::empty()),
        }
    })
}

/// The place of the first table that is written out.
fn lowest_position(table: &Table) -> Option<isize> {
    inner_tables(table).filter_map(|inner| inner.position().into_iter().chain(lowest_position(inner)).min()).min()
}

/// The first table at that place.
fn table_at(table: &mut Table, position: isize) -> Option<&mut Table> {
    inner_tables_mut(table)
        .find_map(|inner| if inner.position() == Some(position) { Some(inner) } else { table_at(inner, position) })
}

/// Moves a table and those inside it, which are written in the order in which they stand.
fn set_position(table: &mut Table, position: Option<isize>) {
    table.set_position(position);
    inner_tables_mut(table).for_each(|inner| set_position(inner, position));
}
