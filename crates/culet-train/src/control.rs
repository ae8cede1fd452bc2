//! What a simple model reaches in the place of a run: on the same parts, from the same pairs.

use culet_eval::{RankingProtocol, RankingReport};
use culet_graph::KnowledgeGraph;
use culet_model::{ModelSpec, Problem};
use rayon::ThreadPool;

use crate::ranking::evaluate;
use crate::{Part, StoredError, StoredRun};

impl StoredRun {
    /// Fits a model that needs no training, with its own settings, on the pairs that the run learned from, without facts, and
    /// judges it as [`StoredRun::evaluate`] judges the run.
    ///
    /// # Errors
    /// [`StoredError::NoPart`] if the part is empty; [`StoredError::Model`] for a model that learns by steps.
    pub fn evaluate_control(
        &self,
        spec: &ModelSpec,
        part: Part,
        protocol: &RankingProtocol,
        seed: u64,
        pool: &ThreadPool,
    ) -> Result<RankingReport, StoredError> {
        let (masked, targets) = self.judged_on(part)?;
        let parts = self.catalogue();
        let no_facts = KnowledgeGraph::empty(parts.train.n_items());
        let problem = Problem { train: &parts.train, graph: &no_facts };
        let scorer = pool.install(|| spec.fit(&toml::Table::new(), problem, seed))?;
        Ok(evaluate(&scorer, &parts.train, &[masked], targets, protocol, pool)?)
    }
}
