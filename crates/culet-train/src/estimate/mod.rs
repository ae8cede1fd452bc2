//! How long a training takes and what memory it needs, told before it starts.

mod disk;
mod speed;

use culet_model::{Build, Cost, DataSize, Family, MODELS, ModelError, ModelSpec, Work, complete_settings};

use crate::blend::blend_cost;
use crate::{NetworkTrainOptions, TrainOptions};
pub use disk::{DiskBytes, disk_bytes};
pub(crate) use disk::{vectors, weights};
pub use speed::Speed;

/// What a training will take, good to about a factor of two.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The model.
    pub model: String,
    /// Seconds of an epoch, for a model that has epochs.
    pub epoch_s: Option<f64>,
    /// Epochs at most.
    pub epochs: Option<u64>,
    /// Seconds until it is fitted and judged, if it does not stop early.
    pub most_s: f64,
    /// The most memory that the program holds, the data included, in bytes.
    pub bytes: u64,
}

/// What a training takes with these settings of the model and of the training, which may be incomplete.
///
/// # Errors
/// [`ModelError`]: an unknown setting, or one out of range.
pub fn estimate(
    spec: &ModelSpec,
    model: &toml::Table,
    training: &toml::Table,
    size: &DataSize,
    speed: Speed,
) -> Result<Estimate, ModelError> {
    let (cost, passes) = cost(spec, model, training, size)?;
    let has_epochs = spec.has_epochs();
    let epochs = if has_epochs { passes.epochs * passes.fits } else { 0.0 };
    let judging = judging(size).times(1.0 + if has_epochs { passes.evaluations } else { 0.0 });
    Ok(Estimate {
        model: spec.name.to_owned(),
        epoch_s: has_epochs.then(|| speed.seconds(cost.epoch)),
        epochs: has_epochs.then_some(passes.epochs as u64),
        most_s: speed.seconds(cost.once.and(cost.epoch.times(epochs)).and(judging)),
        bytes: (cost.bytes + data_bytes(size)) as u64,
    })
}

/// The bytes that a training needs beside the data, at the peak.
///
/// # Errors
/// As [`estimate`].
pub fn bytes_beside_data(
    spec: &ModelSpec,
    model: &toml::Table,
    training: &toml::Table,
    size: &DataSize,
) -> Result<u64, ModelError> {
    Ok(cost(spec, model, training, size)?.0.bytes as u64)
}

fn cost(
    spec: &ModelSpec,
    model: &toml::Table,
    training: &toml::Table,
    size: &DataSize,
) -> Result<(Cost, Passes), ModelError> {
    let settings = complete_settings(spec.settings, model)?;
    let passes = match spec.family() {
        Family::Recommender => Passes::of_recommender(&TrainOptions::for_model(spec, training)?),
        Family::Network => Passes::of_network(&NetworkTrainOptions::from_settings(training)?),
    };
    let cost = match (spec.build, spec.cost) {
        (Build::Blend, _) => blend_cost(&settings, size),
        (_, Some(cost)) => cost(&settings, passes.batch, size),
        (_, None) => unreachable!("all models but blends tell what they take"),
    };
    Ok((cost, passes))
}

/// What each model of a family takes with its own defaults.
#[must_use]
pub fn estimates(family: Family, size: &DataSize, speed: Speed) -> Vec<Estimate> {
    let nothing = toml::Table::new();
    let of_family = MODELS.iter().filter(|spec| spec.family() == family);
    of_family.map(|spec| estimate(spec, &nothing, &nothing, size, speed).expect("defaults are in range")).collect()
}

/// How often the pairs are passed over.
struct Passes {
    batch: f64,
    epochs: f64,
    /// Trainings: a second one where withheld pairs are learned from in the end.
    fits: f64,
    evaluations: f64,
}

impl Passes {
    fn of_recommender(options: &TrainOptions) -> Self {
        Self::new(options.batch, options.epochs, options.refit, options.evaluate_every)
    }

