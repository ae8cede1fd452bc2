//! `culet demo`: generate a catalogue with planted intents, train, show what was found, recommend with reasons.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::answers::catalogue::{Reason, intents_in_words};
use culet::data::{
    Catalogue, CatalogueConfig, Dataset, Fingerprint, IntentMatch, UserMatch, match_intents, match_users, relation_auc,
    synthesise, write_kgat,
};
use culet::eval::{PopularityRanker, Ranked, RankingProtocol, RankingReport, evaluate_ranking};
use culet::graph::{ItemId, UserId};
use culet::model::{self, Facets, Start, find_model};
use culet::runs::{CatalogueFit, CatalogueFitted, resolve_settings, strip_graph};
use culet::train::{GraphKind, StoredRun, TrainOptions};
use serde::Serialize;
use serde_json::json;

use super::train::follow;
use super::{Done, timed};
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

/// The demonstration's settings, good for about ten seconds of training.
const MODEL: &str = "loss = 'softmax'\nhops = 2\nnegatives = 512\ntemperature = 0.2";
const TRAINING: &str = "epochs = 40\nbatch = 1024\nlearning_rate = 3e-3\nevaluate_every = 4\npatience = 4";

pub(super) fn command() -> Command {
    Command::new("demo")
        .about("See it work: generate a catalogue with planted intents, train KGIN, recommend with reasons")
        .after_help("Examples:\n  culet demo\n  culet demo --out mine --seed 7\n  culet demo --json")
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .help("the folder to write; must not exist [default: culet-demo, or culet-demo-2, ...]"),
        )
}

/// A row of the table of results.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    recall: f64,
    ndcg: f64,
    seconds: f64,
}

/// How well the learned intents match the planted ones.
#[derive(Debug, Serialize)]
struct Found {
    relations: IntentMatch,
    users: UserMatch,
    relation_auc: Option<f64>,
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let out = matches.get_one::<PathBuf>("out").cloned().unwrap_or_else(free_name);
    std::fs::create_dir(&out).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Problem::input(format!("`{}` exists already", out.display())).hint("choose another `--out`, or remove it")
        }
        _ => Problem::failed(format!("`{}` cannot be made: {error}", out.display())),
    })?;
    let config = clear_catalogue(context.seed);
    let catalogue = context.pool.install(|| synthesise(&config))?;
    write_kgat(&out.join("catalogue"), &catalogue.dataset)?;
    context.remark(&format!("a catalogue of films with clear intents: {}", Fingerprint::of(&catalogue.dataset)));

    let (popular, popular_seconds) = timed(|| popularity(context, &catalogue.dataset));
    let with_graph = fit(context, &catalogue.dataset, Some(&out.join("run")))?;
    if with_graph.outcome.interrupted {
        return Ok(Done::Interrupted);
    }
    let mut control = catalogue.dataset.clone();
    strip_graph(&mut control);
    let without_graph = fit(context, &control, None)?;
    if without_graph.outcome.interrupted {
        return Ok(Done::Interrupted);
    }
    let rows = [
        row("popularity", &popular?, popular_seconds),
        row("KGIN without the graph", test_report(&without_graph), without_graph.outcome.seconds.train),
        row("KGIN", test_report(&with_graph), with_graph.outcome.seconds.train),
    ];
    let facets = with_graph.facets.as_ref().expect("KGIN learns intents");
    let found = compare(&catalogue, facets);
    let untrained = compare(&catalogue, &untrained_facets(context, &with_graph, &catalogue.dataset)?);
    let stored = StoredRun::open(&out.join("run"))?;
    let examples = recommendations(context, &stored, &catalogue)?;
    let document = json!({
        "folder": out.to_string_lossy(),
        "fingerprint": Fingerprint::of(&catalogue.dataset),
        "results": rows,
        "planted": catalogue.truth.intents,
        "learned": facets.relations,
        "match": found,
        "untrained_match": untrained,
        "recommendations": examples,
        "training": with_graph.document(),
    });
    context
        .print(&document, || report(&out, &rows, &intents_text(&catalogue, facets, &found, &untrained), &examples))?;
    Ok(Done::Wholly)
}

