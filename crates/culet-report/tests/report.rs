//! Pages and plots of small runs: what they say, that it is true, and what they refuse.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use culet_answers::{Colour, MapOf, MapWish, Projection};
use culet_data::{CatalogueConfig, Dataset, LinkParts, NetworkConfig, NetworkData, synthesise, synthesise_network};
use culet_eval::RankingProtocol;
use culet_graph::Interactions;
use culet_model::{Family, find_model};
use culet_report::{Plot, PlotOf, Report, ReportError};
use culet_runs::{CatalogueFit, NetworkFit, resolve_settings, strip_graph};
use culet_train::{GraphKind, LinkSets, NetworkTrainOptions, Part, Silent, StoredRun, TrainOptions, withheld};
use rayon::ThreadPool;

fn pool() -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

/// Runs that all tests read.
struct Made {
    _folder: tempfile::TempDir,
    kgin: PathBuf,
    als: PathBuf,
    asp2vec: PathBuf,
    deepwalk: PathBuf,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let config = CatalogueConfig { n_users: 60, n_items: 80, n_interactions: 900, ..Default::default() };
    let films = Dataset { name: "films".into(), ..synthesise(&config).unwrap().dataset };
    train("kgin", "epochs = 4\nevaluate_every = 2\ndim = 8\nhops = 2", &films, &place("kgin"));
    train("als", "dim = 8", &films, &place("als"));
    for (model, given) in [("asp2vec", "epochs = 2\ndim = 8"), ("deepwalk", "epochs = 2\ndim = 8")] {
        embed(model, given, &place(model));
    }
    let [kgin, als, asp2vec, deepwalk] = ["kgin", "als", "asp2vec", "deepwalk"].map(place);
    Made { kgin, als, asp2vec, deepwalk, _folder: folder }
});

fn train(model: &str, given: &str, dataset: &Dataset, out: &Path) {
    let spec = find_model(model).unwrap();
    let settings = resolve_settings(spec, None, given.parse().unwrap()).unwrap();
    let fit = CatalogueFit {
        spec,
        options: TrainOptions::for_model(spec, &settings.training).unwrap(),
        settings: settings.model,
        protocol: RankingProtocol::new(vec![10, 20]).unwrap(),
        dataset,
        load_seconds: 0.5,
        graph: GraphKind::True,
        seed: 7,
    };
    fit.run(Some(out), &pool(), &mut Silent).unwrap();
}

fn embed(model: &str, given: &str, out: &Path) {
    let config = NetworkConfig { n_nodes: 120, n_groups: 4, ..Default::default() };
    let planted = synthesise_network(&config, 1).unwrap();
    let labels = Some(planted.labels());
    // What is withheld here is the test part of the training.
    let (network, sets) = withheld(&planted.network, &LinkSets::default(), 0.2, 1).unwrap();
    let split = LinkParts { test: sets.valid, test_negatives: sets.valid_negatives, ..LinkParts::default() };
    let made = NetworkData { name: "groups".into(), network, nodes: planted.nodes, labels, split, notes: Vec::new() };
    let spec = find_model(model).unwrap();
    assert_eq!(spec.family(), Family::Network);
    let settings = resolve_settings(spec, None, given.parse().unwrap()).unwrap();
    let fit = NetworkFit {
        spec,
        options: NetworkTrainOptions::from_settings(&settings.training).unwrap(),
        settings: settings.model,
        data: &made,
        load_seconds: 0.5,
        seed: 3,
    };
    fit.run(Some(out), &pool(), &mut Silent).unwrap();
}

fn html(runs: &[&Path]) -> Result<String, ReportError> {
    let runs: Vec<PathBuf> = runs.iter().map(|run| run.to_path_buf()).collect();
    let controls = Report::controls();
    Report { runs: &runs, names: &[], controls: &controls, map: MapWish::new(200, 0), seed: 0 }.html(&pool())
}

fn headings(html: &str) -> Vec<&str> {
    let each = html.split("<h2 id=").skip(1);
    each.map(|rest| rest.split_once('>').unwrap().1.split_once('<').unwrap().0).collect()
}

