//! The links and anchors of a Markdown file, as GitHub reads them.

use std::collections::{HashMap, HashSet};

/// A target as it is written, with its line counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) line: usize,
    pub(crate) target: String,
}

/// All links and pictures: `[a](b)`, `[a]: b`, `<a href="b">`, `<img src="b">`. Code is left out.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let lines = prose_lines(text).map(|(number, line)| (number, without_inline_code(line)));
    lines
        .flat_map(|(line, prose)| {
            let targets: Vec<String> = targets(&prose).map(str::to_owned).collect();
            targets.into_iter().map(move |target| Link { line, target })
        })
        .collect()
}

/// What a link may name after `#`: the slugs of the headings and the ids written in HTML.
pub(crate) fn anchors(text: &str) -> HashSet<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut anchors = HashSet::new();
    for (_, line) in prose_lines(text) {
        anchors.extend(["id", "name"].iter().flat_map(|name| attributes(line, name)).map(str::to_owned));
        let Some(slug) = heading(line).map(slug) else { continue };
        let n_before = seen.entry(slug.clone()).or_default();
        anchors.insert(if *n_before == 0 { slug } else { format!("{slug}-{n_before}") });
        *n_before += 1;
    }
    anchors
}

/// The lines outside of fenced code, numbered from 1.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut open: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = fence(line);
        match (open, fence) {
            (None, Some(_)) => open = fence,
            (Some(opened), Some(fence)) if fence.starts_with(opened) && line.trim() == fence => open = None,
            (None, None) => return Some((index + 1, line)),
            _ => {}
        }
        None
    })
}

/// The run of backticks or tildes that opens or closes a block of code.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.find(|c| c != mark).unwrap_or(line.len());
    (length >= 3).then(|| &line[..length])
}

fn without_inline_code(line: &str) -> String {
    let (mut prose, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        let after = rest[start..].trim_start_matches('`');
        let ticks = &rest[start..rest.len() - after.len()];
        prose.push_str(&rest[..start]);
        let close = after
            .match_indices(ticks)
            .map(|(at, _)| at)
            .find(|&at| !after[..at].ends_with('`') && !after[at + ticks.len()..].starts_with('`'));
        rest = close.map_or(after, |at| &after[at + ticks.len()..]);
    }
    prose + rest
}

fn targets(prose: &str) -> impl Iterator<Item = &str> {
    let inline = prose.match_indices("](").map(|(at, mark)| destination(&prose[at + mark.len()..]));
    let html = ["href", "src"].into_iter().flat_map(|name| attributes(prose, name));
    inline.chain(definition(prose)).chain(html)
}

/// The destination of an inline link: up to a title or the closing bracket.
fn destination(after: &str) -> &str {
    let after = after.trim_start();
    if let Some(pointed) = after.strip_prefix('<') {
        return &pointed[..pointed.find('>').unwrap_or(pointed.len())];
    }
    let mut depth = 0;
    let end = after.find(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0 || c.is_whitespace()
    });
    &after[..end.unwrap_or(after.len())]
}

/// The destination of a reference definition, `[label]: destination`; footnotes are none.
fn definition(prose: &str) -> Option<&str> {
    let label = prose.trim_start().strip_prefix('[').filter(|label| !label.starts_with('^'))?;
    let (_, after) = label.split_once("]:")?;
    Some(destination(after))
}

/// The values of an HTML attribute.
fn attributes<'a>(line: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let starts = format!(" {name}=\"");
    let places: Vec<usize> = line.match_indices(&starts).map(|(at, _)| at + starts.len()).collect();
    places.into_iter().filter_map(|at| line[at..].split_once('"')).map(|(value, _)| value)
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with(' ')).then(|| text.trim().trim_end_matches('#').trim_end())
}

/// The anchor that GitHub gives to a heading.
fn slug(heading: &str) -> String {
    let shown = without_link_targets(heading).to_lowercase();
    let kept = shown.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn without_link_targets(heading: &str) -> String {
    let (mut shown, mut rest) = (String::new(), heading);
    while let Some(at) = rest.find("](") {
        shown.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        rest = after[destination(after).len()..].trim_start_matches(')');
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        links(text).into_iter().map(|link| (link.line, link.target)).collect()
    }

    #[test]
    fn every_kind_of_link_is_found_with_its_line() {
        let text = "[a](b.md) and ![p](q.png \"title\")\n[c](<d e.md>)\n[f]: g.md\n\
                    <a href=\"h.md\"><img width=\"5\" src=\"i.svg\"></a>\n[j](k_(l).md)";
        let expected =
            [(1, "b.md"), (1, "q.png"), (2, "d e.md"), (3, "g.md"), (4, "h.md"), (4, "i.svg"), (5, "k_(l).md")];
        assert_eq!(found(text), expected.map(|(line, target)| (line, target.to_owned())));
    }

    #[test]
    fn code_and_footnotes_hold_no_links() {
        let text = "`[a](b)` ``x ` [c](d)``\n```text\n[e](f)\n~~~\n[g](h)\n```\n[^1]: note\n~~~~\n~~~\n[i](j)\n~~~~\n";
        assert!(found(text).is_empty(), "{:?}", found(text));
        assert_eq!(found("```\ncode\n```\na lone ` tick and [k](l)"), [(4, "l".to_owned())]);
    }

    #[test]
    fn anchors_are_those_of_github() {
        let text = "# Where do I find `x`...?\n## [A link](b.md): it's *good*\n## Twice\n## Twice\n\
                    ```\n# not a heading\n```\n#no heading\n### Snake_case and-dash ###\n<a id=\"own\"></a>";
        let expected = ["where-do-i-find-x", "a-link-its-good", "twice", "twice-1", "snake_case-and-dash", "own"];
        assert_eq!(anchors(text), expected.map(str::to_owned).into());
    }
}
