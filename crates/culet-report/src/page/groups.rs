//! The groups that the aspects of all nodes form: sizes, overlap, typical members.

use culet_answers::NetworkAnswers;
use culet_answers::network::{Group, Groups, Trait};
use rayon::ThreadPool;

use super::blocks::{Figure, Section, Table, bar};
use crate::ReportError;
use crate::charts::Bar;
use crate::drawing::Paint;
use crate::words;

/// Nodes that are named of each group.
const TYPICAL: usize = 6;

pub(crate) fn found(answers: &NetworkAnswers, seed: u64, pool: &ThreadPool) -> Result<Groups, ReportError> {
    Ok(answers.groups(None, TYPICAL, seed, pool)?)
}

pub(super) fn section(answers: &NetworkAnswers, seed: u64, pool: &ThreadPool) -> Result<Section, ReportError> {
    let groups = found(answers, seed, pool)?;
    let n_aspects = answers.stored().embedding.n_aspects;
    let mut section = Section::new("groups", if n_aspects > 1 { "Aspects" } else { "Groups" });
    section.text(match n_aspects {
        1 => "A node has one vector here; the vectors of all nodes are grouped by direction, so a node is in one group.".to_owned(),
        _ => format!(
            "Each node has {n_aspects} aspects. Those of all nodes are grouped by direction, and a node is in the groups of its \
             aspects, so groups overlap."
        ),
    });
    let mut figures = vec![Figure::of_bars("group-sizes", "Nodes in each group", &sizes(&groups), "")];
    if n_aspects > 1 {
        figures.push(Figure::of_bars("group-overlap", "In how many groups a node is", &overlap(&groups), ""));
        figures.push(shares(answers));
    }
    section.figures(figures);
    let mut table = Table::new(
        "Who is typical, and what members have in common (its share in the group, and among all)",
        &["group", "nodes", "typical", "in common"],
    );
    for group in &groups.groups {
        let typical: Vec<&str> = group.typical.iter().map(|one| one.node.label()).collect();
        let nodes = culet_data::thousands(group.nodes as u64);
        table.row(vec![group.group.to_string(), nodes, typical.join(", "), in_common(&group.common)]);
    }
    table.words = true;
    section.table(table);
    Ok(section)
}

pub(crate) fn sizes(groups: &Groups) -> Vec<Bar> {
    let row = |group: &Group| {
        let name = match group.common.first() {
            Some(common) => format!("{}: {}", group.group, common.name),
            None => group.group.to_string(),
        };
        let text = culet_data::thousands(group.nodes as u64);
        Bar { paint: Paint::Facet(group.group), ..bar(name, group.nodes as f64, text) }
    };
    groups.groups.iter().map(row).collect()
}

pub(crate) fn overlap(groups: &Groups) -> Vec<Bar> {
    let row = |&culet_answers::network::Overlap { groups, nodes }: &_| {
        bar(words::counted(groups as u64, "group", "groups"), nodes as f64, culet_data::thousands(nodes as u64))
    };
    groups.overlap.iter().map(row).collect()
}

/// How much of a node its largest aspect is, the second, and so on.
fn shares(answers: &NetworkAnswers) -> Figure {
    let embedding = &answers.stored().embedding;
    let mut by_place = vec![Vec::new(); embedding.n_aspects];
    for node in 0..embedding.n_nodes as u32 {
        let mut shares = embedding.node_shares(node);
        shares.sort_unstable_by(|a, b| b.total_cmp(a));
        if shares.iter().any(|share| *share > 0.0) {
            by_place.iter_mut().zip(shares).for_each(|(place, share)| place.push(share));
        }
    }
    let range = |(place, shares): (usize, Vec<f64>)| {
        (!shares.is_empty())
            .then(|| crate::charts::Range::of(format!("aspect {} by size", place + 1), shares, Paint::Accent))
    };
    let rows: Vec<_> = by_place.into_iter().enumerate().filter_map(range).collect();
    let caption = "Among the contexts of a node: the bar is the middle half of the nodes, the line four of five, the dot the mean.";
    Figure::of_ranges("aspect-shares", "What share of a node its aspects have", "share of a node", &rows, caption)
}

fn in_common(common: &[Trait]) -> String {
    let told = |one: &Trait| format!("{} ({}, {})", one.name, words::percent(one.share), words::percent(one.overall));
    common.iter().map(told).collect::<Vec<_>>().join(", ")
}
