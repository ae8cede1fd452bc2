//! `culet data synth --network`

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use culet::data::{
    DataError, LinkParts, NetworkConfig, NetworkData, describe_network, synthesise_network, synthesise_network_sized,
    thousands, write_network,
};
use culet::graph::Names;
use serde_json::{Value, json};

use super::{name_the_flag, with_dashes};
use crate::context::Context;
use crate::problem::Problem;

const HEADING: &str = "Networks";

/// The exponent of a network that has but a size.
const EXPONENT: f64 = 2.5;

/// The flags that have no sense for a network of given size.
const OF_GROUPS: [&str; 7] =
    ["groups", "overlap", "max-groups", "mean-degree", "mixing", "degree-exponent", "directed"];

pub(super) fn arguments() -> Vec<Arg> {
    let defaults = NetworkConfig::default();
    let flag = |name: &'static str, value: &'static str, help: String| {
        let flag = Arg::new(name).long(name).value_name(value).allow_negative_numbers(true);
        flag.help_heading(HEADING).requires("network").help(help)
    };
    let count = |name, default: usize, help: &str| {
        flag(name, "N", format!("{help} [default: {default}]")).value_parser(value_parser!(usize))
    };
    let number = |name, default: f64, help: &str| {
        flag(name, "X", format!("{help} [default: {default}]")).value_parser(value_parser!(f64))
    };
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help_heading(HEADING);
    vec![
        switch("network").help("generate a network instead of a catalogue"),
        count("nodes", defaults.n_nodes, "nodes, at least 8"),
        count("groups", defaults.n_groups, "planted groups, 1 to a quarter of the nodes"),
        number("overlap", defaults.overlap, "share of nodes that belong to several groups, 0 to 1"),
        count("max-groups", defaults.max_groups, "the most groups of a node, at least 2"),
        number("mean-degree", defaults.mean_degree, "edges of a node on average"),
        number("mixing", defaults.mixing, "share of edges that lead to a node of any group, 0 to 1"),
        flag(
            "degree-exponent",
            "X",
            "exponent of a power law of degrees, 2.05 to 10 [default: degrees are alike]".into(),
        )
        .value_parser(value_parser!(f64)),
        switch("directed").requires("network").help("edges have a direction"),
        flag("edges", "M", "no groups, but so many edges by a power law of degrees".into())
            .value_parser(value_parser!(usize))
            .conflicts_with_all(OF_GROUPS),
        number("exponent", EXPONENT, "with `--edges`: the exponent of that law, 2.05 to 10").requires("edges"),
    ]
}

pub(super) fn run(context: &Context, matches: &ArgMatches, out: &Path) -> Result<(), Problem> {
    let made = context.pool.install(|| match matches.get_one::<usize>("edges") {
        Some(&n_edges) => sized(context, matches, n_edges),
        None => planted(context, matches),
    });
    let (network, config) = made.map_err(|error| name_the_flag(error, flag_of))?;
    let data = NetworkData { name: name_of(out), ..network };
    write_network(out, &data, None)?;
    let fingerprint = describe_network(&data).fingerprint;
    let document = json!({ "folder": out.to_string_lossy(), "fingerprint": fingerprint, "config": config });
    let [nodes, edges] = [data.network.n_nodes(), data.network.n_edges()].map(|n| thousands(n as u64));
    let direction = if data.network.is_directed() { "directed" } else { "undirected" };
    let groups = data.labels.as_ref().map(|labels| format!(", {} groups in `labels.tsv`", labels.names.len()));
    let groups = groups.unwrap_or_default();
    context.print(&document, || format!("{}: {nodes} nodes, {edges} {direction} edges{groups}\n", out.display()))
}

fn flag_of(name: &str) -> String {
    with_dashes(name.strip_prefix("n_").unwrap_or(name))
}

fn name_of(out: &Path) -> String {
    out.file_name().map_or_else(|| "network".into(), |name| name.to_string_lossy().into_owned())
}

fn planted(context: &Context, matches: &ArgMatches) -> Result<(NetworkData, Value), DataError> {
    let defaults = NetworkConfig::default();
    let count = |name: &str, default: usize| matches.get_one(name).copied().unwrap_or(default);
    let number = |name: &str, default: f64| matches.get_one(name).copied().unwrap_or(default);
    let n_groups = count("groups", defaults.n_groups);
    let config = NetworkConfig {
        n_nodes: count("nodes", defaults.n_nodes),
        n_groups,
        // The defaults make room for few groups: no overlap of one group, no three of two.
        overlap: number("overlap", if n_groups > 1 { defaults.overlap } else { 0.0 }),
        max_groups: count("max-groups", defaults.max_groups.min(n_groups.max(2))),
        mean_degree: number("mean-degree", defaults.mean_degree),
        mixing: number("mixing", defaults.mixing),
        degree_exponent: matches.get_one("degree-exponent").copied(),
        directed: matches.get_flag("directed"),
    };
    // Nor for many edges where there are few nodes.
    let config = if matches.contains_id("mean-degree") { config } else { config.with_room() };
    let planted = synthesise_network(&config, context.seed)?;
    let labels = Some(planted.labels());
    let data = NetworkData { labels, ..bare(planted.network, planted.nodes) };
    let mut config = serde_json::to_value(&config).expect("plain data");
    config["seed"] = context.seed.into();
    Ok((data, config))
}

fn sized(context: &Context, matches: &ArgMatches, n_edges: usize) -> Result<(NetworkData, Value), DataError> {
    let n_nodes = matches.get_one("nodes").copied().unwrap_or(NetworkConfig::default().n_nodes);
    let exponent = matches.get_one("exponent").copied().unwrap_or(EXPONENT);
    let network = synthesise_network_sized(n_nodes, n_edges, exponent, context.seed)?;
    let config = json!({ "n_nodes": n_nodes, "n_edges": n_edges, "exponent": exponent, "seed": context.seed });
    Ok((bare(network, Names::numbered(n_nodes)), config))
}

fn bare(network: culet::graph::Network, nodes: Names) -> NetworkData {
    NetworkData { name: String::new(), network, nodes, labels: None, split: LinkParts::default(), notes: Vec::new() }
}
