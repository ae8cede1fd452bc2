//! A description in words for a terminal.

use std::fmt;

use super::{COLD, Description, Fingerprint, RelationCount};

/// How many relations the text names.
const RELATIONS_SHOWN: usize = 10;

/// A number with commas between groups of three digits.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the unit that suits it.
#[must_use]
pub fn size_in_words(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".into(),
        0..1_000 => format!("{bytes} bytes"),
        1_000..999_950 => format!("{:.1} kB", bytes as f64 / 1e3),
        999_950..999_950_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// The description as aligned lines for a terminal, the last with a line break.
#[must_use]
pub fn to_text(description: &Description) -> String {
    let mut text = format!("{} ({})\n\n", description.name, description.fingerprint.content);
    counts_text(&mut text, description);
    degrees_text(&mut text, description);
    overlaps_text(&mut text, description);
    times_text(&mut text, description);
    relations_text(&mut text, description);
    if !description.notes.is_empty() {
        text.push_str("\nnotes\n");
    }
    for note in &description.notes {
        line(&mut text, format_args!("- {note}"));
    }
    text
}

fn counts_text(text: &mut String, description: &Description) {
    let Fingerprint { users, items, train_pairs, valid_pairs, test_pairs, entities, relations, triplets, .. } =
        description.fingerprint;
    let beside = format!("{} beside the items", thousands(entities.saturating_sub(items)));
    let cold = format!("{} with at most {COLD} training pairs", thousands(description.cold_test_pairs));
    let rows = [
        ("users", users, format!("{} with test items", thousands(description.test_users))),
        ("items", items, format!("{} never in training", thousands(description.items_never_in_train))),
        ("training pairs", train_pairs, format!("density {}", density(description.density))),
        ("validation pairs", valid_pairs, String::new()),
        ("test pairs", test_pairs, format!("{cold} of the item")),
        ("entities", entities, beside),
        ("relations", relations, String::new()),
        ("triplets", triplets, String::new()),
        ("items with facts", description.items_with_facts, share(description.items_with_facts, items)),
        ("entities without facts", description.entities_without_facts, String::new()),
    ];
    for (what, number, remark) in rows.into_iter().filter(|&(what, number, _)| what != "validation pairs" || number > 0)
    {
        line(text, format_args!("{what:<24}{:>14}  {remark}", thousands(number)));
    }
}

fn degrees_text(text: &mut String, description: &Description) {
    line(text, format_args!("\n{:<24}{:>14}{:>10}{:>10}{:>10}", "in training", "min", "median", "90 %", "max"));
    for (what, q) in [("items of a user", description.user_degrees), ("users of an item", description.item_degrees)] {
        let [min, median, p90, max] = [q.min, q.median, q.p90, q.max].map(|number| thousands(number.into()));
        line(text, format_args!("{what:<24}{min:>14}{median:>10}{p90:>10}{max:>10}"));
    }
}

fn overlaps_text(text: &mut String, description: &Description) {
    let split = description.split.as_ref().map(|split| format!("split: {}", split.in_words()));
    if let Some(split) = split {
        line(text, format_args!("\n{split}"));
    }
    if description.overlaps.is_empty() {
        return;
    }
    let timed = description.overlaps.iter().any(|overlap| overlap.before_own_last.is_some());
    let late = if timed { "  before its user's last  before the end" } else { "" };
    line(
        text,
        format_args!(
            "\n{:<24}{:>14}{:>10}{:>14}{:>14}{late}",
            "between parts", "pairs", "in both", "unseen users", "unseen items"
        ),
    );
    for overlap in &description.overlaps {
        let what = format!("{} / {}", overlap.later, overlap.earlier);
        let [pairs, shared, users, items] =
            [overlap.pairs, overlap.shared_pairs, overlap.unseen_users, overlap.unseen_items].map(thousands);
        let early = |count: Option<u64>| count.map_or_else(|| "-".into(), |count| share(count, overlap.pairs));
        let late = match timed {
            true => format!("{:>24}{:>16}", early(overlap.before_own_last), early(overlap.before_end)),
            false => String::new(),
        };
        line(text, format_args!("{what:<24}{pairs:>14}{shared:>10}{users:>14}{items:>14}{late}"));
    }
}

fn times_text(text: &mut String, description: &Description) {
    if description.times.is_empty() {
        return;
    }
    line(text, format_args!("\n{:<24}{:>28}{:>28}", "times", "first", "last"));
    for span in &description.times {
        let [first, last] = [span.first, span.last].map(|time| span.date(time).unwrap_or_else(|| time.to_string()));
        line(text, format_args!("{:<24}{first:>28}{last:>28}", span.part));
    }
}

fn relations_text(text: &mut String, description: &Description) {
    let all = &description.relations;
    if description.fingerprint.triplets == 0 {
        return;
    }
    line(text, format_args!("\n{:>14}  {:>7}  relation", "triplets", "share"));
    for RelationCount { name, triplets } in all.iter().take(RELATIONS_SHOWN) {
        let share = share(*triplets, description.fingerprint.triplets);
        line(text, format_args!("{:>14}  {share:>7}  {name}", thousands(*triplets)));
    }
    if let Some(rest) = all.get(RELATIONS_SHOWN..).filter(|rest| !rest.is_empty()) {
        let triplets = rest.iter().map(|relation| relation.triplets).sum();
        let share = share(triplets, description.fingerprint.triplets);
        line(text, format_args!("{:>14}  {share:>7}  ({} more)", thousands(triplets), rest.len()));
    }
}

/// Adds a line without blanks at its end.
pub(crate) fn line(text: &mut String, content: fmt::Arguments<'_>) {
    text.push_str(content.to_string().trim_end());
    text.push('\n');
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 { String::new() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

/// Densities span many powers of ten.
pub(crate) fn density(share: f64) -> String {
    match 100.0 * share {
        percent if percent >= 1.0 || percent == 0.0 => format!("{percent:.1} %"),
        percent if percent >= 0.001 => format!("{percent:.4} %"),
        percent => format!("{percent:.1e} %"),
    }
}

#[cfg(test)]
mod tests {
    use culet_graph::{KnowledgeGraph, Names, Triplet};

    use super::super::{PartTimes, describe, describe_timed, tests::dataset};
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let found = [0, 7, 999, 1000, 48_123, 1_234_567, u64::MAX].map(thousands);
        assert_eq!(found, ["0", "7", "999", "1,000", "48,123", "1,234,567", "18,446,744,073,709,551,615"]);
    }

    #[test]
    fn sizes_have_units_that_suit_them() {
        let cases = [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1.0 kB"), (999_949, "999.9 kB")];
        for (bytes, text) in
            cases.into_iter().chain([(999_950, "1.0 MB"), (261_978_986, "262.0 MB"), (4 << 30, "4.3 GB")])
        {
            assert_eq!(size_in_words(bytes), text);
        }
    }

    #[test]
    fn densities_keep_their_digits() {
        let found = [0.0, 0.41666, 0.0005, 0.000_374, 0.000_000_012].map(density);
        assert_eq!(found, ["0.0 %", "41.7 %", "0.0500 %", "0.0374 %", "1.2e-6 %"]);
    }

    #[test]
    fn the_text_is_aligned() {
        let content = Fingerprint::of(&dataset()).content;
        let expected = format!("films ({content})\n")
            + "
users                                3  2 with test items
items                                4  1 never in training
training pairs                       5  density 41.7 %
test pairs                           3  2 with at most 2 training pairs of the item
entities                             6  2 beside the items
relations                            2
triplets                             4
items with facts                     3  75.0 %
entities without facts               2

in training                        min    median      90 %       max
items of a user                      1         1         3         3
users of an item                     0         1         3         3

between parts                    pairs   in both  unseen users  unseen items
test / training                      3         1             0             1

      triplets    share  relation
             3   75.0 %  made by
             1   25.0 %  r.0

notes
- `train.txt` holds 1 repeated pair; a repeat counts for nothing
";
        assert_eq!(to_text(&describe(&dataset())), expected);
    }

    #[test]
    fn times_stand_beside_what_they_give_away() {
        let times = [vec![1.0, 9.0, 3.0, 5.0, 4.0], Vec::new(), vec![4.0, 6.0, 4.5]];
        let described = describe_timed(
            &dataset(),
            Some(&PartTimes { spans: [Some([1.0, 9.0]), None, Some([4.0, 6.0])], of: times.map(Some) }),
        );
        let expected = "
between parts                    pairs   in both  unseen users  unseen items  before its user's last  before the end
test / training                      3         1             0             1                  33.3 %         100.0 %

times                                          first                        last
training                                           1                           9
test                                               4                           6
";
        let text = to_text(&described);
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn relations_beyond_the_tenth_are_summed_up() {
        let mut data = dataset();
        let facts =
            (0..12).flat_map(|relation| (0..=relation / 6).map(move |tail| Triplet { head: 0, relation, tail }));
        data.graph = KnowledgeGraph::from_triplets(6, 12, facts.collect()).unwrap();
        data.vocabulary.relations = Names::numbered(12);
        let text = to_text(&describe(&data));
        assert!(text.contains("             2   11.1 %  6\n"), "{text}");
        assert!(text.contains("             2   11.1 %  (2 more)\n"), "{text}");
        assert!(!text.contains("%  4\n"), "{text}");
    }
}
