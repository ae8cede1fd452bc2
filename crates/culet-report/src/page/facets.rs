//! The intents of users: which relations they follow, and how users divide between them.

use culet_answers::CatalogueAnswers;
use culet_model::Facets;

use super::blocks::{Figure, Section, Table, bar};
use crate::ReportError;
use crate::charts::{Bar, Range, heat};
use crate::drawing::{Drawing, Paint};
use crate::words;

/// Relations that are drawn, at most: those that weigh most in any intent.
const RELATIONS: usize = 16;

pub(super) fn section(answers: &CatalogueAnswers) -> Result<Option<Section>, ReportError> {
    let Some(facets) = answers.learned_facets()?.filter(|facets| has_intents(facets)) else { return Ok(None) };
    let mut section = Section::new("intents", "Intents");
    let mut figures = Vec::new();
    if let Some((drawing, numbers)) = relations(answers, facets) {
        section.text(strength_in_words(facets));
        let caption = "How much of each intent's attention a relation has; columns add up to 100 % over all relations.";
        figures.push(Figure::new("intents-relations", &drawing, caption, Some(numbers)));
    }
    let caption = "The bar is the middle half of the users, the line four of five, the dot the mean.";
    let title = "What share of a user an intent has";
    figures.push(Figure::of_ranges("intent-shares", title, "share of a user", &shares(facets), caption));
    // Of shares that are all the same none is the strongest.
    if greatest_share(facets) > 1.2 / facets.relations.len() as f64 {
        figures.push(Figure::of_bars("intent-largest", "Users whose strongest intent it is", &largest(facets), ""));
    }
    section.figures(figures);
    Ok(Some(section))
}

/// Without relations to follow there is nothing that an intent could be.
pub(crate) fn has_intents(facets: &Facets) -> bool {
    !facets.user_shares.is_empty() && facets.relations.first().is_some_and(|row| !row.is_empty())
}

fn greatest_share(facets: &Facets) -> f64 {
    facets.user_shares.iter().flatten().copied().fold(0.0, f64::max)
}

/// Whether the intents differ at all, which is not to be taken for granted.
fn strength_in_words(facets: &Facets) -> String {
    let even = 1.0 / facets.relations.first().map_or(1, Vec::len) as f64;
    let most = facets.relations.iter().flatten().copied().fold(0.0, f64::max);
    let spread = greatest_share(facets);
    let head = format!(
        "The strongest relation of any intent has {} of it, where an even division gives {}; the largest share that any user \
         has of one intent is {}, where an even division gives {}.",
        words::percent(most),
        words::percent(even),
        words::percent(spread),
        words::percent(1.0 / facets.relations.len() as f64)
    );
    if most < 2.0 * even {
        format!("{head} So the intents are close to even: little can be read from them.")
    } else {
        head
    }
}

/// Intents x relations, with the numbers of all relations; nothing without relations.
pub(crate) fn relations(answers: &CatalogueAnswers, facets: &Facets) -> Option<(Drawing, Table)> {
    let names = &answers.vocabulary().relations;
    let n_relations = facets.relations.first().map_or(0, Vec::len);
    if n_relations == 0 {
        return None;
    }
    let strongest = |relation: usize| facets.relations.iter().map(|row| row[relation]).fold(0.0, f64::max);
    let mut order: Vec<usize> = (0..n_relations).collect();
    order.sort_by(|&a, &b| strongest(b).total_cmp(&strongest(a)).then(a.cmp(&b)));
    let values = |relation: &usize| facets.relations.iter().map(|row| row[*relation]).collect::<Vec<f64>>();
    let columns: Vec<String> = (1..=facets.relations.len()).map(|intent| format!("intent {intent}")).collect();
    let mut table =
        Table::new("", &[&[""], columns.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    for relation in &order {
        let cells = values(relation).into_iter().map(|value| format!("{:.1} %", 100.0 * value));
        table.row(std::iter::once(names.label(*relation).to_owned()).chain(cells).collect());
    }
    order.truncate(RELATIONS);
    let rows: Vec<String> = order.iter().map(|&relation| short(names.label(relation)).to_owned()).collect();
    let left_out = n_relations - order.len();
    let title = match left_out {
        0 => "Intents and the relations that they follow".to_owned(),
        _ => format!("Intents and the {RELATIONS} relations that weigh most, of {n_relations}"),
    };
    Some((heat(&title, &rows, &columns, &order.iter().map(values).collect::<Vec<_>>()), table))
}

/// The last part of a name that is an address.
fn short(name: &str) -> &str {
    let is_address = name.starts_with("http://") || name.starts_with("https://");
    name.rsplit(['/', '#']).next().filter(|last| is_address && !last.is_empty()).unwrap_or(name)
}

pub(crate) fn shares(facets: &Facets) -> Vec<Range> {
    let of = |intent: usize| facets.user_shares.iter().map(|shares| shares[intent]).collect();
    let range = |intent: usize| Range::of(format!("intent {}", intent + 1), of(intent), Paint::Facet(intent + 1));
    (0..facets.user_shares[0].len()).map(range).collect()
}

fn largest(facets: &Facets) -> Vec<Bar> {
    let mut counts = vec![0_usize; facets.user_shares[0].len()];
    for shares in &facets.user_shares {
        let best = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]).then(b.cmp(&a)));
        counts[best.expect("a user has a share of each intent")] += 1;
    }
    let row = |(intent, &count): (usize, &usize)| {
        let share = count as f64 / facets.user_shares.len() as f64;
        Bar { paint: Paint::Facet(intent + 1), ..bar(format!("intent {}", intent + 1), share, words::percent(share)) }
    };
    counts.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_their_last_part() {
        assert_eq!(short("http://rdf.freebase.com/ns/book.author"), "book.author");
        assert_eq!(short("http://example.org/"), "http://example.org/");
        assert_eq!(short("part of / whole"), "part of / whole");
    }

    #[test]
    fn users_are_counted_by_their_largest_share() {
        let facets =
            Facets { relations: vec![vec![1.0]; 2], user_shares: vec![vec![0.7, 0.3], vec![0.5, 0.5], vec![0.1, 0.9]] };
        let told: Vec<String> = largest(&facets).into_iter().map(|bar| bar.text).collect();
        assert_eq!(told, ["67\u{a0}%", "33\u{a0}%"]);
    }
}