#[test]
fn a_page_of_a_recommender_has_all_its_sections_and_asks_for_nothing_from_elsewhere() {
    let page = html(&[&MADE.kgin]).unwrap();
    let expected = [
        "Result",
        "Training",
        "For whom, and with what",
        "Intents",
        "Reasons, put to the test",
        "Map",
        "Data",
        "Time and memory",
        "Settings",
    ];
    assert_eq!(headings(&page), expected);
    for forbidden in ["http://", "https://", "<script", "src=", "url(", "NaN", "inf\"", "@import"] {
        assert!(!page.contains(forbidden), "{forbidden} on the page");
    }
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    // Each drawing has a name and a description, and ids are unique.
    assert_eq!(
        page.matches("<svg viewBox").count(),
        page.matches("role=\"img\"").count() + page.matches("aria-hidden").count()
    );
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    let n = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n);
    assert!(
        page.contains("culet train kgin DATA --dim 8 --hops 2 --epochs 4 --evaluate-every 2 --at 10,20 --seed 7"),
        "{}",
        command(&page)
    );
}

fn command(page: &str) -> &str {
    page.split_once("<pre").unwrap().1.split_once("</pre>").unwrap().0
}

#[test]
fn the_numbers_are_those_of_the_run_and_of_its_controls() {
    let page = html(&[&MADE.kgin]).unwrap();
    let stored = StoredRun::open(&MADE.kgin).unwrap();
    let own = stored.run.manifest.summary.metrics["test"]["recall@10"];
    let protocol = RankingProtocol::new(vec![10]).unwrap();
    let told = |html: &str, name: &str| {
        let row = html.split("<tr").find(|row| row.contains(name)).unwrap();
        row.split_once("<td>").unwrap().1.split(' ').next().unwrap().to_owned()
    };
    assert_eq!(told(&page, "kgin (this run)"), format!("{own:.4}"));
    for (model, name) in [("popularity", "popularity: the same"), ("item-knn", "item-knn: without facts")] {
        let spec = find_model(model).unwrap();
        let found = stored.evaluate_control(spec, Part::Test, &protocol, 0, &pool()).unwrap();
        assert_eq!(told(&page, name), format!("{:.4}", found.means["recall@10"]));
    }
}

#[test]
fn a_control_is_what_the_model_reaches_when_it_is_trained_on_the_same_pairs() {
    let stored = StoredRun::open(&MADE.als).unwrap();
    let parts = stored.catalogue();
    let mut dataset = Dataset {
        name: "same".into(),
        train: parts.train.clone(),
        valid: parts.valid.clone(),
        test: parts.test.clone(),
        graph: parts.graph.clone(),
        vocabulary: parts.vocabulary.clone(),
        notes: Vec::new(),
    };
    strip_graph(&mut dataset);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("knn");
    train("item-knn", "", &dataset, &out);
    let expected = StoredRun::open(&out).unwrap().run.manifest.summary.metrics["test"]["ndcg@10"];
    let protocol = RankingProtocol::new(vec![10]).unwrap();
    let found = stored.evaluate_control(find_model("item-knn").unwrap(), Part::Test, &protocol, 0, &pool()).unwrap();
    assert_eq!(found.means["ndcg@10"], expected);
}

#[test]
fn models_that_are_fitted_at_once_have_no_curves_and_no_intents() {
    let page = html(&[&MADE.als]).unwrap();
    assert_eq!(headings(&page), ["Result", "For whom, and with what", "Map", "Data", "Time and memory", "Settings"]);
    let none =
        Report { runs: std::slice::from_ref(&MADE.als), names: &[], controls: &[], map: MapWish::new(10, 0), seed: 0 };
    assert!(!none.html(&pool()).unwrap().contains("item-knn"));
}

#[test]
fn a_page_of_a_network_shows_its_groups_and_who_is_typical() {
    let page = html(&[&MADE.asp2vec]).unwrap();
    let expected = ["Likely edges", "Training", "Aspects", "Map", "Data", "Time and memory", "Settings"];
    assert_eq!(headings(&page), expected);
    assert!(page.contains("degree product") && page.contains("node-0") && page.contains("In how many groups"));
    assert!(headings(&html(&[&MADE.deepwalk]).unwrap()).contains(&"Groups"));
}

#[test]
fn several_runs_stand_side_by_side() {
    let page = html(&[&MADE.kgin, &MADE.als]).unwrap();
    assert_eq!(headings(&page)[0], "Side by side");
    assert!(
        page.contains("2 runs on films")
            && page.contains("Settings that differ")
            && page.contains("<article id=\"run-2\"")
    );
    let page = html(&[&MADE.asp2vec, &MADE.deepwalk]).unwrap();
    assert!(page.contains("DeLong") && page.contains("loss, run by run"));
}

