//! Rule: `unsafe` stands in one crate alone, each block with its reason; every other crate forbids it.

use super::finding::Finding;
use super::source::{code_only, line_index, words};
use super::tree::Tree;

/// The one place for `unsafe`.
const HOME: &str = "crates/culet-kernels/";

const FORBID: &str = "#![forbid(unsafe_code)]";

/// Checks every Rust file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files_with_ending(".rs").flat_map(|(path, text)| check_file(path, text)).collect()
}

fn check_file(path: &str, text: &str) -> Vec<Finding> {
    let code = code_only(text);
    if path.starts_with(HOME) {
        return undocumented_blocks(path, text, &code);
    }
    let missing = (is_crate_root(path) && !code.lines().any(|line| line.trim() == FORBID))
        .then(|| Finding::error(path, 1, format!("no `{FORBID}`"), "add it below the crate's documentation"));
    let strays = words(&code, "unsafe").map(|at| {
        let wrong = "`unsafe` outside of culet-kernels";
        Finding::error(path, line_index(&code, at) + 1, wrong, "write it safely or move it to culet-kernels")
    });
    missing.into_iter().chain(strays).collect()
}

/// Whether the file is the root of a library or binary among the workspace's members.
fn is_crate_root(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let inside = match &parts[..] {
        ["xtask", inside @ ..] | ["crates", _, inside @ ..] => inside,
        _ => return false,
    };
    matches!(inside, ["src", "lib.rs" | "main.rs"] | ["src", "bin", _])
}

fn undocumented_blocks(path: &str, text: &str, code: &str) -> Vec<Finding> {
    let lines: Vec<(&str, &str)> = text.lines().map(str::trim).zip(code.lines().map(str::trim)).collect();
    let blocks = words(code, "unsafe").filter(|at| needs_reason(&code[at + "unsafe".len()..]));
    let places = blocks.map(|at| line_index(code, at));
    let bare = places.filter(|&line| !has_reason_above(&lines[..line]));
    bare.map(|line| {
        Finding::error(path, line + 1, "`unsafe` without a reason", "write `// SAFETY: ...` directly above")
    })
    .collect()
}

/// Blocks and implementations need a reason; an `unsafe fn` states a contract in its documentation instead.
fn needs_reason(after: &str) -> bool {
    let after = after.trim_start();
    after.starts_with('{') || after.starts_with("impl")
}

/// Whether the comment directly above gives a reason, given the lines above as written and as code alone.
///
/// Attributes and the earlier lines of the same statement may stand between.
fn has_reason_above(above: &[(&str, &str)]) -> bool {
    let comment_end = above.iter().rposition(|(_, code)| !continues(code)).map_or(0, |line| line + 1);
    let comment =
        above[..comment_end].iter().rev().take_while(|(written, code)| code.is_empty() && !written.is_empty());
    comment.map(|(written, _)| written).any(|written| written.contains("SAFETY:"))
}

/// Whether a statement goes on below this line of code.
fn continues(code: &str) -> bool {
    !code.is_empty() && !code.ends_with([';', '{', '}', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::from([(path, text)])).iter().map(|finding| finding.line).collect()
    }

    const KERNEL: &str = "crates/culet-kernels/src/rows.rs";

    #[test]
    fn unsafe_elsewhere_is_refused_wherever_it_stands() {
        for path in ["crates/culet-graph/src/csr.rs", "crates/culet/examples/a.rs", "fuzz/src/a.rs", "xtask/src/a.rs"] {
            assert_eq!(lines(path, "fn a() {}\n// SAFETY: fine\nunsafe fn b() {}\n"), [3], "{path}");
        }
    }

    #[test]
    fn the_word_in_comments_literals_and_longer_words_is_no_code() {
        let text = "// unsafe\nconst A: &str = \"unsafe {\";\n#![deny(unsafe_op_in_unsafe_fn)]\n";
        assert!(lines("crates/culet-graph/src/csr.rs", text).is_empty());
    }

    #[test]
    fn roots_of_crates_forbid_unsafe() {
        for path in ["crates/culet/src/lib.rs", "crates/culet-cli/src/main.rs", "xtask/src/main.rs"] {
            assert_eq!(lines(path, "//! Words.\n"), [1], "{path}");
            assert_eq!(lines(path, "// #![forbid(unsafe_code)]\n"), [1], "{path}");
            assert!(lines(path, "//! Words.\n#![forbid(unsafe_code)]\n").is_empty(), "{path}");
        }
        for path in ["crates/culet/src/csr.rs", "crates/culet-kernels/src/lib.rs", "crates/culet/tests/a.rs"] {
            assert!(lines(path, "//! Words.\n").is_empty(), "{path}");
        }
    }

    #[test]
    fn a_reason_directly_above_is_found() {
        for text in [
            "// SAFETY: in range.\nunsafe { a() }",
            "/* SAFETY: in range. */\nunsafe { a() }",
            "// SAFETY: in range,\n// as said.\nlet x = unsafe { a() };",
            "// SAFETY: in range.\nlet long =\n    unsafe { a() };",
            "// SAFETY: in range.\n#[allow(x)]\nunsafe impl Send for A {}",
            "match a {\n    // SAFETY: there.\n    B => unsafe { c() },\n    // SAFETY: likewise.\n    D => unsafe { e() },\n}",
            "/// # Safety\n/// In range.\npub unsafe fn a() {}",
        ] {
            assert!(lines(KERNEL, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn blocks_without_a_reason_of_their_own_are_refused() {
        for (text, line) in [
            ("unsafe { a() }", 1),
            ("// In range.\nunsafe { a() }", 2),
            ("// SAFETY: in range.\n\nunsafe { a() }", 3),
            ("// SAFETY: in range.\nunsafe { a() }\nunsafe { b() }", 3),
            ("match a {\n    // SAFETY: there.\n    B => unsafe { c() },\n    D => unsafe { e() },\n}", 4),
            ("// SAFETY: in range.\nlet x = a();\nlet y = unsafe { b() };", 3),
            ("const A: &str = \"SAFETY:\nSAFETY: \";\nunsafe impl Send for A {}", 3),
        ] {
            assert_eq!(lines(KERNEL, text), [line], "{text}");
        }
    }
}
