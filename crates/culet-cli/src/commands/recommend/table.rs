//! The recommendations of many users, written to a file.

use std::path::Path;

use culet::data::{Recommendation, RecommendationFormat, thousands, write_recommendations};
use culet::train::{StoredRun, Wanted};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::asked::Asked;
use crate::context::Context;
use crate::problem::Problem;

/// Users that are ranked for at once, and whose lists are one group of rows.
const BLOCK: usize = 1 << 14;

pub(super) fn write(
    context: &Context,
    (stored, asked): (&StoredRun, &Asked<'_>),
    wanted: Wanted<'_>,
    path: &Path,
) -> Result<(), Problem> {
    let format = RecommendationFormat::of(path)?;
    let bar = context.shows_bar().then(|| {
        let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} users  {per_sec}  {eta} left");
        ProgressBar::new(asked.len() as u64).with_style(style.expect("well formed")).with_prefix("recommending")
    });
    let mut n_without = 0;
    let blocks = (0..asked.len()).step_by(BLOCK).map(|first| {
        let block = first..(first + BLOCK).min(asked.len());
        let lists = asked.recommend(context, block.clone(), wanted);
        n_without += lists.iter().filter(|list| list.is_empty()).count();
        if let Some(bar) = &bar {
            bar.inc(block.len() as u64);
        }
        let names = &stored.catalogue().vocabulary.entities;
        let rows = block.zip(lists).flat_map(|(place, list)| {
            (1..).zip(list).map(move |(rank, ranked)| Recommendation {
                user: asked.id(place),
                user_name: asked.name(place),
                item: names.id(ranked.item as usize),
                item_name: names.name(ranked.item as usize),
                score: ranked.score,
                rank,
            })
        });
        rows.collect()
    });
    let written = write_recommendations(path, format, blocks)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if n_without > 0 {
        let users = if n_without == 1 {
            "1 user has".to_owned()
        } else {
            format!("{} users have", thousands(n_without as u64))
        };
        context.remark(&format!("note: {users} no item left, and no line"));
    }
    let document = json!({
        "out": path.to_string_lossy(),
        "users": asked.len(),
        "recommendations": written,
        "users_without": n_without,
    });
    context.print(&document, || {
        let users = thousands(asked.len() as u64);
        format!("{} recommendations for {users} users: {}", thousands(written), path.display())
    })
}
