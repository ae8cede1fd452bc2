//! What a column means, by its header and its values.

use super::cells::Cells;
use super::lists::{Split, bracketed};
use super::numbers::{Ranges, decade, number, year_of_date};
use super::{ItemColumn, Told};
use crate::network::sample::word;
use crate::network::texts::Texts;

/// Up to so many distinct numbers are words.
const FEW_NUMBERS: usize = 12;
/// Columns with fewer values are too short to tell a free text by.
const ENOUGH: usize = 10;
/// Of so many values that most are other than the rest, the column is called one of these.
const MOSTLY: f64 = 0.95;

/// What a column becomes.
#[derive(Debug, PartialEq)]
pub(super) enum Meaning {
    /// A relation to each part of each value.
    Words(Split),
    /// A relation to each number, as a number is written.
    Numbers,
    Decades,
    /// As [`Meaning::Decades`], by dates.
    DecadesOfDates,
    Ranges(Ranges),
    /// A relation of the items with a yes.
    Flag,
    LeftOut(&'static str),
}

/// Tells what a column means that does not name the items.
pub(super) fn judge(column: &ItemColumn) -> Meaning {
    let n = column.cells.present().count();
    if n == 0 {
        return Meaning::LeftOut("it is empty");
    }
    match column.told {
        Told::Vector => Meaning::LeftOut("it holds vectors"),
        Told::Words => words(&column.cells, Split::At(' ')),
        Told::Nothing | Told::Single => {
            if let Some(meaning) = flag(&column.cells) {
                return meaning;
            }
            let share =
                |wanted: fn(&str) -> bool| column.cells.present().filter(|cell| wanted(cell)).count() as f64 / n as f64;
            let numeric = share(|cell| number(cell).is_some());
            if numeric >= if is_year(&column.name) { 0.5 } else { MOSTLY } {
                return numbers(column);
            }
            if share(|cell| year_of_date(cell).is_some()) >= MOSTLY {
                return Meaning::DecadesOfDates;
            }
            let split = if column.told == Told::Nothing { split(&column.cells, n) } else { Split::Whole };
            words(&column.cells, split)
        }
    }
}

/// The value of a yes-or-no cell.
pub(super) fn yes_or_no(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" => Some(true),
        "0" | "0.0" | "false" | "f" | "no" | "n" => Some(false),
        _ => None,
    }
}

fn flag(cells: &Cells) -> Option<Meaning> {
    let (mut n_yes, mut n_no) = (0, 0);
    for cell in cells.present() {
        match yes_or_no(cell)? {
            true => n_yes += 1,
            false => n_no += 1,
        }
    }
    // A column of nothing but 1 tells of a number of things, or of nothing.
    (n_no > 0).then_some(if n_yes > 0 { Meaning::Flag } else { Meaning::LeftOut("it is no for all items") })
}

fn numbers(column: &ItemColumn) -> Meaning {
    let mut values: Vec<f64> = column.cells.present().filter_map(number).collect();
    let all_years = values.iter().all(|year| (1900.0..=2100.0).contains(year) && year.fract() == 0.0);
    if is_year(&column.name) && values.iter().any(|&year| decade(year).is_some()) {
        return Meaning::Decades;
    }
    let n = values.len();
    let mut distinct = values.clone();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup();
    let n_distinct = distinct.len();
    match n_distinct {
        1 if n > 1 => Meaning::LeftOut("it is the same for all items"),
        _ if is_id(&column.name) && n >= ENOUGH && n_distinct as f64 >= 0.9 * n as f64 => {
            Meaning::LeftOut("it holds ids, and nearly every item has one of its own")
        }
        _ if is_id(&column.name) || n_distinct <= FEW_NUMBERS => Meaning::Numbers,
        _ if all_years => Meaning::Decades,
        _ => Meaning::Ranges(Ranges::of(std::mem::take(&mut values))),
    }
}

fn is_year(name: &str) -> bool {
    word(name.as_bytes()).contains("year")
}

/// Whether a column is called an id: `brand_id`, `tmdbId`, `ID`.
fn is_id(name: &str) -> bool {
    let rest = ["Id", "ID"].iter().find_map(|end| name.strip_suffix(end));
    let lower = name.strip_suffix("id").filter(|rest| rest.is_empty() || rest.ends_with(['_', '-', ' ', '.']));
    lower.is_some() || rest.is_some_and(|rest| !rest.ends_with(|letter: char| letter.is_uppercase()))
}

/// How the cells are lists, if they are.
fn split(cells: &Cells, n: usize) -> Split {
    if cells.present().filter(|cell| bracketed(cell).is_some()).count() as f64 >= MOSTLY * n as f64 {
        return Split::Brackets;
    }
    let whole = Counts::of(cells, Split::Whole);
    let lists = |letter: char| {
        let counts = Counts::of(cells, Split::At(letter));
        (counts.n_parts > whole.n_parts).then_some(counts)
    };
    if lists('|').is_some() {
        return Split::At('|');
    }
    // Semicolons and commas stand in texts, too: what is a list has short parts that recur in other lists.
    let recurs = |counts: &Counts| counts.n_distinct <= whole.n_distinct || counts.mean_use() >= 2.0 * whole.mean_use();
    let short = |counts: &Counts| counts.mean_length() <= 40.0;
    [';', ',']
        .into_iter()
        .find(|&letter| lists(letter).is_some_and(|counts| short(&counts) && recurs(&counts)))
        .map_or(Split::Whole, Split::At)
}

