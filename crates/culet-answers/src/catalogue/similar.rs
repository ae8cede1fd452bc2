//! What is like an item, a user or an entity.

use culet_data::DataError;
use culet_eval::Ranked;
use culet_graph::{Interactions, UserId};
use culet_kernels::{Matrix, ViewMut, product_abt, top_k_of_row};
use rayon::ThreadPool;
use serde::Serialize;

use super::CatalogueAnswers;
use crate::{AskError, Node, NodeKind};

/// What is like a node, most alike first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimilarNodes {
    /// What was asked about.
    pub node: Node,
    /// The aspect of a network's node that was compared, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<usize>,
    /// What the scores are: `cosine` of vectors, `score` of a user who took the item alone, or `shared items`, the cosine
    /// of what two users took.
    pub score: &'static str,
    /// Most alike first.
    pub similar: Vec<Similar>,
}

/// A node that is like another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Similar {
    /// From 1.
    pub rank: usize,
    /// The node.
    #[serde(flatten)]
    pub node: Node,
    /// How much alike.
    pub score: f32,
}

impl SimilarNodes {
    pub(crate) fn new(node: Node, score: &'static str, best: &[Ranked], of: impl Fn(u32) -> Node) -> Self {
        let similar =
            |(k, ranked): (usize, &Ranked)| Similar { rank: k + 1, node: of(ranked.item), score: ranked.score };
        Self { node, aspect: None, score, similar: best.iter().enumerate().map(similar).collect() }
    }
}

impl CatalogueAnswers {
    /// What is like an item, a user or an entity.
    ///
    /// Items and users are compared by the cosine of their vectors, where the model scores by vectors alone. Else items
    /// are those that a user is recommended who took this one item, and users are compared by the items that both took.
    /// Entities are compared by their own vectors, which `kgin` has.
    ///
    /// # Errors
    /// [`AskError::NoSuch`], [`AskError::Ambiguous`], and [`AskError::NoVectors`] for entities of other models.
    pub fn similar(&self, kind: NodeKind, asked: &str, k: usize, pool: &ThreadPool) -> Result<SimilarNodes, AskError> {
        match kind {
            NodeKind::User => Ok(self.similar_users(self.user(asked)?, k)),
            NodeKind::Item => self.similar_items(self.item(asked)?, k, pool),
            NodeKind::Entity => self.similar_entities(self.entity(asked)?, k),
            NodeKind::Node => Err(AskError::OtherKind { what: "nodes", found: self.stored().run.data.kind() }),
        }
    }

    fn similar_items(&self, item: u32, k: usize, pool: &ThreadPool) -> Result<SimilarNodes, AskError> {
        let of = |item| self.entity_node(item);
        if let Some(vectors) = self.stored().vectors() {
            return Ok(SimilarNodes::new(of(item), "cosine", &nearest(&vectors.items, item, k), of));
        }
        if self.stored().is_same_for_all() {
            let model = self.stored().run.manifest.summary.model.clone();
            return Err(AskError::NoVectors { model, what: "items" });
        }
        let histories = Interactions::from_pairs(1, self.n_items(), &[(0, item)]).map_err(DataError::from)?;
        let best = self.stored().recommend_for_histories(histories, k, pool)?.pop().unwrap_or_default();
        Ok(SimilarNodes::new(of(item), "score", &best, of))
    }

    fn similar_users(&self, user: u32, k: usize) -> SimilarNodes {
        let of = |user| self.user_node(user);
        if let Some(vectors) = self.stored().vectors() {
            return SimilarNodes::new(of(user), "cosine", &nearest(&vectors.users, user, k), of);
        }
        SimilarNodes::new(of(user), "shared items", &by_shared_items(self.stored().history(), user, k), of)
    }

    fn similar_entities(&self, entity: u32, k: usize) -> Result<SimilarNodes, AskError> {
        let vectors = self.entity_vectors()?;
        let of = |entity| self.entity_node(entity);
        Ok(SimilarNodes::new(of(entity), "cosine", &nearest(vectors, entity, k), of))
    }

    /// The model's own vectors of entities, which stay in memory.
    fn entity_vectors(&self) -> Result<&Matrix, AskError> {
        const TABLE: &str = "parameter.entities";
        let run = &self.stored().run;
        if let Some(vectors) = self.entity_vectors.get() {
            return Ok(vectors);
        }
        if !run.table_names().iter().any(|name| name == TABLE) {
            let model = run.manifest.summary.model.clone();
            return Err(AskError::NoVectors { model, what: "entities" });
        }
        let read = run.table(TABLE)?;
        Ok(self.entity_vectors.get_or_init(|| read))
    }
}

/// The rows whose direction is nearest to that of one, with the cosine, without itself.
fn nearest(vectors: &Matrix, row: u32, k: usize) -> Vec<Ranked> {
    let mut asked = Matrix::zeros(1, vectors.dim());
    asked.row_mut(0).copy_from_slice(vectors.row(row as usize));
    let mut scores = vec![0.0; vectors.n_rows()];
    product_abt((&asked).into(), vectors.into(), ViewMut::new(&mut scores, 1, vectors.n_rows(), vectors.n_rows()));
    let own = length(asked.row(0));
    for (r, score) in scores.iter_mut().enumerate() {
        *score /= (own * length(vectors.row(r))).max(f32::MIN_POSITIVE);
    }
    top_k_of_row(&scores, &[row], k)
}

fn length(row: &[f32]) -> f32 {
    row.iter().map(|x| x * x).sum::<f32>().sqrt()
}

/// |N_u and N_v| / sqrt(|N_u| |N_v|), over the users who share an item.
fn by_shared_items(history: &Interactions, user: u32, k: usize) -> Vec<Ranked> {
    let mut own = vec![false; history.n_items()];
    history.items_of(UserId(user)).iter().for_each(|&item| own[item as usize] = true);
    let n_own = history.items_of(UserId(user)).len() as f64;
    let cosine = |other: u32| {
        let items = history.items_of(UserId(other));
        let n_shared = items.iter().filter(|&&item| own[item as usize]).count() as f64;
        (n_shared / (n_own * items.len() as f64).sqrt().max(1.0)) as f32
    };
    let scores: Vec<f32> = (0..history.n_users() as u32).map(cosine).collect();
    let mut best = top_k_of_row(&scores, &[user], k);
    best.retain(|ranked| ranked.score > 0.0);
    best
}