/// Clearer than the generator's defaults: less noise, users with fewer intents, fewer facts that tell nothing.
fn clear_catalogue(seed: u64) -> CatalogueConfig {
    CatalogueConfig { noise: 0.1, intent_spread: 4.0, facts_per_item: 11.0, seed, ..CatalogueConfig::default() }
}

fn free_name() -> PathBuf {
    let numbered = (2..).map(|k| PathBuf::from(format!("culet-demo-{k}")));
    std::iter::once(PathBuf::from("culet-demo")).chain(numbered).find(|path| !path.exists()).expect("endless")
}

fn protocol() -> RankingProtocol {
    RankingProtocol::new(vec![20]).expect("one cutoff")
}

fn popularity(context: &Context, dataset: &Dataset) -> Result<RankingReport, Problem> {
    let ranker = PopularityRanker::new(&dataset.train);
    Ok(evaluate_ranking(&ranker, &[&dataset.train], &dataset.test, &protocol(), &context.pool)?)
}

fn table(text: &str) -> toml::Table {
    text.parse().expect("written in TOML")
}

/// What the same network tells before it has learned anything: what the data and the read-out alone give.
fn untrained_facets(context: &Context, trained: &CatalogueFitted, dataset: &Dataset) -> Result<Facets, Problem> {
    let problem = model::Problem { train: &trained.outcome.train, graph: &dataset.graph };
    let mut model = find_model("kgin")?.build(&table(MODEL), problem, Start::Seed(context.seed))?;
    Ok(context.pool.install(|| model.facets()).expect("KGIN learns intents"))
}

fn fit(context: &Context, dataset: &Dataset, out: Option<&Path>) -> Result<CatalogueFitted, Problem> {
    let spec = find_model("kgin")?;
    let fit = CatalogueFit {
        spec,
        settings: resolve_settings(spec, None, table(MODEL))?.model,
        options: TrainOptions::from_settings(&table(TRAINING))?,
        protocol: protocol(),
        dataset,
        load_seconds: 0.0,
        graph: if dataset.graph.triplets().is_empty() { GraphKind::None } else { GraphKind::True },
        seed: context.seed,
    };
    follow(context, &fit, out)
}

fn test_report(fitted: &CatalogueFitted) -> &RankingReport {
    fitted.outcome.test.as_ref().expect("the catalogue has a test part")
}

fn row(name: &'static str, report: &RankingReport, seconds: f64) -> Row {
    Row { name, recall: report.means["recall@20"], ndcg: report.means["ndcg@20"], seconds }
}

fn compare(catalogue: &Catalogue, facets: &Facets) -> Found {
    let relations = match_intents(&catalogue.truth, &facets.relations);
    let users = match_users(&catalogue.truth, &relations.assignment, &facets.user_shares);
    Found { users, relation_auc: relation_auc(&catalogue.truth, &facets.relations), relations }
}

/// What a user is recommended, and why.
#[derive(Debug, Serialize)]
struct Example {
    user: String,
    /// The planted intent that the user follows most.
    planted_intent: String,
    items: Vec<ExampleItem>,
}

#[derive(Debug, Serialize)]
struct ExampleItem {
    name: String,
    score: f32,
    reason: Reason,
}

const EXAMPLE_USERS: [u32; 2] = [0, 1];
const EXAMPLE_ITEMS: usize = 3;

fn recommendations(context: &Context, stored: &StoredRun, catalogue: &Catalogue) -> Result<Vec<Example>, Problem> {
    let lists = stored.recommend(&EXAMPLE_USERS, EXAMPLE_ITEMS, &context.pool);
    let items_of = |list: &Vec<Ranked>| list.iter().map(|ranked| ItemId(ranked.item)).collect();
    let asked: Vec<(UserId, Vec<ItemId>)> =
        EXAMPLE_USERS.iter().zip(&lists).map(|(&user, list)| (UserId(user), items_of(list))).collect();
    let explained = context.pool.install(|| stored.explain(&asked))?.expect("KGIN explains");
    let names = &stored.catalogue().vocabulary;
    let mut examples = Vec::new();
    for (((user, items), list), explanations) in asked.iter().zip(&lists).zip(&explained) {
        let user = user.0;
        let item = |(k, &item): (usize, &ItemId)| ExampleItem {
            name: names.entities.label(item.index()).to_owned(),
            score: list[k].score,
            reason: Reason::new(item, &explanations[k], &stored.catalogue().graph, names),
        };
        let shares = catalogue.truth.user_shares[user as usize].iter().zip(&catalogue.truth.intents);
        let strongest = shares.max_by(|a, b| a.0.total_cmp(b.0)).map(|(_, intent)| intent.name.clone());
        examples.push(Example {
            user: names.users.label(user as usize).to_owned(),
            planted_intent: strongest.unwrap_or_default(),
            items: items.iter().enumerate().map(item).collect(),
        });
    }
    Ok(examples)
}

