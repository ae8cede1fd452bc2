//! From columns to facts.

use std::borrow::Cow;

use super::judge::{Meaning, judge, yes_or_no};
use super::numbers::{decade, number, year_of_date, year_of_title};
use super::{ItemTable, Told};
use crate::catalogue::raw::{Node, Raw};
use crate::network::NetworkLineProblem;
use crate::network::notes::counted;
use crate::network::sample::word;
use crate::network::texts::Texts;

/// Headers of the column that names the items, the most usual first.
const NAMES: [&str; 14] = [
    "title",
    "name",
    "itemname",
    "movietitle",
    "booktitle",
    "artistname",
    "productname",
    "trackname",
    "songtitle",
    "albumtitle",
    "productdisplayname",
    "headline",
    "label",
    "originaltitle",
];

impl ItemTable {
    /// Names the items and adds the facts of all columns.
    pub(in super::super) fn join(self, raw: &mut Raw) -> Result<(), NetworkLineProblem> {
        let named_by = self.name_column();
        let mut given = Vec::new();
        let mut left_out: Vec<(&str, &str)> = Vec::new();
        let mut any_decade = false;
        for (k, column) in self.columns.iter().enumerate() {
            if named_by == Some(k) {
                continue;
            }
            let meaning = judge(column);
            any_decade |= matches!(meaning, Meaning::Decades | Meaning::DecadesOfDates);
            if let Meaning::LeftOut(why) = meaning {
                left_out.push((&column.name, why));
                continue;
            }
            let n = self.add(raw, &column.name, &column.cells, |cell| values(&meaning, cell))?;
            let what = match &meaning {
                Meaning::Decades | Meaning::DecadesOfDates => counted(n, "decade", "decades"),
                Meaning::Ranges(ranges) => counted(ranges.len(), "range", "ranges"),
                Meaning::Flag => "yes or no".to_owned(),
                _ => counted(n, "value", "values"),
            };
            given.push(format!("`{}` ({what})", column.name));
        }
        if let Some(column) = named_by.map(|k| &self.columns[k]) {
            self.items.iter().zip(column.cells.iter()).for_each(|(&item, name)| raw.item_names.set(item, name));
            let titles = || column.cells.present();
            let n_dated = titles().filter(|title| year_of_title(title).is_some()).count();
            if !any_decade && 2 * n_dated > titles().count() {
                let of_title =
                    |title: &str| year_of_title(title).and_then(decade).map(Cow::Owned).into_iter().collect();
                let n = self.add(raw, "decade", &column.cells, of_title)?;
                given.push(format!("`decade` ({}, from the titles)", counted(n, "value", "values")));
            }
        }
        self.tell(raw, named_by, &given, &left_out);
        Ok(())
    }

    fn tell(&self, raw: &mut Raw, named_by: Option<usize>, given: &[String], left_out: &[(&str, &str)]) {
        let source = &self.source;
        let named = named_by.map(|k| format!("; `{}` names the items", self.columns[k].name)).unwrap_or_default();
        let relations = match given.len() {
            0 => "gives no relation".to_owned(),
            1 => format!("gives the relation {}", given[0]),
            _ => format!("gives the relations {}", given.join(", ")),
        };
        raw.notes.push(format!("`{source}` {relations}{named}"));
        let mut reasons: Vec<&str> = Vec::new();
        left_out.iter().for_each(|(_, why)| {
            if !reasons.contains(why) {
                reasons.push(why);
            }
        });
        for why in reasons {
            let own = left_out.iter().filter(|(_, other)| *other == why);
            let names: Vec<_> = own.map(|(name, _)| format!("`{name}`")).collect();
            raw.notes.push(format!("{} of `{source}` is left out: {why}", names.join(", ")));
        }
    }

    /// The column that names the items: by its header, and if that may mean another thing, by its values.
    fn name_column(&self) -> Option<usize> {
        let words: Vec<_> = self.columns.iter().map(|column| word(column.name.as_bytes())).collect();
        let may = |k: &usize| {
            self.columns[*k].told != Told::Vector && self.columns[*k].cells.present().any(|cell| number(cell).is_none())
        };
        let usual = NAMES.iter().filter_map(|name| words.iter().position(|word| word == name)).find(may);
        let ends =
            |end: &str| (0..words.len()).filter(|&k| words[k].ends_with(end)).filter(may).find(|&k| self.is_telling(k));
        usual.or_else(|| ends("title")).or_else(|| ends("name"))
    }

    /// Whether a column tells most items apart.
    fn is_telling(&self, column: usize) -> bool {
        let mut distinct = Texts::default();
        for cell in self.columns[column].cells.present() {
            distinct.find_or_add(cell);
        }
        2 * distinct.len() > self.items.len()
    }

    /// Adds a fact for each value of each cell; the number of distinct values.
    fn add<'a>(
        &self,
        raw: &mut Raw,
        relation: &str,
        cells: &'a super::Cells,
        values: impl Fn(&'a str) -> Vec<Cow<'a, str>>,
    ) -> Result<usize, NetworkLineProblem> {
        let number = raw.relation(relation.as_bytes())?;
        let mut known = Texts::default();
        let mut entities: Vec<u32> = Vec::new();
        for (&item, cell) in self.items.iter().zip(cells.iter()) {
            for value in values(cell) {
                let k = known.find_or_add(&value) as usize;
                if k == entities.len() {
                    let entity = raw.entities.node(format!("{relation}:{value}").as_bytes())?;
                    raw.entity_names.set(entity, &value);
                    entities.push(entity);
                }
                raw.facts.push((Node::Item(item), number, Node::Entity(entities[k])));
            }
        }
        Ok(entities.len())
    }
}

/// The values of a cell.
fn values<'a>(meaning: &Meaning, cell: &'a str) -> Vec<Cow<'a, str>> {
    if cell.is_empty() {
        return Vec::new();
    }
    let value = match meaning {
        Meaning::Words(split) => return split.parts(cell),
        Meaning::Numbers => number(cell).map(|number| number.to_string()),
        Meaning::Decades => number(cell).and_then(decade),
        Meaning::DecadesOfDates => year_of_date(cell).and_then(decade),
        Meaning::Ranges(ranges) => number(cell).map(|number| ranges.label(number).to_owned()),
        Meaning::Flag => yes_or_no(cell).filter(|yes| *yes).map(|_| "yes".to_owned()),
        Meaning::LeftOut(_) => None,
    };
    value.map(Cow::Owned).into_iter().collect()
}
