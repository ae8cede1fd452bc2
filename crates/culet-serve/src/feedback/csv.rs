//! Events as a table that `culet train` reads.

use std::io::{self, Write};

use super::event::Event;

/// Writes the header of a table of events (with none) or a line of it, in columns user, item, kind, value, time.
///
/// # Errors
/// If the output cannot be written.
pub fn write_csv(event: Option<&Event>, out: &mut impl Write) -> io::Result<()> {
    let Some(event) = event else { return out.write_all(b"user,item,kind,value,time\n") };
    let (user, item, kind) = (field(&event.user), field(&event.item), &event.kind);
    match event.value {
        Some(value) => writeln!(out, "{user},{item},{kind},{value},{}", event.time),
        None => writeln!(out, "{user},{item},{kind},,{}", event.time),
    }
}

/// In quotes where the text would be read otherwise.
fn field(text: &str) -> std::borrow::Cow<'_, str> {
    let is_plain = !text.contains(['"', ',', '\n', '\r']) && text.trim() == text;
    if is_plain { text.into() } else { format!("\"{}\"", text.replace('"', "\"\"")).into() }
}