fn report(out: &Path, rows: &[Row], intents: &str, examples: &[Example]) -> String {
    let mut table = Table::new(&["", "recall@20", "ndcg@20", "seconds"]);
    for row in rows {
        let number = |x: f64| format!("{x:.4}");
        table.row(vec![row.name.into(), number(row.recall), number(row.ndcg), format!("{:.1}", row.seconds)]);
    }
    let mut text = format!("\nwhat was found on withheld choices\n\n{}", table.render());
    text += "\nthe intents planted behind the choices, and those read from KGIN's relational paths\n\n";
    text += intents;
    for example in examples {
        text += &format!("\nfor {}, who mostly follows `{}`\n", example.user, example.planted_intent);
        for item in &example.items {
            text += &format!("  {}\n    {}\n", item.name, item.reason.text);
        }
    }
    let (catalogue, run) = (out.join("catalogue"), out.join("run"));
    text += &format!("\nwritten: {} and {}\n", catalogue.display(), run.display());
    text += &format!("next:    culet recommend {} --user user-00003 --explain\n", run.display());
    text
}

/// How it is measured, in words.
const MEASURED: &str = "\
each film of a user is scored from the others of the history; the part of its score that arrives over a relation, less
that of films drawn by popularity, is the user's weight of the relation; the intents are the mixtures of relations that
explain the weights of all users best. The untrained network shows how much the facts tell by themselves
";

fn intents_text(catalogue: &Catalogue, facets: &Facets, found: &Found, untrained: &Found) -> String {
    let learned = intents_in_words(facets, &catalogue.dataset.vocabulary.relations);
    let names = &catalogue.dataset.vocabulary.relations;
    let mut table = Table::new(&["planted", "follows", "found", "overlap"]);
    for (p, intent) in catalogue.truth.intents.iter().enumerate() {
        let follows: Vec<String> = (intent.relation_weights.iter().enumerate())
            .filter(|(_, weight)| **weight > 0.0)
            .map(|(r, weight)| format!("{} {:.0} %", names.label(r), 100.0 * weight))
            .collect();
        let match_ = found.relations.assignment[p].map_or("-".to_owned(), |q| learned[q].strongest(3));
        table.row(vec![intent.name.clone(), follows.join(", "), match_, format!("{:.2}", found.relations.overlaps[p])]);
    }
    format!("{}\n{}\n{MEASURED}", table.render(), agreement_table(found, untrained).render())
}

/// Three measures of agreement with what was planted: of the trained model, of the untrained one, and by chance.
fn agreement_table(found: &Found, untrained: &Found) -> Table {
    let mut table = Table::new(&["agreement with what was planted", "trained", "untrained", "by chance"]);
    let mut row = |name: &str, cells: [String; 3]| {
        table.row(std::iter::once(name.to_owned()).chain(cells).collect());
    };
    let overlaps = [found.relations.overlap, untrained.relations.overlap, found.relations.chance];
    row("overlap of the intents' relations", overlaps.map(|x| format!("{x:.2}")));
    let users = [found.users.agreement, untrained.users.agreement, found.users.chance];
    row("users whose strongest intent is found", users.map(|x| format!("{:.0} %", 100.0 * x)));
    let aucs = [found.relation_auc, untrained.relation_auc, Some(0.5)];
    let auc = |auc: Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.2}"));
    row("followed relations outweigh the others", aucs.map(auc));
    table
}
