//! What a recommender reaches, beside what needs no training.

use culet_data::thousands;
use culet_eval::{METRICS, Stratum, item_strata, user_strata};

use super::blocks::{Figure, Section, Table};
use culet_train::{Faithfulness, Removal};

use crate::ReportError;
use crate::charts::{Along, Lines, Series, SeriesPoint};
use crate::run::{Judged, Opened};
use crate::words;

/// Where there is nothing to judge by.
pub(super) fn nothing_section() -> Section {
    let mut section = Section::new("result", "Result");
    section.note(
        "nothing was withheld to judge the run by: there is no test part, and it learned from the validation pairs too; \
         `culet data split` makes a test part",
    );
    section
}

/// The table: this run and its controls.
pub(super) fn section(run: &Opened, judged: &Judged) -> Section {
    let mut section = Section::new("result", "Result");
    let k = judged.cutoff;
    let users = words::counted(judged.report.n_users as u64, "user", "users");
    let part = judged.part;
    section.text(format!(
        "All items are ranked for the {users} of the {part} part; what they took before is left out. Each list has {k} places. \
         The controls learned from the same pairs, without facts and with their own settings; {} is the interval of 95\u{a0}% over \
         users, and differences are user by user.",
        "\u{b1}"
    ));
    if part == "validation" {
        section
            .note("there is no test part: these are the pairs that the run was selected by, so the numbers flatter it");
    }
    let [recall, ndcg, hit_ratio] = ["recall", "ndcg", "hit_ratio"].map(|metric| judged.key(metric));
    let head = ["", &recall, &ndcg, &hit_ratio, "recall, beside this run", "items shown", "their users"];
    let mut table = Table::new("", &head);
    let name = run.summary().model.clone();
    for (place, (model, report)) in judged.rows(&name).enumerate() {
        let metric =
            |name: &str| judged.mean(report, name).map_or_else(|| "-".to_owned(), |mean| words::with_interval(&mean));
        let beside = match place {
            0 => String::new(),
            _ => judged.difference(report, "recall").map_or_else(|| "-".to_owned(), |found| words::difference(&found)),
        };
        let mean = |name: &str| report.means.get(&judged.key(name)).copied().unwrap_or(f64::NAN);
        table.row(vec![
            control_name(model, place),
            metric("recall"),
            metric("ndcg"),
            metric("hit_ratio"),
            beside,
            words::percent(mean("coverage")),
            format!("{:.0}", mean("mean_popularity")),
        ]);
    }
    table.own = Some(0);
    section.table(table);
    section.text("Items shown: the share of all items that stand in any list. Their users: how many took a shown item, on average.");
    if let Some(table) = all_cutoffs(run) {
        section.folded(table);
    }
    section
}

fn control_name(model: &str, place: usize) -> String {
    match (model, place) {
        (_, 0) => format!("{model} (this run)"),
        ("popularity", _) => "popularity: the same for everybody".to_owned(),
        _ => format!("{model}: without facts"),
    }
}

/// Every metric at every cutoff, as the run itself was judged.
fn all_cutoffs(run: &Opened) -> Option<Table> {
    let summary = run.summary();
    let (part, means) = ["test", "valid"].into_iter().find_map(|part| Some((part, summary.metrics.get(part)?)))?;
    let columns: Vec<String> = summary.protocol.cutoffs.iter().map(|k| format!("@{k}")).collect();
    let head: Vec<&str> = std::iter::once("").chain(columns.iter().map(String::as_str)).collect();
    let part = if part == "test" { "test" } else { "validation" };
    let mut table = Table::new(format!("All metrics at all lengths of lists, {part} part"), &head);
    for name in METRICS {
        let cell = |column: &String| {
            means.get(&format!("{name}{column}")).map_or_else(|| "-".to_owned(), |&x| words::metric(x))
        };
        table.row(std::iter::once(name.to_owned()).chain(columns.iter().map(cell)).collect());
    }
    Some(table)
}

/// For whom and with which items it works.
pub(super) fn strata_section(run: &Opened, judged: &Judged) -> Result<Section, ReportError> {
    let mut section = Section::new("strata", "For whom, and with what");
    let activity = by_activity(run, judged)?;
    let popularity = by_popularity(run, judged);
    section.text(cold_in_words(run, judged));
    section.figures(vec![
        Figure::of_lines(
            "activity",
            &activity,
            "A user's share of targets found, over the users of each range; the band is the interval of 95\u{a0}%.",
        ),
        Figure::of_lines(
            "popularity",
            &popularity,
            "Of all targets whose item so many users took: the share that was found.",
        ),
    ]);
    Ok(section)
}

