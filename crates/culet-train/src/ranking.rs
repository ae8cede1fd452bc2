//! From what a model answers from to who ranks by it, and to lists of the best items.

use culet_eval::{
    EvalError, PopularityRanker, Ranked, Ranker, RankingProtocol, RankingReport, ScoreKind, ScorePart, SumRanker,
    evaluate_ranking,
};
use culet_graph::{Interactions, UserId};
use culet_kernels::{CoarseTable, Matrix};
use culet_model::{Part, PartKind, Scorer};
use rayon::ThreadPool;

/// What is wanted of recommendations.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// How many items for each user, at most.
    pub k: usize,
    /// A flag for each item: whether it may come up; all may if there is none.
    pub allowed: Option<&'a [bool]>,
    /// Whether the items of the user's history may come up again.
    pub keep_seen: bool,
}

impl From<usize> for Wanted<'_> {
    /// So many of all items that the user has not.
    fn from(k: usize) -> Self {
        Self { k, allowed: None, keep_seen: false }
    }
}

/// Ranks by a scorer, whose weights speak for the items of this history.
pub(crate) fn ranker<'a>(scorer: &'a Scorer, history: &'a Interactions) -> SumRanker<'a> {
    ranker_of(scorer, history, None)
}

/// The same for other users than the scorer's own: with vectors and factors of each part.
pub(crate) fn ranker_of<'a>(
    scorer: &'a Scorer,
    history: &'a Interactions,
    others: Option<&[(Option<&'a Matrix>, &'a [f32])]>,
) -> SumRanker<'a> {
    let part = |(k, part): (usize, &'a Part)| {
        let other = others.map(|others| others[k]);
        let kind = match &part.kind {
            PartKind::Vectors { vectors, temperature } => {
                let users = other.and_then(|(users, _)| users).unwrap_or(&vectors.users);
                ScoreKind::Product { users, items: &vectors.items, temperature: *temperature }
            }
            PartKind::Weights(weights) => ScoreKind::Weights(weights),
            PartKind::Bias(bias) => ScoreKind::Bias(bias),
        };
        let own = part.user_factors.as_deref();
        ScorePart { kind, user_factors: own.map(|own| other.map_or(own, |(_, factors)| factors)) }
    };
    SumRanker { history, parts: scorer.parts.iter().enumerate().map(part).collect() }
}

/// The best items of users; `seen` are those of their histories, and `popular` ranks for those who have none. A coarse
/// table of the items is of use where vectors alone decide.
pub(crate) fn best_items(
    ranker: SumRanker<'_>,
    coarse: Option<&CoarseTable>,
    popular: &PopularityRanker,
    seen: &Interactions,
    users: &[u32],
    wanted: Wanted<'_>,
    pool: &ThreadPool,
) -> Vec<Vec<Ranked>> {
    let Wanted { k, allowed, keep_seen } = wanted;
    let excluded = |user: UserId| if keep_seen { &[] } else { seen.items_of(user) };
    // Nothing can make up for what is infinitely bad, so that it comes last, and falls off.
    let bar: Option<Vec<f32>> =
        allowed.map(|allowed| allowed.iter().map(|&may| if may { 0.0 } else { f32::NEG_INFINITY }).collect());
    // Taken apart and put together, it may borrow what lives here.
    let mut ranker = SumRanker { ..ranker };
    if let Some(bar) = &bar {
        ranker.parts.push(ScorePart { kind: ScoreKind::Bias(bar), user_factors: None });
    }
    let may = |ranked: &Ranked| allowed.is_none_or(|allowed| allowed[ranked.item as usize]);
    let has_history = |user: &u32| !ranker.history.items_of(UserId(*user)).is_empty();
    let (known, others): (Vec<u32>, Vec<u32>) = users.iter().partition(|user| has_history(user));
    let of_known = match coarse.and_then(|coarse| Some(ranker.sole_product()?.by_way_of(coarse))) {
        Some(ranker) => ranker.top_k(&known, &excluded, k, pool),
        None => ranker.top_k(&known, &excluded, k, pool),
    };
    let mut of_known = of_known.into_iter();
    let of_other = |user: &u32| {
        let excluded = excluded(UserId(*user));
        popular.order().iter().filter(|&ranked| may(ranked) && excluded.binary_search(&ranked.item).is_err()).take(k)
    };
    let mut of_others = others.iter().map(|user| of_other(user).copied().collect::<Vec<Ranked>>());
    let list = |user: &u32| {
        let mut list = if has_history(user) { of_known.next() } else { of_others.next() }.expect("a list for each");
        list.retain(may);
        list.truncate(k);
        list
    };
    users.iter().map(list).collect()
}

/// The scores of pairs of a user and an item.
pub(crate) fn scores(
    ranker: &SumRanker<'_>,
    popular: &PopularityRanker,
    pairs: &[(u32, u32)],
    pool: &ThreadPool,
) -> Vec<f32> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|&place| pairs[place].0);
    let of_users: Vec<&[usize]> = order.chunk_by(|&a, &b| pairs[a].0 == pairs[b].0).collect();
    let users: Vec<u32> = of_users.iter().map(|places| pairs[places[0]].0).collect();
    let has_history = |user: u32| !ranker.history.items_of(UserId(user)).is_empty();
    let found = ranker.map_rows(&users, pool, |place, row: &[f32]| {
        of_users[place].iter().map(|&at| row[pairs[at].1 as usize]).collect::<Vec<f32>>()
    });
    let mut by_popularity =
        vec![0.0; if users.iter().all(|&user| has_history(user)) { 0 } else { ranker.history.n_items() }];
    if !by_popularity.is_empty() {
        popular.order().iter().for_each(|ranked| by_popularity[ranked.item as usize] = ranked.score);
    }
    let mut scores = vec![0.0; pairs.len()];
    for ((places, found), &user) in of_users.iter().zip(found).zip(&users) {
        for (&at, score) in places.iter().zip(found) {
            // Nothing tells 0 from -0.
            scores[at] = 0.0 + if has_history(user) { score } else { by_popularity[pairs[at].1 as usize] };
        }
    }
    scores
}

/// Ranks all items for each user with targets, the pairs of `masked` left out; `log` is what the scorer learned from.
pub(crate) fn evaluate(
    scorer: &Scorer,
    log: &Interactions,
    masked: &[&Interactions],
    targets: &Interactions,
    protocol: &RankingProtocol,
    pool: &ThreadPool,
) -> Result<RankingReport, EvalError> {
    evaluate_ranking(&ranker(scorer, log), masked, targets, protocol, pool)
}