/// Parts of cells, counted.
struct Counts {
    n_parts: usize,
    n_distinct: usize,
    n_bytes: usize,
}

impl Counts {
    fn of(cells: &Cells, split: Split) -> Self {
        let mut distinct = Texts::default();
        let (mut n_parts, mut n_bytes) = (0, 0);
        for cell in cells.present() {
            for part in split.parts(cell) {
                n_parts += 1;
                n_bytes += part.len();
                distinct.find_or_add(&part);
            }
        }
        Self { n_parts, n_distinct: distinct.len(), n_bytes }
    }

    fn mean_use(&self) -> f64 {
        self.n_parts as f64 / self.n_distinct.max(1) as f64
    }

    fn mean_length(&self) -> f64 {
        self.n_bytes as f64 / self.n_parts.max(1) as f64
    }
}

fn words(cells: &Cells, split: Split) -> Meaning {
    let n = cells.present().count();
    let counts = Counts::of(cells, split);
    let share = counts.n_distinct as f64 / counts.n_parts.max(1) as f64;
    let is_free = counts.n_parts >= ENOUGH && (share >= 0.9 || (share >= 0.5 && counts.mean_length() >= 60.0));
    match counts.n_distinct {
        _ if is_free => Meaning::LeftOut("nearly every item has a value of its own"),
        0 => Meaning::LeftOut("it is empty"),
        1 if n > 1 => Meaning::LeftOut("it is the same for all items"),
        _ => Meaning::Words(split),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, cells: &[&str]) -> Meaning {
        let mut column = ItemColumn::new(name.to_owned(), Told::Nothing);
        cells.iter().for_each(|cell| column.cells.push(cell));
        judge(&column)
    }

    #[test]
    fn lists_are_told_by_what_separates_their_parts() {
        let at = |letter| Meaning::Words(Split::At(letter));
        assert_eq!(told("genres", &["Action|Comedy", "Comedy", "Drama"]), at('|'));
        assert_eq!(told("tags", &["a;b", "b;c", "c;a"]), at(';'));
        assert_eq!(told("stars", &["Ann, Bob", "Bob", "Ann", "Bob, Ann"]), at(','));
        assert_eq!(told("tags", &["['a', 'b']", "[\"b\"]", "[]"]), Meaning::Words(Split::Brackets));
        let whole = Meaning::Words(Split::Whole);
        assert_eq!(told("city", &["Rome, Italy", "Oslo, Norway", "Rome, Italy"]), whole);
        assert_eq!(told("author", &["Le Guin, Ursula", "Lem, Stanislaw"]), whole);
    }

    #[test]
    fn numbers_become_words_ranges_or_decades() {
        let numbers = |n: u32| (0..n).map(|k| (k * k).to_string()).collect::<Vec<_>>();
        let told_of = |name: &str, n: u32| {
            let cells = numbers(n);
            told(name, &cells.iter().map(String::as_str).collect::<Vec<_>>())
        };
        assert_eq!(told_of("price", 12), Meaning::Numbers);
        assert!(matches!(told_of("price", 13), Meaning::Ranges(ranges) if ranges.len() == 2));
        assert!(matches!(told_of("tmdbId", 30), Meaning::LeftOut(why) if why.contains("ids")));
        assert_eq!(told("brand_id", &["7", "7", "9"]), Meaning::Numbers);
        assert_eq!(told("year", &["1995", "0", "2001"]), Meaning::Decades);
        assert_eq!(told("released", &["1995-01-02", "2001-07-30"]), Meaning::DecadesOfDates);
        assert_eq!(told("Action", &["0", "1", "0"]), Meaning::Flag);
        assert_eq!(told("in print", &["yes", "No"]), Meaning::Flag);
    }

    #[test]
    fn what_no_items_share_is_left_out() {
        let texts: Vec<_> = (0..20).map(|k| format!("a story about the number {k}")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        assert_eq!(told("plot", &texts), Meaning::LeftOut("nearly every item has a value of its own"));
        assert_eq!(told("plot", &texts[..9]), Meaning::Words(Split::Whole), "too few to tell");
        assert_eq!(told("shop", &["x", "x"]), Meaning::LeftOut("it is the same for all items"));
        assert_eq!(told("shop", &["5", "5"]), Meaning::LeftOut("it is the same for all items"));
        assert_eq!(told("shop", &["", "NaN"]), Meaning::LeftOut("it is empty"));
        assert_eq!(told("shop", &["no", "no"]), Meaning::LeftOut("it is no for all items"));
    }

    #[test]
    fn ids_are_told_by_their_header() {
        assert!(["id", "ID", "tmdbId", "brand_id", "movieID"].iter().all(|name| is_id(name)));
        assert!(!["grid", "paid", "valid", "width", "UID_x"].iter().any(|name| is_id(name)));
    }
}
