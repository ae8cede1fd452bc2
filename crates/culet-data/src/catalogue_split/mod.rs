//! Splits of catalogues: pairs withheld to select and to judge by.
//!
//! | file | subject |
//! | --- | --- |
//! | `source` | what is split, and its k-core |
//! | `plan` | what is asked for, and whether it can be |
//! | `record` | what is told of a split |

mod plan;
mod record;
mod source;

#[cfg(test)]
mod tests;

use std::path::Path;

use culet_graph::{
    Interactions, LogSplit, TimeCuts, UserId, UserOrder, split_by_time, split_cold_items, split_cold_users,
    split_per_user,
};
use serde::Serialize;

pub use plan::{CataloguePlan, SplitBy};
pub use record::{CatalogueSplitRecord, PartCount, PartCounts, PartPlan};
pub use source::{CoreLosses, SourceRecord, UnsplitCatalogue};

use crate::kgat::write_kgat_with;
use crate::{DataError, Dataset};
use plan::{Size, Sizes, bad};

/// A catalogue in parts, and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueSplit {
    /// The parts with graph and names, users and items in the order of the source; its notes tell how times were understood.
    pub dataset: Dataset,
    /// What `meta.json` tells of the draw.
    pub record: CatalogueSplitRecord,
}

/// Splits all pairs of a catalogue anew into a training, a validation and a test part.
///
/// First come the users and items with enough pairs, if a k-core is asked for; then the parts:
///
/// | by | the test part | the validation part | what is promised |
/// | --- | --- | --- | --- |
/// | random | a share of each user's items, or so many | more of them | each user keeps an item to learn from |
/// | last | the last items of each user, of equal times the larger number | those before | likewise |
/// | time | everything from a time on | everything from an earlier time on | nothing in training is later |
/// | cold-items | all pairs of a share of the items | of other items | none of these is in training |
/// | cold-users | all pairs of a share of the users | of other users | none of these is in training |
///
/// Users and items without a training pair stay, and the record counts them. With a test share of 0 the test part that
/// the data set came with stays, and only its training and validation pairs are dealt out anew. A function of data and
/// plan alone.
///
/// # Errors
/// [`DataError::BadSetting`] for a plan that makes no sense or does not fit the data: no times, a time outside of
/// theirs, a k-core without a pair, a part that was asked for and stays empty, nothing to learn from.
pub fn split_catalogue(source: UnsplitCatalogue, plan: &CataloguePlan) -> Result<CatalogueSplit, DataError> {
    let last = source.times.iter().flatten().copied().fold(0.0_f64, |last, time| last.max(time.abs()));
    let (cuts, notes) = cuts(plan, last);
    let sizes = Sizes::new(plan, cuts)?;
    if plan.by.needs_times() && source.times.is_none() {
        let expected = "`random`, `cold-items` or `cold-users`, as the data set has no times";
        return Err(bad("by", plan.by.name(), expected));
    }
    let (source, losses) = match plan.k_core {
        Some(k) => source.core(k).map(|(source, losses)| (source, Some(losses)))?,
        None => (source, None),
    };
    let given = sizes.test.is_nothing() && source.test.n_pairs() > 0;
    let log = if given { source.log.clone() } else { source.joined()? };
    let (LogSplit { train, valid, mut test }, cuts) = draw(&log, source.times.as_deref(), plan, sizes)?;
    check_parts(&log, [&train, &valid, &test], plan, sizes)?;
    if given {
        test = source.test;
    }
    let parts = PartCounts::of(&train, &valid, &test);
    let UnsplitCatalogue { name, graph, vocabulary, source, .. } = source;
    let dataset = Dataset { name, train, valid, test, graph, vocabulary, notes };
    let [test, valid] = CatalogueSplitRecord::plans(plan, sizes, cuts, given);
    let record = CatalogueSplitRecord {
        by: plan.by.name().to_owned(),
        seed: plan.seed,
        test,
        valid,
        k_core: losses,
        source,
        fingerprint: crate::Fingerprint::of(&dataset),
        parts,
    };
    Ok(CatalogueSplit { dataset, record })
}

