//! RecBole's atomic files: tables with typed headers (`user_id:token`), columns between tabs, no quotes.
//!
//! `.inter` holds interactions, or `.train.inter`, `.valid.inter` and `.test.inter` hold those of the parts. The columns
//! of `.item` become relations by their types: a `token` is one word or number, a `token_seq` several between blanks, a
//! `float` a number, a `float_seq` says nothing by itself. `.kg` holds facts; where there is a `.link`, it alone tells
//! which entities are items. `.user` is not used, as facts are about items.

use super::attributes::{ItemColumn, ItemTable, Told};
use super::graph::Links;
use super::not_in_format;
use super::options::Format;
use super::place::{Place, plain};
use super::problem::CatalogueProblem;
use super::raw::{Part, Raw, Taken};
use crate::DataError;
use crate::network::columns::{Columns, Delimiter, number, text};
use crate::network::notes::counted;
use crate::network::terms::INTERACTIONS;
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::network::{Column, NetworkLineProblem, NetworkProblem};
use crate::shown::shown;

const TABS: Delimiter = Delimiter::Exact(b"\t");

/// Endings of atomic files.
const ENDINGS: [&str; 6] = [".inter", ".item", ".user", ".kg", ".link", ".net"];

/// Endings of the interactions of a part, before `.inter`.
const PARTS: [(&str, Part); 3] = [(".train", Part::Train), (".valid", Part::Valid), (".test", Part::Test)];

/// The name of the data set that an atomic file belongs to.
pub(super) fn stem(name: &str) -> Option<&str> {
    let plain = plain(name);
    let stem = ENDINGS.iter().find_map(|ending| plain.strip_suffix(ending))?;
    Some(PARTS.iter().find_map(|(ending, _)| stem.strip_suffix(ending)).unwrap_or(stem))
}

pub(super) fn read(raw: &mut Raw, place: &Place) -> Result<(), DataError> {
    let logs: Vec<_> = place.ending_in("inter").collect();
    let Some(first) = logs.first() else { return Err(not_in_format(place, Format::RecBole)) };
    let name = stem(&first.name()).unwrap_or_default().to_owned();
    if let Some(other) = logs.iter().find(|input| stem(&input.name()) != Some(&name)) {
        let (first, second) = (first.name(), other.name());
        return Err(DataError::catalogue(&place.path, CatalogueProblem::SeveralTables { first, second }));
    }
    raw.name.clone_from(&name);
    for input in &logs {
        let own = input.name();
        let stem = plain(&own).trim_end_matches(".inter");
        let part = PARTS.iter().find(|(ending, _)| stem.ends_with(ending)).map_or(Part::Train, |&(_, part)| part);
        read_log(raw, input, part)?;
    }
    let beside = |ending: &str| place.find(&format!("{name}{ending}"));
    if let Some(input) = beside(".item") {
        read_items(raw, input)?;
    }
    if let Some(input) = beside(".link") {
        read_links(raw, input)?;
    }
    if let Some(input) = beside(".kg") {
        read_facts(raw, input)?;
    }
    if let Some(input) = beside(".user") {
        raw.notes.push(format!("`{}` is not used: facts are about items", input.name()));
    }
    Ok(())
}

/// The columns of an atomic file.
struct Head<'a> {
    input: &'a Input,
    names: Vec<String>,
    types: Vec<String>,
}

impl<'a> Head<'a> {
    /// Opens a file and reads its header.
    fn open(input: &'a Input) -> Result<(Self, TextFile<'a>), DataError> {
        let file = TextFile::open(input)?.without_comments();
        let mut head = Self { input, names: Vec::new(), types: Vec::new() };
        if let Some(&(line, first)) = file.sample().first() {
            let wrong = || NetworkLineProblem::Unexpected {
                expected: "names and types of columns between tabs, such as `user_id:token`",
                text: shown(first),
                hint: "the types are token, token_seq, float and float_seq",
            };
            let mut columns = Columns::default();
            columns.split(first, TABS).unwrap_or_else(|_| unreachable!("without quotes nothing can be wrong"));
            for column in columns.all(first) {
                let typed = text(&column).ok().and_then(|column| column.split_once(':'));
                let (name, own) = typed.ok_or_else(|| DataError::network_line(&input.path, line, wrong()))?;
                if name.is_empty() || !["token", "token_seq", "float", "float_seq"].contains(&own) {
                    return Err(DataError::network_line(&input.path, line, wrong()));
                }
                head.names.push(name.to_owned());
                head.types.push(own.to_owned());
            }
        }
        Ok((head, file))
    }

    /// The column of a kind, by its usual names.
    fn find(&self, wanted: Column) -> Option<usize> {
        let (_, usual) = INTERACTIONS.headers.iter().find(|(column, _)| *column == wanted)?;
        let words: Vec<_> = self.names.iter().map(|name| INTERACTIONS.header_word(name.as_bytes())).collect();
        usual.iter().find_map(|name| words.iter().position(|word| word == name))
    }

    fn lacks(&self, role: &'static str) -> DataError {
        let problem = NetworkLineProblem::HeaderLacks { role, text: shown(self.names.join(" ").as_bytes()) };
        DataError::network_line(&self.input.path, 1, problem)
    }

