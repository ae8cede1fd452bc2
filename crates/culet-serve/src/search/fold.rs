//! Text as it is compared: without case, accents and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Appends a text in small letters without accents, its words with one blank between them. A text without any letter or
/// digit keeps its signs.
pub fn fold(text: &str, out: &mut String) {
    let start = out.len();
    if text.is_ascii() {
        fold_letters(text.chars().map(|letter| letter.to_ascii_lowercase()), start, out);
    } else {
        // Decomposed first, so that marks part from their letters; small letters may decompose once more (`İ`).
        let plain = text.nfkd().filter(|&letter| !is_combining_mark(letter)).flat_map(char::to_lowercase);
        fold_letters(plain.filter(|&letter| !is_combining_mark(letter)), start, out);
    }
    if out.len() == start {
        out.extend(text.chars().filter(|letter| !letter.is_control()));
    }
}

fn fold_letters(letters: impl Iterator<Item = char>, start: usize, out: &mut String) {
    let mut is_between = false;
    for letter in letters {
        if !letter.is_alphanumeric() {
            is_between = true;
            continue;
        }
        if is_between && out.len() > start {
            out.push(' ');
        }
        is_between = false;
        match spelled_out(letter) {
            Some(plain) => out.push_str(plain),
            None => out.push(letter),
        }
    }
}

/// Letters that Unicode does not take apart, as they are typed without them.
fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

/// Whether a word begins at this letter wherever it stands: scripts without blanks.
pub(super) fn begins_anywhere(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}
