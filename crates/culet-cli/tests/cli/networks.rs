//! Whole runs on networks: every model trained, judged and asked, in text and in JSON.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::program::{Ran, data, folder, run, train_films};

/// Members of each of the two cliques of [`cliques`].
const MEMBERS: usize = 10;

fn write_lines<T: AsRef<str>>(path: &Path, lines: impl IntoIterator<Item = T>) {
    let text: String = lines.into_iter().flat_map(|line| [line.as_ref().to_owned(), "\n".to_owned()]).collect();
    fs::write(path, text).unwrap();
}

/// Two cliques, a0 to a9 and b0 to b9, joined by the edge a0 - b0; two edges of each clique are withheld. Nodes have
/// names and the label of their clique.
fn cliques(folder: &Path) {
    let network = folder.join("cliques");
    fs::create_dir(&network).unwrap();
    let (mut train, mut test) = (vec!["a0\tb0".to_owned()], Vec::new());
    for clique in ["a", "b"] {
        for i in 0..MEMBERS {
            for j in i + 1..MEMBERS {
                let withheld = matches!((i, j), (1, 2) | (3, 7));
                let edges = if withheld { &mut test } else { &mut train };
                edges.push(format!("{clique}{i}\t{clique}{j}"));
            }
        }
    }
    let ids: Vec<String> =
        ["a", "b"].iter().flat_map(|clique| (0..MEMBERS).map(move |k| format!("{clique}{k}"))).collect();
    write_lines(&network.join("train_edges.tsv"), train);
    write_lines(&network.join("test_edges.tsv"), test);
    write_lines(&network.join("labels.tsv"), ids.iter().map(|id| format!("{id}\tclique-{}", &id[..1])));
    let named = ids.iter().map(|id| format!("{id}\tnode {id}"));
    write_lines(&network.join("nodes.tsv"), std::iter::once("id\tname".to_owned()).chain(named));
    fs::write(network.join("meta.json"), r#"{"name": "cliques", "directed": false}"#).unwrap();
}

/// 24 papers with two of six authors each; authors of even and of odd number never meet.
fn typed(folder: &Path) {
    let network = folder.join("typed");
    fs::create_dir(&network).unwrap();
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for paper in 0..24 {
        let of = |k: usize| 2 * ((paper / 2 + k) % 3) + paper % 2;
        train.push(format!("paper:p{paper}\tby\tauthor:a{}", of(0)));
        let edges = if paper >= 20 { &mut test } else { &mut train };
        edges.push(format!("paper:p{paper}\tby\tauthor:a{}", of(1)));
    }
    write_lines(&network.join("train_edges.tsv"), train);
    write_lines(&network.join("test_edges.tsv"), test);
    fs::write(network.join("meta.json"), r#"{"name": "typed", "directed": false}"#).unwrap();
}

/// 0 -> 1 -> ... -> 19
fn chain(folder: &Path) {
    write_lines(&folder.join("chain.tsv"), (0..19).map(|k| format!("{k}\t{}", k + 1)));
}

fn train(folder: &Path, arguments: &[&str]) -> Ran {
    let small = ["--dim", "8", "--epochs", "2", "--threads", "2"];
    run(folder, &[&["train"], arguments, &small[..]].concat())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn each_model_finds_the_withheld_edges_of_two_cliques() {
    let folder = folder();
    cliques(folder.path());
    for model in ["asp2vec", "deepwalk", "node2vec"] {
        let document = train(folder.path(), &[model, "cliques", "--out", model, "--json"]).well().json();
        assert_eq!((&document["model"], &document["data"]), (&model.into(), &"cliques".into()));
        assert_eq!((&document["selected_on"], &document["interrupted"]), (&"validation".into(), &false.into()));
        // Within a clique everybody is near: the withheld pairs stand before those of two cliques.
        assert!(number(&document["test"]["auc"]) > 0.95, "{model}: {document:#}");
        let rows = document["link_prediction"].as_array().unwrap();
        let own = rows[0]["name"].as_str().unwrap();
        assert!(own.starts_with(&format!("{model}, mixture")), "{own}");
        for baseline in ["degree product", "common neighbours", "Adamic-Adar", "3-paths", "spectral filter"] {
            assert!(rows.iter().any(|row| row["name"] == baseline), "{baseline}");
        }
        // 20 nodes, d = 8, a centre and a context for each aspect.
        let aspects = if model == "asp2vec" { 4 } else { 1 };
        assert_eq!(document["parameters"], 20 * 8 * (1 + aspects));
        let judged = run(folder.path(), &["evaluate", model, "--json"]).well().json();
        assert_eq!(judged["metrics"], document["test"], "the run judges as the training did");
        assert_eq!(judged["link_prediction"], document["link_prediction"]);
    }
}

#[test]
fn a_metapath_model_ranks_authors_for_papers() {
    let folder = folder();
    typed(folder.path());
    train(folder.path(), &["metapath2vec", "typed", "--metapath", "author,paper,author", "--out", "net"]).well();
    let judged = run(folder.path(), &["evaluate", "net", "--task", "ranking", "--at", "1,5", "--json"]).well().json();
    let kinds = judged["ranking"].as_array().unwrap();
    assert_eq!(kinds.len(), 1);
    assert_eq!((&kinds[0]["edges"], &kinds[0]["candidates"]), (&"paper to author".into(), &6.into()));
    assert_eq!(judged["sources"], 4);
    // The first author of a paper is known, so five are left, and the true one is among them.
    assert_eq!(number(&judged["metrics"]["recall@5"]), 1.0);
    assert!(number(&judged["metrics"]["ndcg@5"]) > 0.0);
    let text = run(folder.path(), &["evaluate", "net", "--task", "ranking", "--at", "1"]).well().stdout;
    assert!(text.contains("paper to author: 4 sources, 6 candidates\nmetric "), "{text}");
}

#[test]
fn a_directed_chain_has_no_edge_to_spare() {
    let folder = folder();
    chain(folder.path());
    let ran = train(folder.path(), &["asp2vec", "chain.tsv", "--directed", "--out", "net", "--json"]).well();
    assert!(ran.stderr.contains("19 directed edges"), "{}", ran.stderr);
    assert!(ran.stderr.contains("note: no edge could be withheld to select by"), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!((&document["selected_on"], &document["score"]["kind"]), (&Value::Null, &"product".into()));
    let links = run(folder.path(), &["links", "net", "5", "--json"]).well().json();
    assert_eq!(links["directed"], true);
    assert!(links["links"].as_array().unwrap().iter().all(|link| link["target"]["id"] != "6"), "6 is known: {links:#}");
    let evaluated = run(folder.path(), &["evaluate", "net"]);
    assert_eq!(evaluated.code, Some(2), "{evaluated:?}");
    assert!(evaluated.stderr.contains("this run has no test part\n\nhint: "), "{}", evaluated.stderr);
}

#[test]
fn runs_are_the_same_for_any_number_of_threads() {
    let folder = folder();
    cliques(folder.path());
    let tables = ["1", "2"].map(|threads| {
        let out = format!("net-{threads}");
        let arguments = ["asp2vec", "cliques", "--dim", "8", "--epochs", "2", "--threads", threads, "--out", &out];
        run(folder.path(), &[&["train"], &arguments[..]].concat()).well();
        let links = run(folder.path(), &["links", &out, "--json", "--threads", threads]).well().json();
        (fs::read(folder.path().join(&out).join("tables.safetensors")).unwrap(), links["links"].clone())
    });
    assert_eq!(tables[0], tables[1]);
}

#[test]
fn a_run_answers_by_id_and_by_name() {
    let folder = folder();
    cliques(folder.path());
    train(folder.path(), &["asp2vec", "cliques", "--out", "net"]).well();
    let asked = |arguments: &[&str]| run(folder.path(), arguments).well();
    let similar = asked(&["similar", "net", "a3", "-k", "9", "--json"]).json();
    let ids = |list: &Value| list.as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    let found: BTreeSet<String> = ids(&similar["similar"]).iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let own: BTreeSet<String> = (0..MEMBERS).filter(|&k| k != 3).map(|k| format!("a{k}")).collect();
    assert_eq!(found, own, "the nine others of the clique");
    let by_name = asked(&["similar", "net", "node a3", "-k", "9", "--json"]).json();
    assert_eq!(by_name, similar);
    let within = asked(&["similar", "net", "a3", "--aspect", "4", "--json"]).json();
    assert_eq!((&within["aspect"], ids(&within["similar"]).len()), (&4.into(), 10));
    let text = asked(&["similar", "net", "a3", "-k", "2"]).stdout;
    assert!(text.starts_with("like a3 (node a3)\nrank  cosine  node  name\n"), "{text}");

    // a1 - a2 and a3 - a7 are the pairs that lack an edge within the cliques.
    let links = asked(&["links", "net", "a3", "-k", "1", "--json"]).json();
    assert_eq!(links["links"][0]["target"]["id"], "a7");
    let links = asked(&["links", "net", "-k", "4", "--json"]).json();
    let pair = |link: &Value| [&link["source"]["id"], &link["target"]["id"]].map(|id| id.as_str().unwrap().to_owned());
    let found: BTreeSet<[String; 2]> = links["links"].as_array().unwrap().iter().map(pair).collect();
    let missing = [["a1", "a2"], ["a3", "a7"], ["b1", "b2"], ["b3", "b7"]].map(|pair| pair.map(str::to_owned));
    assert_eq!(found, BTreeSet::from(missing));
    assert!(asked(&["links", "net"]).stdout.starts_with("likeliest new edges of cliques, by "));
}

#[test]
fn the_score_of_a_pair_is_told_part_by_part() {
    let folder = folder();
    cliques(folder.path());
    train(folder.path(), &["asp2vec", "cliques", "--aspects", "3", "--out", "net"]).well();
    let asked = |arguments: &[&str]| run(folder.path(), arguments).well();
    let nodes = asked(&["links", "net", "-k", "1", "--json"]).json();
    let [source, target] = ["source", "target"].map(|end| nodes["links"][0][end]["id"].as_str().unwrap().to_owned());
    let ask = ["explain", "net", "--source", &source, "--target", &target];
    let told = asked(&[&ask[..], &["--json"]].concat()).json();
    assert_eq!((told["linked"].as_bool(), number(&told["score"])), (Some(false), number(&nodes["links"][0]["score"])));
    let sum: f64 = told["terms"].as_array().unwrap().iter().map(|term| number(&term["contribution"])).sum();
    assert!((number(&told["base"]) + sum - number(&told["score"])).abs() < 1e-9, "{told:#}");
    let shares: f64 = told["aspects"].as_array().unwrap().iter().map(|aspect| number(&aspect["share"])).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{told:#}");
    let clique = |id: &Value| id.as_str().unwrap().as_bytes()[0];
    let between = told["common_neighbours"].as_array().unwrap();
    assert_eq!(number(&told["n_common"]) as usize, between.len());
    assert!(between.iter().all(|one| clique(&one["id"]) == source.as_bytes()[0]), "{told:#}");
    assert!(asked(&ask).stdout.contains("nodes between, such as "));
}

#[test]
fn facets_have_shares_contexts_and_labels() {
    let folder = folder();
    cliques(folder.path());
    train(folder.path(), &["asp2vec", "cliques", "--aspects", "3", "--out", "net"]).well();
    let document = run(folder.path(), &["facets", "net", "a1", "-k", "4", "--json"]).well().json();
    let facets = document["facets"].as_array().unwrap();
    let aspects: BTreeSet<u64> = facets.iter().map(|facet| facet["aspect"].as_u64().unwrap()).collect();
    assert_eq!(aspects, BTreeSet::from([1, 2, 3]), "aspects count from 1");
    let shares: Vec<f64> = facets.iter().map(|facet| number(&facet["share"])).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{shares:?}");
    assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
    let common = facets.iter().flat_map(|facet| facet["common"].as_array().unwrap());
    common.for_each(|common| assert_eq!((&common["kind"], number(&common["overall"])), (&"label".into(), 0.5)));
    // Two steps from a1 is its clique, and b0 beyond the bridge: nearly all have the label of the clique.
    let text = run(folder.path(), &["facets", "net", "a1", "-k", "9"]).well().stdout;
    assert!(text.starts_with("aspects of a1 (node a1), by their share\n\naspect "), "{text}");
    assert!(text.contains("label clique-a ") && text.contains("(all nodes: 50 %)"), "{text}");
}

#[test]
fn two_cliques_are_two_groups() {
    let folder = folder();
    cliques(folder.path());
    train(folder.path(), &["deepwalk", "cliques", "--out", "flat"]).well();
    train(folder.path(), &["asp2vec", "cliques", "--aspects", "3", "--out", "net"]).well();
    let asked = |arguments: &[&str]| run(folder.path(), arguments).well();
    // As many groups as there are labels.
    let document = asked(&["facets", "flat", "-k", "20", "--json"]).json();
    let groups = document["groups"].as_array().unwrap();
    for (group, number_of_group) in groups.iter().zip(1..) {
        assert_eq!((&group["group"], &group["nodes"]), (&number_of_group.into(), &10.into()));
        let ids = group["typical"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().as_bytes()[0]);
        assert!(ids.clone().all(|clique| Some(clique) == ids.clone().next()), "one clique: {group:#}");
        assert!(number(&group["typical"][9]["cosine"]) <= number(&group["typical"][0]["cosine"]));
        let common = group["common"].as_array().unwrap();
        assert_eq!((common.len(), number(&common[0]["share"]), number(&common[0]["overall"])), (1, 1.0, 0.5));
    }
    assert_eq!((groups.len(), &document["overlap"]), (2, &json!([{ "groups": 1, "nodes": 20 }])));
    let told = asked(&["facets", "flat", "-k", "1"]);
    assert!(
        told.stdout.starts_with("groups of the nodes of cliques, largest first\n\ngroup 1, 10 nodes\n  typical  node ")
    );
    assert!(told.stdout.ends_with("\nof 20 nodes 20 in 1 group\n"), "{}", told.stdout);
    assert!(told.stderr.contains("one aspect only, so each node is in one group"), "{}", told.stderr);
    assert_eq!(asked(&["facets", "net", "--groups", "4"]).stdout.matches("\ngroup ").count(), 4);

    let judged = asked(&["evaluate", "flat", "--task", "groups", "--json"]).json();
    let counts = ["nodes", "labels", "labels_a_node", "asked_groups"].map(|key| number(&judged[key]));
    assert_eq!((judged["task"].as_str(), counts), (Some("groups"), [20.0, 2.0, 1.0, 2.0]));
    let rows = judged["groups"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["name"], number(&rows[0]["omega"])), (1, &"vectors".into(), 1.0));
    assert!(number(&rows[0]["nmi"]) > 1.0 - 1e-9);
    let judged = asked(&["evaluate", "net", "--task", "groups", "--groups", "3"]).stdout;
    let head = "asp2vec on cliques, groups against 2 labels of 20 labelled nodes of 20, 1.00 labels a node\n";
    assert!(
        judged.starts_with(&format!("{head}groups of     nmi   omega  groups  groups a node\naspects ")),
        "{judged}"
    );
    assert!(judged.lines().nth(3).unwrap().starts_with("vectors "), "{judged}");
}

#[test]
fn groups_need_no_labels_but_their_comparison_does() {
    let folder = folder();
    chain(folder.path());
    train(folder.path(), &["asp2vec", "chain.tsv", "--out", "net"]).well();
    let document = run(folder.path(), &["facets", "net", "--json"]).well().json();
    let groups = document["groups"].as_array().unwrap();
    assert!(!groups.is_empty() && groups.len() <= 10, "ten at most where no labels say how many: {document:#}");
    assert!(groups.iter().all(|group| group["common"].as_array().unwrap().is_empty()));
    let judged = run(folder.path(), &["evaluate", "net", "--task", "groups"]);
    assert_eq!((judged.code, judged.stdout.as_str()), (Some(2), ""), "{judged:?}");
    assert!(judged.stderr.contains("this run has no labels to compare groups with\n\nhint: `culet train ... --labels"));
}

#[test]
fn labels_are_read_out_of_the_vectors() {
    let folder = folder();
    cliques(folder.path());
    train(folder.path(), &["deepwalk", "cliques", "--out", "net"]).well();
    for (vectors, dim) in [("concatenated", 16), ("published", 8), ("centres", 8)] {
        let task = ["--task", "labels", "--train-shares", "0.5", "--repeats", "3", "--vectors", vectors];
        let judged = run(folder.path(), &[&["evaluate", "net", "--json"], &task[..]].concat()).well().json();
        assert_eq!((&judged["dim"], &judged["labels"], &judged["nodes"]), (&dim.into(), &2.into(), &20.into()));
        let rows = judged["node_classification"].as_array().unwrap();
        let methods: Vec<&Value> = rows.iter().map(|row| &row["method"]).collect();
        assert_eq!(methods, ["logistic regression", "majority"]);
        let found = number(&rows[0]["micro_f1"]);
        assert!(
            found > if vectors == "concatenated" { 0.95 } else { 0.6 },
            "{vectors}: the cliques lie apart: {judged:#}"
        );
        // Half of the labelled nodes tell which label is commonest; it cannot be that of most others.
        assert!(number(&rows[1]["micro_f1"]) <= 0.5, "{judged:#}");
    }
}

#[test]
fn the_task_follows_from_the_data() {
    let folder = folder();
    cliques(folder.path());
    fs::remove_file(folder.path().join("cliques/test_edges.tsv")).unwrap();
    train(folder.path(), &["deepwalk", "cliques", "--out", "net"]).well();
    let judged = run(folder.path(), &["evaluate", "net", "--repeats", "2", "--json"]).well().json();
    assert_eq!(judged["task"], "labels");
    let ranked = run(folder.path(), &["evaluate", "net", "--task", "ranking"]);
    assert_eq!(ranked.code, Some(2), "{ranked:?}");
}

#[test]
fn selection_on_the_test_part_is_said_aloud() {
    let folder = folder();
    cliques(folder.path());
    let published = ["deepwalk", "cliques", "--preset", "published", "--select", "test", "--out", "net"];
    let trained = train(folder.path(), &published).well();
    let remark = "selected on the TEST part, as published: not an honest estimate";
    assert!(trained.stdout.contains(remark), "{}", trained.stdout);
    assert!(trained.stdout.contains("deepwalk, hadamard"), "{}", trained.stdout);
    assert!(trained.stdout.contains("next: `culet links net`, `culet similar net NODE`, `culet facets net`\n"));
    let judged = run(folder.path(), &["evaluate", "net"]).well().stdout;
    assert!(judged.lines().next().unwrap().ends_with(remark), "{judged}");
}

/// Arguments, and what stderr must hold.
type Wrong<'a> = (&'a [&'a str], &'a [&'a str]);

#[test]
fn wrong_input_is_told_with_a_way_out() {
    let folder = folder();
    cliques(folder.path());
    typed(folder.path());
    write_lines(&folder.path().join("empty.tsv"), ["# nothing"]);
    write_lines(&folder.path().join("negative.tsv"), ["a b 1", "b c -2"]);
    train(folder.path(), &["deepwalk", "cliques", "--out", "net"]).well();
    train_films(folder.path());
    let films = data("films");
    let cases: [Wrong<'_>; 21] = [
        (&["similar", "net", "a12"], &["there is no node `a12` in this run", "did you mean `a1`?"]),
        (&["links", "net", "zzzzzz"], &["there is no node `zzzzzz`", "such as `a0`"]),
        (&["similar", "net", "a1", "--aspect", "2"], &["there is no aspect 2: this run has 1 aspect"]),
        (&["facets", "net", "a1", "--groups", "2"], &["`--groups` is about all nodes, and one is given", "hint: "]),
        (&["facets", "net", "--groups", "21"], &["21 groups are asked for, and this run has 20 nodes", "hint: "]),
        (
            &["evaluate", "net", "--task", "groups", "--groups", "21"],
            &["21 groups are asked for, and this run has 20 nodes"],
        ),
        (&["facets", "net", "--groups", "0"], &["0 is not in 1.."]),
        (&["evaluate", "run", "--groups", "3"], &["`--groups` is for runs of networks"]),
        (&["links", "run"], &["this run is of a catalogue", "`culet recommend`"]),
        (&["facets", "run", "--groups", "3"], &["`--groups` is about networks", "hint: leave the flag out"]),
        (&["similar", "run", "1"], &["there is no item `1` in this run"]),
        (&["recommend", "net", "--user", "a1"], &["`net` holds a network, not a catalogue", "`culet links`"]),
        (&["evaluate", "run", "--task", "links"], &["`--task` is for runs of networks"]),
        (&["evaluate", "net", "--catalogue"], &["`--catalogue` is for recommenders"]),
        (
            &["train", "kgin", "cliques", "--out", "x"],
            &["holds a network, and `kgin` learns from a catalogue", "asp2vec"],
        ),
        (
            &["train", "asp2vec", &films, "--out", "x"],
            &["holds a catalogue, and `asp2vec` learns from a network", "kgin"],
        ),
        (&["train", "asp2vec", "nowhere.tsv", "--out", "x"], &["`nowhere.tsv` does not exist"]),
        (&["train", "asp2vec", "empty.tsv", "--out", "x"], &["empty.tsv"]),
        (&["train", "asp2vec", "negative.tsv", "--out", "x"], &["negative.tsv:2: "]),
        (
            &["train", "metapath2vec", "typed", "--metapath", "paper,paper", "--out", "x"],
            &["no edge leads from", "hint: "],
        ),
        (&["train", "asp2vec", "nowhere.tsv", "--out", "net"], &["`net` exists"]),
    ];
    for (arguments, words) in cases {
        let ran = run(folder.path(), arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{arguments:?}");
        for word in words {
            assert!(ran.stderr.contains(word), "{arguments:?} does not say {word:?}: {}", ran.stderr);
        }
        assert!(!folder.path().join("x").exists(), "{arguments:?} leaves nothing behind");
    }
}

#[test]
fn a_training_follows_the_hint_about_columns() {
    let folder = folder();
    write_lines(&folder.path().join("talk.txt"), (0..19).map(|k| format!("{k} {} said", k + 1)));
    let refused = train(folder.path(), &["deepwalk", "talk.txt", "--out", "net"]);
    assert!(refused.stderr.contains("--columns source,relation,target"), "{}", refused.stderr);
    let columns = ["deepwalk", "talk.txt", "--out", "net", "--columns", "source,target,relation"];
    train(folder.path(), &columns).well();
}

#[test]
fn settings_come_from_preset_file_and_flags() {
    let folder = folder();
    cliques(folder.path());
    let mut text = String::new();
    for line in ["dim = 6", "aspects = 2", "epochs = 1", "patience = 9"] {
        writeln!(text, "{line}").unwrap();
    }
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let flags = ["train", "asp2vec", "cliques", "--preset", "published", "--config", "mine.toml", "--aspects", "3"];
    let document = run(folder.path(), &[&flags[..], &["--out", "net", "--json"]].concat()).well().json();
    let settings = &document["settings"];
    assert_eq!((&settings["model"]["dim"], &settings["model"]["aspects"]), (&6.into(), &3.into()));
    assert_eq!((&settings["model"]["engine"], &settings["training"]["score"]), (&"pairs".into(), &"hadamard".into()));
    assert_eq!((&settings["training"]["epochs"], &settings["training"]["patience"]), (&1.into(), &9.into()));
}