/// Recall by how many items a user has.
pub(crate) fn by_activity(run: &Opened, judged: &Judged) -> Result<Lines, ReportError> {
    let name = run.summary().model.clone();
    let mut of_rows = Vec::new();
    for (model, report) in judged.rows(&name) {
        let strata = user_strata(&report.per_user, &judged.key("recall"), &judged.taken_by)?;
        of_rows.push((model, strata));
    }
    let counts: Vec<Stratum> = of_rows[0].1.iter().map(|stratum| stratum.items).collect();
    let series = |(model, strata): &(&str, Vec<culet_eval::UserStratum>)| {
        let point = |(k, stratum): (usize, &culet_eval::UserStratum)| SeriesPoint {
            x: k as f64,
            y: stratum.mean.mean,
            // A share of targets is not negative.
            interval: stratum.mean.interval().map(|(low, high)| (low.max(0.0), high.min(1.0))),
        };
        Series { name: (*model).to_owned(), points: strata.iter().enumerate().map(point).collect() }
    };
    Ok(Lines {
        title: format!("{} by how many items a user took", judged.key("recall")),
        along: Along::Words(counts.into_iter().map(|counts| thousands(counts.least.into())).collect()),
        along_name: "items of a user, at least".to_owned(),
        series: of_rows.iter().map(series).collect(),
        mark: None,
        from_zero: true,
    })
}

/// Targets found by how many users took the item.
pub(crate) fn by_popularity(run: &Opened, judged: &Judged) -> Lines {
    let name = run.summary().model.clone();
    let of_row = |report: &culet_eval::RankingReport| {
        let per_item = report.per_item.as_ref().expect("the protocol asked for it");
        let mut strata = item_strata(per_item, &judged.takers_of);
        strata.retain(|stratum| stratum.n_targets > 0);
        strata
    };
    let counts: Vec<Stratum> = of_row(&judged.report).iter().map(|stratum| stratum.users).collect();
    let series = |(model, report): (&str, &culet_eval::RankingReport)| {
        let found = of_row(report);
        Series::of(model, found.iter().enumerate().filter_map(|(k, stratum)| Some((k as f64, stratum.recall()?))))
    };
    Lines {
        title: format!("Share of targets found at {} by how many users took the item", judged.cutoff),
        along: Along::Words(counts.into_iter().map(|counts| thousands(counts.least.into())).collect()),
        along_name: "users of an item, at least".to_owned(),
        series: judged.rows(&name).map(series).collect(),
        mark: None,
        from_zero: true,
    }
}

/// Whether reasons are true, where that was measured when the run was made.
pub(super) fn reasons_section(run: &Opened) -> Option<Section> {
    let measured = run.summary().extra.get("faithfulness")?;
    let measured: Faithfulness = serde_json::from_value(measured.clone()).ok()?;
    let mut section = Section::new("reasons", "Reasons, put to the test");
    section.text(
        "What a recommended item's score loses without what its reason names, beside what it loses without as much else, in \
         standard deviations of a user's scores.",
    );
    let mut table = Table::new("", &["without", "cases", "the score falls in", "on average", "without others"]);
    let mut row = |what: &str, removal: &Removal| {
        table.row(vec![
            what.to_owned(),
            thousands(removal.n_pairs as u64),
            words::percent(removal.share_falling),
            format!("{:.2}", removal.named_drop),
            format!("{:.2}", removal.random_drop),
        ]);
    };
    row("items of the history", &measured.history);
    if let Some(facts) = &measured.facts {
        row("facts", facts);
    }
    section.table(table);
    Some(section)
}

/// Items that nobody took, apart from all others.
fn cold_in_words(run: &Opened, judged: &Judged) -> String {
    let name = run.summary().model.clone();
    let cold = |report: &culet_eval::RankingReport| {
        let strata = item_strata(report.per_item.as_ref().expect("the protocol asked for it"), &judged.takers_of);
        strata.into_iter().find(|stratum| stratum.users.most == 0).filter(|stratum| stratum.n_targets > 0)
    };
    let Some(own) = cold(&judged.report) else {
        return "No target is an item that nobody took in training, so nothing is known of new items.".to_owned();
    };
    let told = |(model, report): (&str, &culet_eval::RankingReport)| {
        let recall = cold(report)?.recall()?;
        Some(format!("{model} {:.2} %", 100.0 * recall))
    };
    let found: Vec<String> = judged.rows(&name).filter_map(told).collect();
    let targets = thousands(own.n_targets);
    let items = thousands(own.n_items as u64);
    format!(
        "Cold items: {targets} targets are among the {items} items that nobody took in training. Found of these: {}.",
        found.join(", ")
    )
}
