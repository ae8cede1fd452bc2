//! Recommendations for users who were never trained, from their histories and a run folder.

use std::ops::Range;

use culet_eval::Ranked;
use culet_graph::{Csr, Interactions, ItemId, UserId};
use culet_kernels::Matrix;
use culet_model::{
    Asker, Build, Explainer, Explanation, FoldIn, Newcomers, Part as ScorerPart, PartKind, Scorer, SolveUsers, UserMap,
    complete_settings, find_model,
};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::ranking::{Wanted, best_items, ranker_of};
use crate::store::{StoredError, StoredRun};

/// Users who were never trained, with what stands in for their training: see [`StoredRun::fold_in`].
#[derive(Debug)]
pub struct FoldedUsers<'a> {
    run: &'a StoredRun,
    histories: Interactions,
    newcomers: Newcomers,
    /// What stands in for the users' rows in the tables of a model that learns by steps.
    own: Option<Matrix>,
}

/// How users who were never trained come by their vectors, ready to be used again and again.
#[derive(Debug)]
pub(crate) enum Intake {
    /// By what a model that learns by steps makes of an estimated row in its table of users.
    Steps {
        /// Its table of items, before other entities.
        items: Matrix,
        map: UserMap,
        model: Box<dyn FoldIn>,
    },
    /// Part by part of what learns at once.
    Parts(Vec<PartIntake>),
}

/// The same of a part.
#[derive(Debug)]
pub(crate) enum PartIntake {
    /// It has no vectors of users.
    Nothing,
    /// They follow from those of the items, and are weighed.
    Solved {
        solve: SolveUsers,
        /// Complete.
        settings: toml::Table,
        weight: f32,
    },
    /// They are estimated.
    Estimated(UserMap),
}

/// Vectors in each part, and what they were made from.
type NewVectors = (Vec<Option<Matrix>>, Option<Matrix>);

impl Intake {
    pub(crate) fn of(run: &StoredRun) -> Result<Self, StoredError> {
        let trained = run.catalogue().train.by_user();
        if !matches!(run.spec()?.build, Build::Pairs(_)) {
            let parts: Result<_, _> = run.scorer().parts.iter().map(|part| PartIntake::of(run, part)).collect();
            return Ok(Self::Parts(parts?));
        }
        let mut model = run.model()?;
        // The first two tables of all models that learn by steps: users, and items before other entities.
        let [(_, users), (_, entities), ..] = model.tables()[..] else { return Err(StoredError::Settings) };
        let items = entities.first_rows(run.history().n_items());
        let map = UserMap::fit(users, &items, trained);
        Ok(Self::Steps { items, map, model: model.fold_in() })
    }

    /// The newcomers' vectors in each part, where it scores by vectors; and what stands in for their rows in the tables of
    /// a model that learns by steps.
    fn vectors(&self, parts: &[ScorerPart], histories: &Interactions) -> NewVectors {
        let new = histories.by_user();
        match self {
            Self::Steps { items, map, model } => {
                let own = map.estimate(items, new);
                let vectors = model.fold_in(&own, new);
                // Its final vectors are all that it scores by.
                (parts.iter().map(|_| Some(vectors.clone())).collect(), Some(own))
            }
            Self::Parts(intakes) => {
                let vectors = parts.iter().zip(intakes).map(|(part, intake)| intake.vectors(part, new));
                (vectors.collect(), None)
            }
        }
    }
}

impl PartIntake {
    fn of(run: &StoredRun, part: &ScorerPart) -> Result<Self, StoredError> {
        let PartKind::Vectors { vectors, .. } = &part.kind else { return Ok(Self::Nothing) };
        let spec = run.spec()?;
        let summary = &run.run.manifest.summary;
        // A part of a blend is named after its model; what is all there is, is the run's model itself.
        let (spec, settings, weight) = if part.name.is_empty() {
            (spec, &summary.config["model"], 1.0)
        } else {
            let told = &summary.extra["blend"]["parts"];
            let told = told.as_array().and_then(|parts| parts.iter().find(|told| told["model"] == part.name.as_str()));
            let told = told.ok_or(StoredError::Settings)?;
            let weight = told["weight"].as_f64().ok_or(StoredError::Settings)?;
            (find_model(&part.name)?, &told["settings"], weight as f32)
        };
        let Some(solve) = spec.fold_in else {
            let trained = run.catalogue().train.by_user();
            return Ok(Self::Estimated(UserMap::fit(&vectors.users, &vectors.items, trained)));
        };
        let settings: toml::Table = serde_json::from_value(settings.clone()).map_err(|_| StoredError::Settings)?;
        Ok(Self::Solved { solve, settings: complete_settings(spec.settings, &settings)?, weight })
    }

