//! The entries of a board: a model, perhaps with a preset, and which knowledge graph it is given.

use culet_model::{Family, MODELS, ModelError, ModelSpec, find_model};

/// Which knowledge graph a model is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GraphKind {
    /// As it is.
    True,
    /// Its facts dealt out at random.
    Random,
    /// None.
    None,
}

impl GraphKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::True, Self::Random, Self::None];

    /// `true`, `random` or `none`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::Random => "random",
            Self::None => "none",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One row of a board.
#[derive(Debug, Clone, Copy)]
pub struct BoardEntry {
    /// The model.
    pub spec: &'static ModelSpec,
    /// The name of a preset that its settings start from.
    pub preset: Option<&'static str>,
    /// The knowledge graph; [`GraphKind::True`] for a model that uses none.
    pub graph: GraphKind,
}

impl BoardEntry {
    /// `model` or `model:preset`.
    #[must_use]
    pub fn model_name(&self) -> String {
        self.preset.map_or_else(|| self.spec.name.to_owned(), |preset| format!("{}:{preset}", self.spec.name))
    }

    /// What it is called in a table: the model, and its graph if that is not the true one.
    #[must_use]
    pub fn name(&self) -> String {
        match self.graph {
            GraphKind::True => self.model_name(),
            GraphKind::Random => format!("{}, random graph", self.model_name()),
            GraphKind::None => format!("{}, no graph", self.model_name()),
        }
    }

    /// What its folders are called; no two entries share one.
    #[must_use]
    pub fn folder_name(&self) -> String {
        let model =
            self.preset.map_or_else(|| self.spec.name.to_owned(), |preset| format!("{}.{preset}", self.spec.name));
        match self.graph {
            _ if !self.spec.uses_graph => model,
            graph => format!("{model}-{}", graph.word()),
        }
    }
}

/// The entries for models as they are typed (`model` or `model:preset`; none: all recommenders) and graphs, in this order;
/// repeats count once. A model that uses no graph has one entry, as has each model if there are no facts.
///
/// # Errors
/// [`ModelError`] for an unknown model or preset, and for a model of networks.
pub fn board_entries(models: &[String], graphs: &[GraphKind], has_facts: bool) -> Result<Vec<BoardEntry>, ModelError> {
    let named: Vec<(&'static ModelSpec, Option<&'static str>)> = match models {
        [] => MODELS.iter().filter(|spec| spec.family() == Family::Recommender).map(|spec| (spec, None)).collect(),
        models => models.iter().map(|text| model_and_preset(text)).collect::<Result<_, _>>()?,
    };
    let mut entries: Vec<BoardEntry> = Vec::new();
    for (spec, preset) in named {
        let kinds = match (spec.uses_graph, has_facts) {
            (false, _) => &[GraphKind::True][..],
            (true, false) => &[GraphKind::None],
            (true, true) => graphs,
        };
        for &graph in kinds {
            let entry = BoardEntry { spec, preset, graph };
            if entries.iter().all(|known| known.folder_name() != entry.folder_name()) {
                entries.push(entry);
            }
        }
    }
    Ok(entries)
}

fn model_and_preset(text: &str) -> Result<(&'static ModelSpec, Option<&'static str>), ModelError> {
    let (model, preset) = text.split_once(':').map_or((text, None), |(model, preset)| (model, Some(preset)));
    let spec = find_model(model)?;
    if spec.family() != Family::Recommender {
        return Err(ModelError::OtherFamily { model: spec.name, family: spec.family() });
    }
    let Some(name) = preset else { return Ok((spec, None)) };
    // Its error lists the presets that there are.
    spec.preset(name)?;
    Ok((spec, spec.presets.iter().map(|preset| preset.name).find(|&known| known == name)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(models: &[&str], graphs: &[GraphKind], has_facts: bool) -> Vec<String> {
        let models: Vec<String> = models.iter().map(|&model| model.to_owned()).collect();
        board_entries(&models, graphs, has_facts).unwrap().iter().map(BoardEntry::name).collect()
    }

    #[test]
    fn only_models_with_a_graph_have_a_row_for_each() {
        let all = GraphKind::ALL;
        assert_eq!(
            names(&["popularity", "kgin:softmax", "popularity"], &all, true),
            ["popularity", "kgin:softmax", "kgin:softmax, random graph", "kgin:softmax, no graph"]
        );
        assert_eq!(names(&["kgin"], &all, false), ["kgin, no graph"]);
        assert_eq!(names(&["kgin"], &[GraphKind::True], true), ["kgin"]);
    }

    #[test]
    fn without_names_all_recommenders_have_entries_and_folders_of_their_own() {
        let entries = board_entries(&[], &GraphKind::ALL, true).unwrap();
        let recommenders = MODELS.iter().filter(|spec| spec.family() == Family::Recommender);
        assert_eq!(entries.len(), recommenders.map(|spec| if spec.uses_graph { 3 } else { 1 }).sum::<usize>());
        let folders: BTreeSet<String> = entries.iter().map(BoardEntry::folder_name).collect();
        assert_eq!(folders.len(), entries.len());
        let with_preset = board_entries(&["kgin:last-fm".into(), "kgin".into()], &GraphKind::ALL, true).unwrap();
        let folders: BTreeSet<String> = with_preset.iter().map(BoardEntry::folder_name).collect();
        assert_eq!(folders.len(), 6);
        assert!(folders.iter().all(|name| !name.contains([':', ' ', '/'])));
    }

    #[test]
    fn what_is_unknown_is_refused() {
        let told = |text: &str| board_entries(&[text.to_owned()], &GraphKind::ALL, true).unwrap_err().to_string();
        assert_eq!(told("kgim"), "there is no model `kgim`");
        assert!(told("kgin:lastfm").starts_with("`kgin` has no preset `lastfm` (it has "));
        assert_eq!(told("asp2vec"), "`asp2vec` learns from a network, not from interactions");
        assert_eq!(GraphKind::of_word("random"), Some(GraphKind::Random));
        assert_eq!(GraphKind::of_word("some"), None);
    }
}