    fn of_network(options: &NetworkTrainOptions) -> Self {
        Self::new(options.batch.max(1), options.epochs, options.refit, options.evaluate_every)
    }

    fn new(batch: usize, epochs: u64, refit: bool, evaluate_every: u64) -> Self {
        Self {
            batch: batch as f64,
            epochs: epochs as f64,
            fits: if refit { 2.0 } else { 1.0 },
            evaluations: epochs.checked_div(evaluate_every).unwrap_or(0) as f64,
        }
    }
}

/// All items scored for all users, once, with vectors of the usual length, and the best of them found; in a network, the
/// scores beside the product, of which paths over the edges take the longest. The factors are measured.
fn judging(size: &DataSize) -> Work {
    Work { products: 32.0 * size.users * size.items, gathered: 1e5 * size.users + 4e5 * size.arcs }
}

/// What the data hold in memory: pairs by user, by item, and as parts; facts; ids and names.
fn data_bytes(size: &DataSize) -> f64 {
    const PROGRAM: f64 = 8e6;
    PROGRAM
        + 40.0 * size.pairs
        + 60.0 * size.triplets
        + 200.0 * (size.users + size.entities + size.nodes)
        + 40.0 * size.arcs
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: DataSize = DataSize {
        users: 1e4,
        items: 6e3,
        entities: 2e4,
        pairs: 1e6,
        together: 3e8,
        busy: [4e3, 3e3],
        triplets: 1e5,
        nodes: 0.0,
        arcs: 0.0,
    };
    const SPEED: Speed = Speed { products: 5e10, gathered: 2e10 };

    #[test]
    fn every_model_has_an_estimate_that_grows_with_the_data() {
        let network = DataSize { nodes: 1e4, arcs: 1e5, ..DataSize::default() };
        for (family, size) in [(Family::Recommender, SIZE), (Family::Network, network)] {
            let grown = DataSize {
                users: 3.0 * size.users,
                items: 3.0 * size.items,
                entities: 3.0 * size.entities,
                pairs: 3.0 * size.pairs,
                together: 3.0 * size.together,
                busy: size.busy.map(|busy| 3.0 * busy),
                triplets: 3.0 * size.triplets,
                nodes: 3.0 * size.nodes,
                arcs: 3.0 * size.arcs,
            };
            let (small, large) = (estimates(family, &size, SPEED), estimates(family, &grown, SPEED));
            assert_eq!(small.len(), MODELS.iter().filter(|spec| spec.family() == family).count());
            for (small, large) in small.iter().zip(&large) {
                assert!(small.most_s > 0.0 && small.most_s.is_finite(), "{small:?}");
                assert!(large.most_s > 1.5 * small.most_s && large.bytes > small.bytes, "{small:?} {large:?}");
                assert_eq!(small.epoch_s.is_some(), small.epochs.is_some());
            }
        }
    }

    #[test]
    fn settings_of_model_and_training_count() {
        let table = |text: &str| text.parse::<toml::Table>().unwrap();
        let of = |model: &str, training: &str| {
            let spec = culet_model::find_model("kgin").unwrap();
            estimate(spec, &table(model), &table(training), &SIZE, SPEED)
        };
        let usual = of("", "").unwrap();
        assert!(of("hops = 1", "").unwrap().epoch_s < usual.epoch_s);
        assert!(of("dim = 256", "").unwrap().bytes > 2 * usual.bytes);
        assert!(of("", "batch = 8192").unwrap().epoch_s.unwrap() < usual.epoch_s.unwrap() / 3.0);
        let brief = of("", "epochs = 2").unwrap();
        assert_eq!((brief.epochs, brief.epoch_s), (Some(2), usual.epoch_s));
        assert!(brief.most_s < usual.most_s / 20.0);
        assert!(of("", "refit = true").unwrap().most_s > 1.5 * usual.most_s);
        assert!(of("hops = 0", "").is_err() && of("", "epochs = 0").is_err());
    }
}
