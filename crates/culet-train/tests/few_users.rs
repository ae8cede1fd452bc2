//! A run that was made ready for few users at a time gives the lists that it gave before.

mod written;

use culet_data::{SizedCounts, synthesise_sized};
use culet_eval::RankingProtocol;
use culet_graph::Interactions;
use culet_model::{complete_settings, find_model};
use culet_train::{Silent, TrainData, TrainOptions, Wanted, train};
use written::write_and_open;

/// Enough items for a coarse table.
const COUNTS: SizedCounts = SizedCounts {
    users: 300,
    items: 20_500,
    entities: 20_500,
    relations: 0,
    triplets: 0,
    train_pairs: 30_000,
    test_pairs: 0,
};

#[test]
fn lists_are_the_same_once_it_is_ready() {
    let data = synthesise_sized(COUNTS, 5).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, settings, options) in [
        ("bpr-mf", "dim = 12", "epochs = 2\nbatch = 4096\nlearning_rate = 0.05\nevaluate_every = 0"),
        ("popularity", "", ""),
    ] {
        let spec = find_model(name).unwrap();
        let settings = complete_settings(spec.settings, &settings.parse().unwrap()).unwrap();
        let options = TrainOptions::for_model(spec, &options.parse().unwrap()).unwrap();
        let protocol = RankingProtocol::new(vec![20]).unwrap();
        let parts = TrainData { train: &data.train, valid: None, test: &data.test, graph: &data.graph };
        let mut outcome = train(spec, &settings, parts, &options, &protocol, 7, &pool, &mut Silent).unwrap();
        let path = folder.path().join(name);
        let run = write_and_open(&path, spec, (&settings, &options, &protocol), &mut outcome, &data);
        let allowed: Vec<bool> = (0..COUNTS.items).map(|item| item % 3 > 0).collect();
        let wanted = [
            Wanted::from(20),
            Wanted::from(1),
            Wanted { k: 20, allowed: None, keep_seen: true },
            Wanted { k: 20, allowed: Some(&allowed), keep_seen: false },
        ];
        let users = [299, 0, 17];
        let new = Interactions::from_pairs(2, COUNTS.items, &[(0, 5), (0, 77), (1, 20_000)]).unwrap();
        let ask = || {
            let trained = wanted.map(|wanted| run.recommend(&users, wanted, &pool));
            (trained, run.recommend_for_histories(new.clone(), 20, &pool).unwrap())
        };
        let before = ask();
        run.prepare_for_few();
        assert_eq!(ask(), before, "{name}");
        let excluded = run.history().items_of(culet_graph::UserId(299));
        assert!(before.0[0][0].iter().all(|ranked| excluded.binary_search(&ranked.item).is_err()));
    }
}
