//! Rule: relative links in Markdown lead to a file, folder or heading that exists.

use super::finding::Finding;
use super::markdown::{Link, anchors, links};
use super::tree::Tree;

/// Checks every Markdown file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files_with_ending(".md");
    files.flat_map(|(path, text)| links(text).into_iter().filter_map(|link| check_link(tree, path, &link))).collect()
}

fn check_link(tree: &Tree, path: &str, link: &Link) -> Option<Finding> {
    if is_external(&link.target) {
        return None;
    }
    let finding = |wrong: String, remedy| Some(Finding::error(path, link.line, wrong, remedy));
    let (file, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
    let Some(file) = resolve(path, file) else {
        return finding(format!("`{}` leaves the repository", link.target), "use a whole address");
    };
    if !tree.has(&file) {
        return finding(format!("`{}` leads to no file or folder", link.target), "correct the path");
    }
    let headings = tree.text(&file).filter(|_| !anchor.is_empty() && file.ends_with(".md")).map(anchors)?;
    let wrong = || format!("`{}` leads to no heading of `{file}`", link.target);
    if headings.contains(anchor) { None } else { finding(wrong(), "correct the part after `#`") }
}

/// Whether the target has a scheme (`https:`, `mailto:`) or a host.
fn is_external(target: &str) -> bool {
    let scheme = target.split_once(':').map(|(scheme, _)| scheme);
    let has_scheme = scheme.is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    has_scheme || target.starts_with("//")
}

/// The path from the root of what a link in the file `from` names; `None` if it leaves the repository.
fn resolve(from: &str, link: &str) -> Option<String> {
    let link = decode(link.split('?').next().unwrap_or_default());
    if link.is_empty() {
        return Some(from.to_owned());
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let start = if link.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(link.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Spaces may be written as `%20`.
fn decode(link: &str) -> String {
    link.replace("%20", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(link: &str) -> Vec<String> {
        let text = format!("# Top\n\nSee [this]({link}).\n");
        let tree = Tree::from([
            ("README.md", "# Culet\n## Why not\n"),
            ("docs/guide.md", &text),
            ("docs/a picture.png", ""),
            ("crates/culet/src/lib.rs", ""),
        ]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        for link in [
            "../README.md",
            "../README.md#why-not",
            "#top",
            "guide.md#top",
            "<a picture.png>",
            "a%20picture.png",
            "../crates/culet/",
            "/crates/culet/src/lib.rs#L10",
            "..",
            "https://example.org/nowhere.md",
            "mailto:somebody@example.org",
        ] {
            assert!(findings(link).is_empty(), "{link}: {:?}", findings(link));
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_refused() {
        let missing = findings("gone.md");
        assert_eq!(missing, ["docs/guide.md:3: `gone.md` leads to no file or folder; correct the path"]);
        for (link, wrong) in [
            ("README.md", "no file or folder"),
            ("../crates/cul", "no file or folder"),
            ("#bottom", "leads to no heading of `docs/guide.md`"),
            ("../README.md#why", "leads to no heading of `README.md`"),
            ("../../outside.md", "leaves the repository"),
        ] {
            let found = findings(link);
            assert!(found.len() == 1 && found[0].contains(wrong), "{link}: {found:?}");
        }
    }
}
