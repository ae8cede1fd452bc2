//! Prints what the simple link scores reach on a split that lies in a folder.
//!
//! `cargo run --release -p culet-eval --example link_baselines -- FOLDER [--directed]`
//!
//! The folder holds `train_edges.tsv`, `test_edges.tsv` and `test_edges_neg.tsv` (for directed networks, if there is
//! one, `test_edges_neg_directed.tsv`): two node numbers a line, from 0.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use culet_eval::{LinkReport, LinkScores, baselines};
use culet_graph::Network;

fn read(path: &Path) -> Result<Vec<(u32, u32)>, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut pairs = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let wrong = || format!("{}:{number}: expected two node numbers, found `{line}`", path.display());
        let mut words = line.split_whitespace().map(str::parse);
        let (Some(Ok(u)), Some(Ok(v))) = (words.next(), words.next()) else { return Err(wrong().into()) };
        pairs.push((u, v));
    }
    Ok(pairs)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("usage: link_baselines FOLDER [--directed]")?;
    let directed = arguments.iter().any(|argument| argument == "--directed");
    let path = |name: &str| Path::new(folder).join(name);
    let reversed = Some(path("test_edges_neg_directed.tsv")).filter(|path| directed && path.exists());
    let negatives = read(&reversed.unwrap_or_else(|| path("test_edges_neg.tsv")))?;
    let (train, positives) = (read(&path("train_edges.tsv"))?, read(&path("test_edges.tsv"))?);
    let ends = [&train, &positives, &negatives].into_iter().flatten().flat_map(|&(u, v)| [u, v]);
    let n_nodes = ends.max().map_or(0, |largest| largest as usize + 1);
    let network = Network::from_pairs(n_nodes, directed, &train);
    println!("{n_nodes} nodes, {} edges, {} + {} pairs", network.n_edges(), positives.len(), negatives.len());

    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let pairs = [positives.clone(), negatives].concat();
    println!("{:<24} {:>8} {:>8} {:>9} {:>15}", "", "auc", "ap", "seconds", "lookups");
    for baseline in baselines(&network) {
        let started = Instant::now();
        let mut scores = baseline.score(&pairs, &pool);
        let seconds = started.elapsed().as_secs_f64();
        let negatives = scores.split_off(positives.len());
        let report = LinkReport::new(&[LinkScores { name: baseline.name().into(), positives: scores, negatives }])?;
        let row = &report.rows[0];
        let lookups = baseline.n_lookups(&pairs);
        println!("{:<24} {:>8.4} {:>8.4} {seconds:>9.3} {lookups:>15}", row.name, row.auc, row.average_precision);
    }
    Ok(())
}