/// Writes the parts as [`write_kgat`](crate::write_kgat) does, and `meta.json` with the name and the record.
///
/// # Errors
/// As [`write_kgat`](crate::write_kgat).
pub fn write_catalogue_split(folder: &Path, split: &CatalogueSplit) -> Result<(), DataError> {
    #[derive(Serialize)]
    struct Meta<'a> {
        name: &'a str,
        split: &'a CatalogueSplitRecord,
    }
    write_kgat_with(folder, &split.dataset, Some(&Meta { name: &split.dataset.name, split: &split.record }))
}

/// The times at which parts are to begin, in the unit of times whose largest is `last`, and what to say of it.
fn cuts(plan: &CataloguePlan, last: f64) -> ([Option<f64>; 2], Vec<String>) {
    let mut notes = Vec::new();
    let cuts = [plan.cut, plan.valid_cut].map(|cut| {
        let cut = cut?;
        let (time, unit) = cut.among(last);
        notes.extend(unit.map(|unit| format!("times are taken for {} since 1970: {cut} is {time}", unit.name())));
        Some(time)
    });
    (cuts, notes)
}

fn draw(
    log: &Interactions,
    times: Option<&[f64]>,
    plan: &CataloguePlan,
    sizes: Sizes,
) -> Result<(LogSplit, TimeCuts), DataError> {
    let times = times.unwrap_or_default();
    let order = if plan.by == SplitBy::Last { UserOrder::Latest(times) } else { UserOrder::Random };
    let split = match plan.by {
        SplitBy::Random | SplitBy::Last => {
            split_per_user(log, order, sizes.test.amount(), sizes.valid.amount(), plan.seed)
        }
        SplitBy::ColdItems => split_cold_items(log, sizes.test.share(), sizes.valid.share(), plan.seed),
        SplitBy::ColdUsers => split_cold_users(log, sizes.test.share(), sizes.valid.share(), plan.seed),
        SplitBy::Time => {
            check_cuts(times, sizes)?;
            return Ok(split_by_time(log, times, sizes.test.cut(), sizes.valid.cut()));
        }
    };
    Ok((split, TimeCuts::default()))
}

/// Times at which parts are to begin must leave something before them and in them.
fn check_cuts(times: &[f64], sizes: Sizes) -> Result<(), DataError> {
    let first = times.iter().copied().fold(f64::INFINITY, f64::min);
    let last = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let within = |time: f64| time > first && time <= last;
    if let Size::From(time) = sizes.test
        && !within(time)
    {
        return Err(bad("cut", time, &format!("a time above {first}, the first, and at most {last}, the last")));
    }
    if let Size::From(time) = sizes.valid {
        let end = if let Size::From(test) = sizes.test { test } else { last };
        if !within(time) || time >= end {
            let expected = format!("a time above {first}, the first, and below {end}, where the test part may begin");
            return Err(bad("valid_cut", time, &expected));
        }
    }
    Ok(())
}

/// Parts that were asked for hold something, and so does the training part.
fn check_parts(
    log: &Interactions,
    [train, valid, test]: [&Interactions; 3],
    plan: &CataloguePlan,
    sizes: Sizes,
) -> Result<(), DataError> {
    let per_user = matches!(plan.by, SplitBy::Random | SplitBy::Last);
    let most = (0..log.n_users() as u32).map(|user| log.items_of(UserId(user)).len()).max().unwrap_or(0);
    if log.n_pairs() > 0 && per_user && most < 2 {
        let expected = "`cold-items`, `cold-users` or `time`: no user has two items, and each keeps one to learn from";
        return Err(bad("by", plan.by.name(), expected));
    }
    let (name_of_test, name_of_valid) = (sizes.name_of_test(), sizes.name_of_valid());
    if train.n_pairs() == 0 {
        let (name, size) = if test.n_pairs() > 0 { (name_of_test, sizes.test) } else { (name_of_valid, sizes.valid) };
        return Err(bad(name, in_words(size), "less: no pair is left to learn from"));
    }
    for (name, size, part, what) in
        [(name_of_test, sizes.test, test, "to test on"), (name_of_valid, sizes.valid, valid, "to validate on")]
    {
        if !size.is_nothing() && part.n_pairs() == 0 {
            let remark = if per_user { ", as each user keeps an item to learn from" } else { "" };
            return Err(bad(name, in_words(size), &format!("another value: no pair is left {what}{remark}")));
        }
    }
    Ok(())
}

fn in_words(size: Size) -> String {
    match size {
        Size::Share(number) | Size::From(number) => number.to_string(),
        Size::Items(items) => items.to_string(),
    }
}
