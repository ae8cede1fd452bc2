//! What a run folder answers, by external ids and in words.
//!
//! A folder is opened once ([`Answers::open`]) and then asked: whom or what to recommend, why, what is alike, which edges
//! are to come, which facets were learned. Answers are documents with ids and names, ready to be written as JSON: the
//! command line and the service tell the same ones.
//!
//! Architecture invariant: no terminal, no socket, no training. The caller brings the threads.

#![forbid(unsafe_code)]

pub mod catalogue;
mod error;
mod map;
mod named;
pub mod network;

use std::path::Path;

use culet_data::{Manifest, Run, RunKind};
use culet_graph::Names;
use culet_model::nearest;

pub use catalogue::CatalogueAnswers;
pub use error::AskError;
pub use map::{Colour, Map, MapOf, MapWish, Point, Projection};
pub use named::{NameIndex, Named, Node, NodeKind};
pub use network::NetworkAnswers;

/// A run folder that answers.
pub enum Answers {
    /// Of users, items and facts.
    Catalogue(Box<CatalogueAnswers>),
    /// Of nodes and edges.
    Network(Box<NetworkAnswers>),
}

impl Answers {
    /// Opens a run folder, of whichever kind, and compares all checksums.
    ///
    /// # Errors
    /// [`AskError::Stored`] if it is not a whole run.
    pub fn open(path: &Path) -> Result<Self, AskError> {
        Ok(match run_kind(path) {
            RunKind::Network => Self::Network(NetworkAnswers::open(path)?.into()),
            _ => Self::Catalogue(CatalogueAnswers::open(path)?.into()),
        })
    }

    /// The folder's content.
    #[must_use]
    pub fn run(&self) -> &Run {
        match self {
            Self::Catalogue(answers) => &answers.stored().run,
            Self::Network(answers) => &answers.stored().run,
        }
    }

    /// How the model was made and what it reached.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.run().manifest
    }

    /// The name of the data set that was trained on.
    #[must_use]
    pub fn data_name(&self) -> &str {
        match self {
            Self::Catalogue(answers) => answers.stored().data_name(),
            Self::Network(answers) => answers.stored().data_name(),
        }
    }

    /// A way out for a question without an answer: the nearest of what there is. This looks at all ids and names, some
    /// 50 ms for 100,000; [`AskError::hint`] does not.
    #[must_use]
    pub fn hint(&self, error: &AskError) -> Option<String> {
        match self {
            Self::Catalogue(answers) => answers.hint(error),
            Self::Network(answers) => answers.hint(error),
        }
    }
}

/// What a run folder was made from. What is wrong with one that cannot be told, those who open it say.
#[must_use]
pub fn run_kind(path: &Path) -> RunKind {
    let manifest = std::fs::read(path.join("manifest.json")).ok();
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
    manifest.map_or(RunKind::Catalogue, |manifest| manifest.kind)
}

impl CatalogueAnswers {
    /// As [`Answers::hint`].
    #[must_use]
    pub fn hint(&self, error: &AskError) -> Option<String> {
        let names = self.vocabulary();
        match error {
            AskError::NoSuch { what: "user", asked } => near(asked, &names.users, names.users.len()),
            AskError::NoSuch { what: "item", asked } => near(asked, &names.entities, self.n_items()),
            AskError::NoSuch { what: "relation", asked } if !names.relations.is_empty() => {
                near(asked, &names.relations, names.relations.len())
            }
            AskError::NoSuch { what: "relation", .. } => Some("this run has no knowledge graph".to_owned()),
            AskError::NoSuch { asked, .. } => near(asked, &names.entities, names.entities.len()),
            error => error.hint(),
        }
    }
}

impl NetworkAnswers {
    /// As [`Answers::hint`].
    #[must_use]
    pub fn hint(&self, error: &AskError) -> Option<String> {
        let names = &self.stored().data().nodes;
        match error {
            AskError::NoSuch { asked, .. } => near(asked, names, names.len()),
            error => error.hint(),
        }
    }
}

/// The nearest id or name of the first `n`, or else what ids look like.
fn near(asked: &str, names: &Names, n: usize) -> Option<String> {
    let known = (0..n).map(|k| names.id(k)).chain((0..n).filter_map(|k| names.name(k)));
    let like = || (n > 0).then(|| format!("ids are those of the data, such as `{}`", names.id(0)));
    nearest(asked, known).map(|near| format!("did you mean `{near}`?")).or_else(like)
}
