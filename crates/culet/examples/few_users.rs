//! How long the best items of a few users take, with and without a coarse table of the items.
//!
//! ```text
//! cargo run --release --example few_users -- RUN [items ...]
//! ```
//! RUN is a run folder of a model that scores by vectors alone. Prints a JSON document a line: the search alone on one
//! thread, for the first so many items (all, if none are named) and several numbers of users at once; then whole answers of
//! the opened run, one user each, before and after it was made ready. That both ways give the same lists is asserted.

use std::time::Instant;

use culet::answers::CatalogueAnswers;
use culet::answers::catalogue::Asked;
use culet::graph::UserId;
use culet::kernels::{CoarseTable, Matrix, Ranked, top_k_by_coarse, top_k_by_product};
use serde_json::{Value, json};

/// Items of a list.
const K: usize = 20;
/// A prime, by which users are taken here and there.
const STRIDE: usize = 7919;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a run folder")?;
    let answers = CatalogueAnswers::open(path.as_ref())?;
    let vectors = answers.stored().vectors().ok_or("the model does not score by vectors alone")?;
    let mut sizes = arguments.map(|n| n.parse::<usize>()).collect::<Result<Vec<_>, _>>()?;
    if sizes.is_empty() {
        sizes.push(vectors.items.n_rows());
    }
    for n_items in sizes {
        search(&vectors.users, &vectors.items.first_rows(n_items.min(vectors.items.n_rows())));
    }
    whole_answers(&answers)
}

/// Milliseconds at the median, and at the 99th of 100.
fn quantiles(seconds: &[f64]) -> Value {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| 1e3 * sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    json!({ "median_ms": at(0.5), "p99_ms": at(0.99) })
}

fn timed<T>(seconds: &mut Vec<f64>, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    seconds.push(start.elapsed().as_secs_f64());
    result
}

fn search(users: &Matrix, items: &Matrix) {
    let mut making = Vec::new();
    let Some(coarse) = timed(&mut making, || CoarseTable::new(items)) else { return };
    let (n_items, bytes) = (items.n_rows(), coarse.n_bytes());
    println!("{}", json!({ "items": n_items, "dim": items.dim(), "coarse_bytes": bytes, "making_s": making[0] }));
    for n_users in [1, 2, 4, 8, 14, 32, 64, 128] {
        let n_rounds = (300_000_000 / (n_items * n_users)).clamp(10, 300);
        let (mut blocked, mut by_coarse) = (Vec::new(), Vec::new());
        for round in 0..n_rounds {
            let user = |k: usize| ((round * n_users + k) * STRIDE % users.n_rows()) as u32;
            let rows: Vec<u32> = (0..n_users).map(user).collect();
            let (mut exact, mut found) = (vec![Vec::<Ranked>::new(); n_users], vec![Vec::new(); n_users]);
            timed(&mut blocked, || top_k_by_product(users, &rows, items, &|_| &[], K, &mut exact));
            timed(&mut by_coarse, || top_k_by_coarse(users, &rows, items, &coarse, &|_| &[], K, &mut found));
            assert_eq!(exact, found);
        }
        let document = json!({
            "items": n_items,
            "users_at_once": n_users,
            "rounds": n_rounds,
            "blocked": quantiles(&blocked),
            "coarse": quantiles(&by_coarse),
        });
        println!("{document}");
    }
}

fn whole_answers(answers: &CatalogueAnswers) -> Result<(), Box<dyn std::error::Error>> {
    let pool = culet::threads(1)?;
    let train = &answers.stored().catalogue().train;
    let with_history = |user: &usize| !train.items_of(UserId(*user as u32)).is_empty();
    let users: Vec<usize> = (0..400).map(|k| k * STRIDE % train.n_users()).filter(with_history).collect();
    let asked = Asked::new(K);
    let mut lists = Vec::new();
    for (ready, users) in [(false, &users[..users.len() / 4]), (true, users.as_slice())] {
        if ready {
            answers.prepare();
        }
        let mut seconds = Vec::new();
        for (place, &user) in users.iter().enumerate() {
            let id = answers.vocabulary().users.id(user);
            let list = timed(&mut seconds, || answers.recommend(id, &asked, &pool))?;
            match lists.get(place) {
                Some(before) => assert_eq!(before, &list),
                None => lists.push(list),
            }
        }
        println!("{}", json!({ "answers": users.len(), "made_ready": ready, "time": quantiles(&seconds) }));
    }
    Ok(())
}