    fn vectors(&self, part: &ScorerPart, histories: &Csr) -> Option<Matrix> {
        let PartKind::Vectors { vectors, .. } = &part.kind else { return None };
        match self {
            Self::Nothing => None,
            Self::Solved { solve, settings, weight } => {
                let mut users = solve(settings, &vectors.items, histories);
                users.as_mut_slice().iter_mut().for_each(|x| *x *= weight);
                Some(users)
            }
            Self::Estimated(map) => Some(map.estimate(&vectors.items, histories)),
        }
    }
}

impl StoredRun {
    /// Takes in users who were never trained, by their histories: a row for each of them, of items of the run.
    ///
    /// How depends on the model, as [`ModelSpec::new_users`](culet_model::ModelSpec::new_users) says: what scores by the
    /// items of the history does so as for a trained user, vectors are solved for as in training where that is possible
    /// and else estimated, see [`UserMap`]. What that takes is made at the first call and kept: a model that learns by
    /// steps is built from its stored tables for that.
    ///
    /// # Errors
    /// [`StoredError`] if the folder's settings or tables do not fit this program's model.
    ///
    /// # Panics
    /// If the histories are of another number of items than the run.
    pub fn fold_in(&self, histories: Interactions, pool: &ThreadPool) -> Result<FoldedUsers<'_>, StoredError> {
        assert_eq!(histories.n_items(), self.history().n_items(), "histories of the run's items");
        let (vectors, own) = pool.install(|| {
            let intake = self.intake()?;
            Ok::<_, StoredError>(intake.vectors(&self.scorer().parts, &histories))
        })?;
        let newcomers = Newcomers::new(self.scorer(), vectors);
        Ok(FoldedUsers { run: self, histories, newcomers, own })
    }

    /// The `k` best items of each user who was never trained but has such a history, without those of the history.
    ///
    /// # Errors
    /// As [`StoredRun::fold_in`].
    ///
    /// # Panics
    /// As [`StoredRun::fold_in`].
    pub fn recommend_for_histories<'w>(
        &self,
        histories: Interactions,
        wanted: impl Into<Wanted<'w>>,
        pool: &ThreadPool,
    ) -> Result<Vec<Vec<Ranked>>, StoredError> {
        let folded = self.fold_in(histories, pool)?;
        Ok(folded.recommend(0..folded.n_users(), wanted, pool))
    }
}

impl FoldedUsers<'_> {
    /// How many there are.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.histories.n_users()
    }

    /// What each of them has.
    #[must_use]
    pub fn histories(&self) -> &Interactions {
        &self.histories
    }

    /// The best items of some of them; for one without a history those that most trained users took.
    ///
    /// # Panics
    /// If there are not as many of them, or if `wanted` tells of another number of items than the run has.
    #[must_use]
    pub fn recommend<'w>(
        &self,
        users: Range<usize>,
        wanted: impl Into<Wanted<'w>>,
        pool: &ThreadPool,
    ) -> Vec<Vec<Ranked>> {
        let users: Vec<u32> = users.map(|user| user as u32).collect();
        let wanted = wanted.into();
        let scorer = self.run.scorer();
        let factors: Vec<Vec<f32>> =
            self.newcomers.factors.iter().map(|&factor| vec![factor; self.n_users()]).collect();
        let places =
            (0..scorer.parts.len()).map(|part| (self.newcomers.vectors[part].as_ref(), factors[part].as_slice()));
        let ranker = ranker_of(scorer, &self.histories, Some(&places.collect::<Vec<_>>()));
        best_items(ranker, self.run.coarse(), self.run.popular(), &self.histories, &users, wanted, pool)
    }

    /// Why the score of a user for each of the listed items is what it is; nothing if the model cannot tell.
    ///
    /// As [`StoredRun::explain`], and from the same memory.
    ///
    /// # Errors
    /// As [`StoredRun::model`].
    ///
    /// # Panics
    /// If a user or an item is out of range.
    pub fn explain(&self, asked: &[(UserId, Vec<ItemId>)]) -> Result<Option<Vec<Vec<Explanation>>>, StoredError> {
        let spec = self.run.spec()?;
        if !spec.explains {
            return Ok(None);
        }
        if let Some(own) = &self.own {
            let of_user = |explainer: &dyn Explainer, (user, items): &(UserId, Vec<ItemId>)| {
                let own = &own.row(user.index())[..own.dim()];
                explainer.explain(Asker::New { own, history: self.histories.items_of(*user) }, items)
            };
            let of = |explainer: &dyn Explainer| asked.par_iter().map(|asked| of_user(explainer, asked)).collect();
            return Ok(self.run.explainer()?.map(of));
        }
        let scorer: &Scorer = self.run.scorer();
        let of_user = |(user, items): &(UserId, Vec<ItemId>)| {
            scorer.explain_newcomer(&self.newcomers, user.index(), self.histories.items_of(*user), items)
        };
        Ok(Some(asked.iter().map(of_user).collect()))
    }
}
