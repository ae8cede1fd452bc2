//! The default recommender: the best of the others, blended by what counts on withheld pairs.
//!
//! s(u, i) = sum over j in N_u of W_ji + a cos(p_u, q_i) + b <r_u, s_i> + c ln(1 + \|U_i\|)
//!
//! W are the weights of `ease` (of `ease-sparse` for large catalogues) with the paths of the knowledge graph, p and q the
//! vectors of `softmax-mf` (or of `kgin` with its softmax loss), q_i held down by \|U_i\| / (\|U_i\| + 1), r and s those of
//! `als`, U_i the users of an item. Where the graph helps W, q may learn vectors of facts too. Where pairs are few, the
//! cosine is the mean over several trainings, and several parts are withheld in turn to choose by. Instead of the
//! cosine exp(cosine / temperature) stands where that is better, and where withheld pairs lead to items that nobody took,
//! which W knows from the graph alone, the weights towards such items are multiplied as far as it helps.
//! The settings of W, the epochs of p and q, and the weights a, b and c are chosen on a validation part withheld from
//! training; then all parts learn from all training pairs. A part that does not help has no weight and is left out.
//!
//! That linear models of items and embeddings err differently, so that their sum is better than either, is found again
//! and again; see for example Ferrari Dacrema, Cremonesi, Jannach, "Are We Really Making Much Progress?", RecSys 2019.

use crate::registry::Build;
use crate::{Kind, ModelSpec, Paper, Setting};

/// The registry's entry; `culet-train` knows how it is fitted.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "auto",
    class: "Auto",
    title: "Auto",
    summary: "the best known: EASE with the graph's paths, blended with embeddings as far as withheld pairs say",
    paper: Paper {
        authors: "Steck",
        title: "Embarrassingly Shallow Autoencoders for Sparse Data",
        venue: "WWW 2019",
        link: "https://arxiv.org/abs/1905.03375",
    },
    uses_graph: true,
    explains: true,
    settings: &[
        Setting {
            name: "embedding",
            help: "the vectors that are blended in",
            kind: Kind::Choice(&["softmax-mf", "kgin", "none"]),
            default: "softmax-mf",
        },
        Setting { name: "factors", help: "blend in the vectors of als, too", kind: Kind::Switch, default: "true" },
        Setting {
            name: "dim",
            help: "numbers in a vector of the embedding",
            kind: Kind::Integer(1, 4096),
            default: "128",
        },
        Setting {
            name: "neighbours",
            help: "items whose weights are solved for, for each item, in large catalogues",
            kind: Kind::Integer(1, 4096),
            default: "200",
        },
    ],
    new_users: "by each part of the blend: the history through the weights of the items, exact; vectors of `als` solved for, exact; other vectors estimated from those of the history's items",
    build: Build::Blend,
    ..ModelSpec::RECOMMENDER
};
