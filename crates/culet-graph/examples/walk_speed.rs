//! How many steps a second random walks make on one thread.
//!
//! ```text
//! cargo run --release -p culet-graph --example walk_speed [-- EDGES.tsv]
//! ```
//! Without a file the network is generated: one of the size of a protein network (3,852 nodes, 19,000 edges), one of
//! 300,000 nodes and 3 million edges, both with degrees by a power law. A file has an edge a line, two numbers. Prints
//! the best of five passes by the time of the processor (by the clock where the system does not tell that).

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use culet_graph::{EdgeList, Network, Purpose, Stream, WalkPlan, WalkRule, Walker, Walks};

fn main() -> Result<(), Box<dyn Error>> {
    let rules = [
        ("uniform", WalkRule::Uniform, false),
        ("weighted", WalkRule::Weighted, true),
        ("node2vec p 0.25 q 4", WalkRule::Node2vec { p: 0.25, q: 4.0 }, false),
        ("node2vec p 4 q 0.25", WalkRule::Node2vec { p: 4.0, q: 0.25 }, false),
        ("node2vec p 0.25 q 4, weighted", WalkRule::Node2vec { p: 0.25, q: 4.0 }, true),
    ];
    let networks = match std::env::args().nth(1) {
        Some(path) => vec![read(&path)?],
        None => vec![power_law(3_852, 19_349), power_law(300_000, 3_000_000)],
    };
    for edges in networks {
        let n_nodes = edges.sources.iter().chain(&edges.targets).max().map_or(0, |&node| node as usize + 1);
        println!("{n_nodes} nodes, {} edges", edges.len());
        let plain = Network::from_edges(n_nodes, false, &edges)?.0;
        let weights = Stream::new(7, Purpose::Test, 1);
        let weights = (0..edges.len() as u64).map(|k| 0.1 + weights.uniform(k) as f32).collect();
        let weighted = Network::from_edges(n_nodes, false, &EdgeList { weights, ..edges })?.0;
        for (name, rule, by_weight) in &rules {
            let plan = WalkPlan { walks_per_node: 1, rule: rule.clone(), ..WalkPlan::default() };
            let rate = steps_per_second(&Walker::new(if *by_weight { &weighted } else { &plain }, plan)?);
            println!("  {name:<30} {:6.1} million steps/s", rate / 1e6);
        }
    }
    Ok(())
}

fn steps_per_second(walker: &Walker<'_>) -> f64 {
    const PIECE: u64 = 4096;
    let mut walks = Walks::default();
    let mut pass = |epoch| {
        let (mut n_steps, start) = (0, processor_s());
        // Pieces as a training step takes them, but at least half a second's worth.
        while processor_s() - start < 0.5 {
            for first in (0..walker.n_walks()).step_by(PIECE as usize) {
                walks.clear();
                let range = first..(first + PIECE).min(walker.n_walks());
                walker.walks(Stream::new(1, Purpose::Walks, epoch), range, &mut walks);
                n_steps += black_box(&walks).nodes().len() - walks.n_walks();
            }
        }
        n_steps as f64 / (processor_s() - start)
    };
    (0..5).map(&mut pass).fold(0.0, f64::max)
}

/// The time this thread has run.
fn processor_s() -> f64 {
    thread_local!(static START: Instant = Instant::now());
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next().and_then(|number| number.parse::<f64>().ok()));
    nanoseconds.map_or_else(|| START.with(|start| start.elapsed().as_secs_f64()), |number| number * 1e-9)
}

/// Edges whose ends are drawn in proportion to (k + k0)^(-1 / 1.3): degrees follow a power law of exponent 2.3 (Chung &
/// Lu 2002). The numbers of the nodes are shuffled, so that hubs do not lie side by side.
fn power_law(n_nodes: usize, n_edges: usize) -> EdgeList {
    let stream = Stream::new(5, Purpose::Test, 0);
    let order = stream.permutation(n_nodes);
    let end = |index| {
        let power = 1.0 - 1.0 / 1.3_f64;
        let (least, most) = (10.0_f64.powf(power), (n_nodes as f64 + 10.0).powf(power));
        let k = (least + stream.uniform(index) * (most - least)).powf(1.0 / power) - 10.0;
        order[(k as usize).min(n_nodes - 1)]
    };
    (0..n_edges as u64).map(|k| (end((1 << 40) + 2 * k), end((1 << 40) + 2 * k + 1))).collect()
}

fn read(path: &str) -> Result<EdgeList, Box<dyn Error>> {
    let edge = |line: &str| -> Result<(u32, u32), Box<dyn Error>> {
        let mut ends = line.split_whitespace();
        let mut next = || ends.next().ok_or("a line with fewer than two numbers");
        Ok((next()?.parse()?, next()?.parse()?))
    };
    std::fs::read_to_string(path)?.lines().map(edge).collect()
}
