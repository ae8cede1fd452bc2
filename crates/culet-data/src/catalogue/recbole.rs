//! RecBole's atomic files: tables with typed headers (`user_id:token`), columns between tabs, no quotes.
//!
//! `.inter` holds interactions, or `.train.inter`, `.valid.inter` and `.test.inter` hold those of the parts. The columns
//! of `.item` become relations by their types: a `token` is one word or number, a `token_seq` several between blanks, a
//! `float` a number, a `float_seq` says nothing by itself. `.kg` holds facts; where there is a `.link`, it alone tells
//! which entities are items. `.user` gives the users' names, if it holds any; no model learns from what else is known of
//! them.

use super::attributes::{ItemColumn, ItemTable, Told};
use super::graph::Links;
use super::not_in_format;
use super::options::Format;
use super::place::{Place, plain};
use super::problem::CatalogueProblem;
use super::raw::{Part, Raw, Taken};
use super::table::rating_of;
use crate::DataError;
use crate::network::columns::{Columns, Delimiter, text};
use crate::network::notes::counted;
use crate::network::sample::word;
use crate::network::terms::INTERACTIONS;
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::network::{Column, NetworkLineProblem};
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
        read_users(raw, input)?;
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
        Err(NetworkLineProblem::Width { expected, found: columns.len(), text: shown(line) })
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
        let problem = CatalogueProblem::Lacks { what: "ratings", columns: None };
        return Err(DataError::catalogue(file.path, problem));
    }
    raw.user_header = Some(head.names[user].clone());
    raw.item_header = Some(head.names[item].clone());
    let time = time.filter(|_| raw.keeps_times());
    file.for_each(TABS, true, |_, line, columns| {
        head.check(columns, line)?;
        let (user, item) = (columns.get(line, user), columns.get(line, item));
        if raw.leaves_out([(&user, "user"), (&item, "item")])? {
            return Ok(());
        }
        let rating = rating.map(|at| rating_of(&columns.get(line, at), || None));
        let time = time.map(|at| raw.time(&columns.get(line, at)));
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
        if raw.leaves_out([(&id, "item")])? {
            return Ok(());
        }
        table.items.push(raw.items.node(&id)?);
        for (column, k) in table.columns.iter_mut().zip(rest()) {
            column.cells.push(text(&columns.get(line, k))?);
        }
        Ok(())
    })?;
    table.join(raw).map_err(|problem| DataError::network_line(&input.path, 1, problem))
}

/// Columns that name a user.
const USER_NAMES: [&str; 5] = ["name", "username", "fullname", "nickname", "screenname"];

/// Reads what is known of the users, of which only names are used.
fn read_users(raw: &mut Raw, input: &Input) -> Result<(), DataError> {
    let (head, mut file) = Head::open(input)?;
    if head.names.is_empty() {
        return Ok(());
    }
    let own = head.names.iter().position(|name| Some(name) == raw.user_header.as_ref());
    let at = own.or_else(|| head.find(Column::Source)).ok_or_else(|| head.lacks("user"))?;
    let name =
        (0..head.names.len()).find(|&k| k != at && USER_NAMES.contains(&word(head.names[k].as_bytes()).as_str()));
    let mut n_users = 0;
    file.for_each(TABS, true, |_, line, columns| {
        head.check(columns, line)?;
        let id = columns.get(line, at);
        if raw.leaves_out([(&id, "user")])? {
            return Ok(());
        }
        n_users += 1;
        if let (Some(k), Some(user)) = (name, raw.users.find(&id)) {
            raw.user_names.set(user, text(&columns.get(line, k))?);
        }
        Ok(())
    })?;
    let rest: Vec<_> = (0..head.names.len()).filter(|&k| k != at && name != Some(k)).collect();
    let rest: Vec<_> = rest.into_iter().map(|k| format!("`{}`", head.names[k])).collect();
    let users = counted(n_users, "user", "users");
    let file = input.name();
    let named = name.map(|k| format!("`{file}` names users by `{}`", head.names[k]));
    let left = format!("holds {} of {users}: no model learns from what is known of users", rest.join(", "));
    raw.notes.extend(match (named, rest.is_empty()) {
        (Some(named), true) => Some(named),
        (Some(named), false) => Some(format!("{named}; it also {left}")),
        (None, false) => Some(format!("`{file}` {left}")),
        (None, true) => None,
    });
    Ok(())
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
        if raw.leaves_out([(&from, "head"), (&relation, "relation"), (&to, "tail")])? {
            return Ok(());
        }
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
