//! N-Triples: `<subject> <predicate> <object> .` a line.
//!
//! Resources go by their address; a predicate is shown by what stands behind its last `/` or `#`. A literal names its
//! subject if the predicate is `label`, `name` or `title`; other literals are left out, as they lead to nothing.

use std::borrow::Cow;

use super::graph::Known;
use super::raw::{Node, Raw};
use crate::DataError;
use crate::network::NetworkLineProblem;
use crate::network::columns::{Delimiter, text};
use crate::network::notes::counted;
use crate::network::text_file::TextFile;
use crate::network::unpack::Input;
use crate::shown::shown;

/// A line has one column.
const WHOLE: Delimiter = Delimiter::Exact(b"\n");

/// Predicates of names.
const NAMES: [&str; 4] = ["label", "name", "title", "prefLabel"];

/// Whether a file holds N-Triples, by its ending or the look of its first line.
pub(super) fn is_like(input: &Input) -> Result<bool, DataError> {
    let name = input.name().to_ascii_lowercase();
    if name.trim_end_matches(".gz").trim_end_matches(".zst").ends_with(".nt") {
        return Ok(true);
    }
    let file = TextFile::open(input)?;
    Ok(file.sample().first().is_some_and(|(_, line)| {
        let line = line.trim_ascii();
        (line.starts_with(b"<") || line.starts_with(b"_:")) && line.ends_with(b".") && parse(line).is_ok()
    }))
}

pub(super) fn read(raw: &mut Raw, input: &Input, known: &mut Known) -> Result<(), DataError> {
    let mut file = TextFile::open(input)?;
    let (mut n_literals, mut n_names) = (0, 0);
    file.for_each(WHOLE, false, |_, line, _| {
        let Statement { subject, predicate, object } = parse(line.trim_ascii())?;
        match object {
            Object::Resource(object) => {
                known.look(raw, [subject.as_bytes(), object.as_bytes()]);
                let number = raw.relation(predicate.as_bytes())?;
                if local_name(predicate) != predicate {
                    raw.relation_names.set(number, local_name(predicate));
                }
                let fact = (raw.node(subject.as_bytes(), "head")?, number, raw.node(object.as_bytes(), "tail")?);
                raw.facts.push(fact);
            }
            Object::Literal(name) if NAMES.contains(&local_name(predicate)) => {
                known.look(raw, [subject.as_bytes(); 2]);
                n_names += 1;
                match raw.node(subject.as_bytes(), "head")? {
                    Node::Item(item) => raw.item_names.set(item, &name),
                    Node::Entity(entity) => raw.entity_names.set(entity, &name),
                }
            }
            Object::Literal(_) => n_literals += 1,
        }
        Ok(())
    })?;
    if n_names > 0 {
        raw.notes.push(format!("`{}` holds {} of resources", input.name(), counted(n_names, "name", "names")));
    }
    if n_literals > 0 {
        let facts = counted(n_literals, "fact leads to a literal", "facts lead to literals");
        raw.notes.push(format!("of `{}` {facts}, left out", input.name()));
    }
    Ok(())
}

struct Statement<'a> {
    subject: &'a str,
    predicate: &'a str,
    object: Object<'a>,
}

enum Object<'a> {
    Resource(&'a str),
    Literal(Cow<'a, str>),
}

fn parse(line: &[u8]) -> Result<Statement<'_>, NetworkLineProblem> {
    let whole = text(line)?;
    let wrong = || NetworkLineProblem::Unexpected {
        expected: "`<subject> <predicate> <object> .`",
        text: shown(line),
        hint: "write each fact in a line of N-Triples, or as a table of head, relation and tail",
    };
    let (subject, rest) = resource(whole).ok_or_else(wrong)?;
    let (predicate, rest) = resource(rest.trim_start()).ok_or_else(wrong)?;
    let rest = rest.trim_start();
    let (object, rest) = match resource(rest) {
        Some((object, rest)) => (Object::Resource(object), rest),
        None => literal(rest).map(|(object, rest)| (Object::Literal(object), rest)).ok_or_else(wrong)?,
    };
    let rest = rest.trim_start().strip_prefix('.').ok_or_else(wrong)?.trim_start();
    if !rest.is_empty() && !rest.starts_with('#') {
        return Err(wrong());
    }
    Ok(Statement { subject, predicate, object })
}

/// `<address>` or `_:name`, and what follows.
fn resource(text: &str) -> Option<(&str, &str)> {
    if let Some(inside) = text.strip_prefix('<') {
        let (address, rest) = inside.split_once('>')?;
        return (!address.is_empty() && !address.contains([' ', '<', '"'])).then_some((address, rest));
    }
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    (text.starts_with("_:") && end > 2).then(|| text.split_at(end))
}

/// `"text"`, perhaps with a language or a type, and what follows.
fn literal(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    let (value, rest) = (&inside[..end], &inside[end + 1..]);
    let rest = match (rest.strip_prefix("^^"), rest.strip_prefix('@')) {
        (Some(kind), _) => resource(kind)?.1,
        (None, Some(language)) => &language[language.find([' ', '\t', '.']).unwrap_or(language.len())..],
        (None, None) => rest,
    };
    Some((if value.contains('\\') { Cow::Owned(unescaped(value)?) } else { Cow::Borrowed(value) }, rest))
}

fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        plain.push(match letters.next()? {
            't' | 'n' | 'r' | 'b' | 'f' => ' ',
            'u' => code_point(&mut letters, 4)?,
            'U' => code_point(&mut letters, 8)?,
            own => own,
        });
    }
    Some(plain)
}

fn code_point(letters: &mut std::str::Chars<'_>, n_digits: usize) -> Option<char> {
    let digits: String = letters.by_ref().take(n_digits).collect();
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
}

/// What stands behind the last `/` or `#`.
fn local_name(address: &str) -> &str {
    let name = address.rsplit(['/', '#']).next().unwrap_or(address);
    if name.is_empty() { address } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_have_resources_and_literals() {
        let told = |line: &str| {
            let Statement { subject, predicate, object } = parse(line.as_bytes()).ok()?;
            let object = match object {
                Object::Resource(object) => format!("<{object}>"),
                Object::Literal(object) => format!("{object:?}"),
            };
            Some(format!("{subject} {predicate} {object}"))
        };
        assert_eq!(told("<a> <b> <c> .").unwrap(), "a b <c>");
        assert_eq!(told("_:x\t<b>\t_:y . # why").unwrap(), "_:x b <_:y>");
        assert_eq!(told(r#"<a> <b> "say \"hi\" \u00fc"@en ."#).unwrap(), r#"a b "say \"hi\" ü""#);
        assert_eq!(told(r#"<a> <b> "1"^^<http://int> ."#).unwrap(), r#"a b "1""#);
        for wrong in
            ["", "<a> <b> .", "<a> <b> <c>", "a b c .", "<a> <b> \"c .", "<a> <b> <c> . x", r#"<a> <b> "\ud800" ."#]
        {
            assert_eq!(told(wrong), None, "{wrong}");
        }
        assert_eq!(["http://x/y#z", "http://x/y", "http://x/"].map(local_name), ["z", "y", "http://x/"]);
    }
}