    /// Whether a line has the columns of the header.
    fn check(&self, columns: &Columns, line: &[u8]) -> Result<(), NetworkLineProblem> {
        let n = self.names.len();
        if columns.len() == n {
            return Ok(());
        }
        let expected = format!("{} as in the header", counted(n, "column", "columns"));
        Err(NetworkLineProblem::Columns { expected, found: columns.len(), text: shown(line) })
    }
}

fn read_log(raw: &mut Raw, input: &Input, part: Part) -> Result<(), DataError> {
    let (head, mut file) = Head::open(input)?;
    if head.names.is_empty() {
        return Ok(());
    }
    let user = head.find(Column::Source).ok_or_else(|| head.lacks("user"))?;
    let item = head.find(Column::Target).ok_or_else(|| head.lacks("item"))?;
    let [rating, time] = [Column::Weight, Column::Time].map(|column| head.find(column));
    if raw.ratings.min.is_some() && rating.is_none() {
        return Err(DataError::network(file.path, NetworkProblem::NoRatings));
    }
    raw.item_header = Some(head.names[item].clone());
    let time = time.filter(|_| raw.keeps_times());
    file.for_each(TABS, true, |_, line, columns| {
        head.check(columns, line)?;
        let finite = |at: usize| number(&columns.get(line, at)).filter(|number| number.is_finite());
        let found = |at: usize| shown(&columns.get(line, at));
        let rating = rating.map(|at| finite(at).ok_or_else(|| NetworkLineProblem::NotARating { found: found(at) }));
        let time = time.map(|at| finite(at).ok_or_else(|| NetworkLineProblem::NotATime { found: found(at) }));
        let (user, item) = (columns.get(line, user), columns.get(line, item));
        raw.take(part, Taken { user: &user, item: &item, rating: rating.transpose()?, time: time.transpose()? })
    })
}

fn read_items(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let (head, mut file) = Head::open(input)?;
    if head.names.is_empty() {
        return Ok(());
    }
    let own = head.names.iter().position(|name| Some(name) == raw.item_header.as_ref());
    let at = own.or_else(|| head.find(Column::Target)).ok_or_else(|| head.lacks("item"))?;
    let rest = || (0..head.names.len()).filter(|&column| column != at);
    let told = |k: usize| match head.types[k].as_str() {
        "token_seq" => Told::Words,
        "float_seq" => Told::Vector,
        _ => Told::Single,
    };
    let columns = rest().map(|k| ItemColumn::new(head.names[k].clone(), told(k))).collect();
    let mut table = ItemTable { source: input.name(), items: Vec::new(), columns };
    file.for_each(TABS, true, |_, line, columns| {
        head.check(columns, line)?;
        let id = columns.get(line, at);
        if id.is_empty() {
            return Err(NetworkLineProblem::Empty { what: "item" });
        }
        table.items.push(raw.items.node(&id)?);
        for (column, k) in table.columns.iter_mut().zip(rest()) {
            column.cells.push(text(&columns.get(line, k))?);
        }
        Ok(())
    })?;
    table.join(raw).map_err(|problem| DataError::network_line(&input.path, 1, problem))
}

fn read_links(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let (head, mut file) = Head::open(input)?;
    raw.by_links = true;
    let [item, entity] = [&["item_id", "item"][..], &["entity_id", "entity"]]
        .map(|names| head.names.iter().position(|name| names.contains(&name.as_str())));
    let item = item.or_else(|| head.find(Column::Target)).ok_or_else(|| head.lacks("item"))?;
    let entity = entity.ok_or_else(|| head.lacks("entity"))?;
    let mut links = Links::default();
    file.for_each(TABS, true, |_, line, columns| {
        head.check(columns, line)?;
        links.push(raw, &columns.get(line, item), &columns.get(line, entity))
    })?;
    links.finish(raw, input)
}

fn read_facts(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let (head, mut file) = Head::open(input)?;
    let place = |name: &str| head.names.iter().position(|own| own.trim_end_matches("_id") == name);
    let at = [("head", "head"), ("relation", "relation"), ("tail", "tail")];
    let [from, relation, to] = at.map(|(name, role)| place(name).ok_or(role));
    let [from, relation, to] = [from, relation, to]
        .map(|at| at.map_err(|role| head.lacks(role)))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?[..]
    else {
        unreachable!("three columns were looked for")
    };
    file.for_each(TABS, true, |_, line, columns| {
        head.check(columns, line)?;
        let [from, relation, to] = [from, relation, to].map(|at| columns.get(line, at));
        let fact = (raw.node(&from, "head")?, raw.relation(&relation)?, raw.node(&to, "tail")?);
        raw.facts.push(fact);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn atomic_files_of_a_data_set_share_a_stem() {
        let stems = ["ml-100k.inter", "ml-100k.train.inter", "ml-100k.kg.gz", "ml.item"].map(stem);
        assert_eq!(stems, [Some("ml-100k"), Some("ml-100k"), Some("ml-100k"), Some("ml")]);
        assert_eq!(["inter", "a.csv", "a.inter.bak"].map(stem), [None; 3]);
    }
}
