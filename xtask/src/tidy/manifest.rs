//! Reading the `Cargo.toml` of a crate: its name and its dependencies, each with its line.

use super::finding::Finding;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Which table a dependency stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

/// One dependency as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    /// Written with `workspace = true`.
    pub(crate) inherited: bool,
}

/// What the rules need of a manifest.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    /// The line of a version written out in `[package]`.
    pub(crate) own_version: Option<usize>,
    pub(crate) dependencies: Vec<Dependency>,
}

const TABLES: [(&str, Kind); 3] =
    [("dependencies", Kind::Normal), ("dev-dependencies", Kind::Dev), ("build-dependencies", Kind::Build)];

impl Manifest {
    /// Parses the text of a `Cargo.toml` with a `[package]`.
    ///
    /// # Errors
    /// A finding if the text is no TOML or names no package.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Finding> {
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(text, span.start));
            Finding::error(path, line, format!("not TOML: {}", error.message()), "correct the syntax")
        })?;
        let package = table(root.get_ref(), "package");
        let name = package.and_then(|package| package.get("name")).and_then(|name| name.get_ref().as_str());
        let name = name.ok_or_else(|| Finding::error(path, 1, "no name in `[package]`", "name the package"))?;
        let version = package.and_then(|package| package.get("version"));
        let own_version = version.filter(|version| version.get_ref().is_str());
        Ok(Self {
            name: name.to_owned(),
            own_version: own_version.map(|version| line_at(text, version.span().start)),
            dependencies: dependencies(root.get_ref(), text),
        })
    }
}

/// The dependencies of the crate, those for certain targets included.
fn dependencies(root: &DeTable<'_>, text: &str) -> Vec<Dependency> {
    let targets = table(root, "target").into_iter().flat_map(DeTable::values);
    let targets = targets.filter_map(|target| target.get_ref().as_table());
    let places = std::iter::once(root).chain(targets);
    places.flat_map(|place| dependencies_in(place, text)).collect()
}

fn dependencies_in(place: &DeTable<'_>, text: &str) -> Vec<Dependency> {
    let listed = TABLES.iter().flat_map(|&(name, kind)| {
        table(place, name).into_iter().flatten().map(move |(key, value)| Dependency {
            name: package_name(key.get_ref(), value),
            line: line_at(text, key.span().start),
            kind,
            inherited: field(value, "workspace").and_then(DeValue::as_bool) == Some(true),
        })
    });
    listed.collect()
}

/// A renamed dependency goes by the name of its package.
fn package_name(key: &str, value: &Spanned<DeValue<'_>>) -> String {
    field(value, "package").and_then(DeValue::as_str).unwrap_or(key).to_owned()
}

fn field<'a, 'i>(value: &'a Spanned<DeValue<'i>>, name: &str) -> Option<&'a DeValue<'i>> {
    value.get_ref().as_table().and_then(|fields| fields.get(name)).map(Spanned::get_ref)
}

fn table<'a, 'i>(parent: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    parent.get(name).and_then(|value| value.get_ref().as_table())
}

/// The line of a byte, counted from 1.
fn line_at(text: &str, byte: usize) -> usize {
    1 + text.as_bytes()[..byte.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Manifest {
        Manifest::parse("Cargo.toml", text).expect("a manifest")
    }

    #[test]
    fn every_table_of_dependencies_is_read_with_its_lines() {
        let manifest = parse(
            "[package]\nname = \"a\"\nversion.workspace = true\n\n[dependencies]\nb.workspace = true\n\
             c = \"1\"\n\n[dev-dependencies.d]\nworkspace = true\n\n[target.'cfg(unix)'.build-dependencies]\n\
             e = { version = \"1\", package = \"f\" }\n",
        );
        let read: Vec<_> = manifest.dependencies.iter().map(|d| (&*d.name, d.line, d.kind, d.inherited)).collect();
        assert_eq!(manifest.name, "a");
        assert_eq!(manifest.own_version, None);
        assert_eq!(
            read,
            [
                ("b", 6, Kind::Normal, true),
                ("c", 7, Kind::Normal, false),
                ("d", 9, Kind::Dev, true),
                ("f", 13, Kind::Build, false)
            ]
        );
    }

    #[test]
    fn a_version_of_the_package_itself_is_found() {
        assert_eq!(parse("[package]\nname = \"a\"\nversion = \"1.0.0\"\n").own_version, Some(3));
    }

    #[test]
    fn broken_manifests_are_findings_with_a_line() {
        let broken = Manifest::parse("Cargo.toml", "[package]\nname = \n").expect_err("not TOML");
        assert_eq!((broken.path.as_str(), broken.line), ("Cargo.toml", 2));
        let nameless = Manifest::parse("Cargo.toml", "[workspace]\n").expect_err("no package");
        assert_eq!(nameless.to_string(), "Cargo.toml:1: no name in `[package]`; name the package");
    }
}