#[test]
fn without_facts_there_are_no_intents_and_without_withheld_pairs_no_numbers() {
    let config = CatalogueConfig { n_users: 40, n_items: 50, n_interactions: 500, ..Default::default() };
    let mut films = synthesise(&config).unwrap().dataset;
    strip_graph(&mut films);
    films.test = Interactions::empty(films.train.n_users(), films.train.n_items());
    let folder = tempfile::tempdir().unwrap();
    let [kgin, als] = ["kgin", "als"].map(|name| folder.path().join(name));
    train("kgin", "epochs = 2\nevaluate_every = 1\ndim = 8", &films, &kgin);
    train("als", "dim = 8", &films, &als);
    let page = html(&[&kgin]).unwrap();
    assert!(
        !headings(&page).contains(&"Intents") && page.contains("so the numbers flatter it"),
        "{:?}",
        headings(&page)
    );
    let plot = |of: PlotOf| Plot { run: kgin.clone(), name: None, of, map: MapWish::new(10, 0) }.draw(&pool());
    for of in [PlotOf::Intents, PlotOf::Relations] {
        assert!(plot(of).unwrap_err().to_string().ends_with("there were no relations to follow"));
    }
    assert!(!plot(PlotOf::Map).unwrap().svg().contains("intent"));
    let page = html(&[&als]).unwrap();
    assert!(headings(&page)[0] == "Result" && page.contains("nothing was withheld to judge the run by"));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    assert!(matches!(html(&[&MADE.kgin, &MADE.asp2vec]), Err(ReportError::OfBothKinds { .. })));
    assert!(matches!(html(&[&MADE.kgin, &MADE.kgin]), Err(ReportError::Twice { .. })));
    let error = html(&[Path::new("nowhere")]).unwrap_err();
    assert!(error.is_wrong_input(), "{error}");
}

#[test]
fn every_plot_is_drawn_as_svg_and_as_png_or_says_why_not() {
    let plot =
        |run: &Path, of: PlotOf| Plot { run: run.to_owned(), name: None, of, map: MapWish::new(100, 0) }.draw(&pool());
    for (word, of) in PlotOf::ALL {
        assert_eq!((of.word(), PlotOf::of_word(word)), (word, Some(of)));
        for (run, has) in [
            (&MADE.kgin, of != PlotOf::Groups),
            (&MADE.asp2vec, matches!(of, PlotOf::Curves | PlotOf::Map | PlotOf::Groups)),
        ] {
            match plot(run, of) {
                Ok(picture) => {
                    assert!(has, "{word} of {}", run.display());
                    let svg = picture.svg();
                    assert!(svg.starts_with("<svg xmlns") && !svg.contains("NaN") && !picture.description().is_empty());
                    assert_eq!(&picture.png().unwrap()[1..4], b"PNG");
                }
                Err(error) => {
                    assert!(!has && error.is_wrong_input(), "{word}: {error}");
                    assert!(error.to_string().contains(&format!("has no {word} to draw: ")), "{error}");
                }
            }
        }
    }
    assert_eq!(PlotOf::of_word("pie"), None);
}

#[test]
fn maps_are_coloured_by_what_is_asked_for() {
    let svg = |run: &Path, wish: MapWish| {
        Plot { run: run.to_owned(), name: None, of: PlotOf::Map, map: wish }.draw(&pool()).map(|picture| picture.svg())
    };
    let wish = |colour: Colour| MapWish { colour, ..MapWish::new(100, 0) };
    let items = |colour: Colour| MapWish { of: Some(MapOf::Items), ..wish(colour) };
    let by_genre = svg(&MADE.kgin, items(Colour::Relation("genre".into()))).unwrap();
    assert!(
        by_genre.contains("80 items by the two first principal components") && by_genre.contains("Coloured by genre: "),
        "{by_genre}"
    );
    let spread = MapWish { by: Projection::Tsne, ..wish(Colour::Label) };
    let by_label = svg(&MADE.asp2vec, spread).unwrap();
    assert!(by_label.contains("by t-sne") && by_label.contains("Coloured by label: group-"), "{by_label}");
    assert!(svg(&MADE.asp2vec, wish(Colour::Facet)).unwrap().contains("Coloured by group: group 1"));
    for (run, wish, why) in [
        (&MADE.kgin, wish(Colour::Label), "cannot be coloured by labels"),
        (&MADE.kgin, wish(Colour::Relation("genre".into())), "users cannot be coloured by relations"),
        (&MADE.kgin, items(Colour::Relation("genres".into())), "there is no relation `genres`"),
        (&MADE.asp2vec, wish(Colour::Type), "cannot be coloured by types"),
    ] {
        let error = svg(run, wish).unwrap_err();
        assert!(error.to_string().contains(why) && error.hint().is_some(), "{error} {:?}", error.hint());
    }
}
