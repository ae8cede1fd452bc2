//! `meta.json`: what is known of a network as a whole.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::NetworkProblem;
use super::edges::MOST_RELATIONS;
use super::ids::{MOST_NODES, MOST_TYPES};
use crate::DataError;

/// How the parts of a network were drawn, for whoever reads its folder later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitRecord {
    /// The seed of the draw.
    pub seed: u64,
    /// The share of the edges in the test part.
    pub test_share: f64,
    /// The share of the edges in the validation part.
    pub valid_share: f64,
    /// How the negatives were drawn, in a few words.
    pub negatives: String,
}

/// What `meta.json` says, as far as a reader needs it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) directed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) num_nodes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) num_edges: Option<u64>,
    /// Whether ids are `type:id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) typed_ids: Option<bool>,
    /// The types, relations and labels in their order; published folders use the plain words for other things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) type_names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relation_names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) label_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) split: Option<SplitRecord>,
}

impl Meta {
    /// Understands the text of `meta.json`; keys that say nothing here are left alone.
    ///
    /// # Errors
    /// [`NetworkProblem::Meta`] for what is no JSON object, or a value of the wrong sort.
    pub(super) fn parse(text: &[u8], path: &Path) -> Result<Self, DataError> {
        let failed = |what: String| DataError::network(path, NetworkProblem::Meta { what });
        let value: Value = serde_json::from_slice(text).map_err(|error| failed(error.to_string()))?;
        let Value::Object(all) = &value else { return Err(failed("expected an object in braces".to_owned())) };
        // Published folders say `isDirected`, ours `directed`; a null says nothing.
        let get = |keys: &[&'static str]| {
            keys.iter().find_map(|&key| Some((key, all.get(key)?))).filter(|(_, value)| !value.is_null())
        };
        let wrong = |key: &str, expected: &str| failed(format!("`{key}` is `{}`, expected {expected}", all[key]));
        let flag = |keys: &[&'static str]| match get(keys) {
            Some((key, value)) => value.as_bool().map(Some).ok_or_else(|| wrong(key, "true or false")),
            None => Ok(None),
        };
        let texts = |key: &'static str, limit| match get(&[key]) {
            Some((_, value)) => texts(value)
                .filter(|texts| texts.len() <= limit)
                .ok_or_else(|| wrong(key, &format!("a list of different texts, at most {limit}"))),
            None => Ok(Vec::new()),
        };
        let num_nodes = match get(&["num_nodes", "n_nodes"]) {
            Some((key, value)) => {
                let count = value.as_u64().and_then(|count| u32::try_from(count).ok());
                let count = count.filter(|&count| count <= MOST_NODES);
                Some(count.ok_or_else(|| wrong(key, &format!("a whole number up to {MOST_NODES}")))?)
            }
            None => None,
        };
        let split = get(&["split"]).and_then(|(_, value)| serde_json::from_value(value.clone()).ok());
        Ok(Self {
            name: get(&["name"]).and_then(|(_, value)| value.as_str()).map(str::to_owned),
            directed: flag(&["directed", "isDirected", "is_directed"])?,
            num_nodes,
            num_edges: None,
            typed_ids: flag(&["typed_ids"])?,
            type_names: texts("type_names", MOST_TYPES)?,
            relation_names: texts("relation_names", MOST_RELATIONS)?,
            label_names: texts("label_names", MOST_NODES as usize)?,
            split,
        })
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let texts: Vec<String> = serde_json::from_value(value.clone()).ok()?;
    let distinct: std::collections::HashSet<_> = texts.iter().collect();
    (distinct.len() == texts.len()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Meta, String> {
        Meta::parse(text.as_bytes(), Path::new("data/meta.json")).map_err(|error| error.to_string())
    }

    #[test]
    fn published_and_own_keys_are_understood() {
        let found = parse(r#"{"name": "ppi", "num_nodes": 7, "isDirected": true, "train_edges": 9}"#).unwrap();
        assert_eq!(found.name.as_deref(), Some("ppi"));
        assert_eq!((found.directed, found.num_nodes, found.typed_ids), (Some(true), Some(7), None));
        assert_eq!(parse(r#"{"directed": false, "isDirected": true}"#).unwrap().directed, Some(false));
        let found = parse(r#"{"directed": null, "split": "half", "labels": 4, "label_names": ["b", "a"]}"#);
        assert_eq!(found.unwrap().label_names, ["b", "a"]);
        assert_eq!(parse("{}").unwrap(), Meta::default());
    }

    #[test]
    fn what_was_written_is_read() {
        let split = SplitRecord { seed: 3, test_share: 0.3, valid_share: 0.1, negatives: "uniform".into() };
        let written = Meta {
            name: Some("x".into()),
            directed: Some(true),
            num_nodes: Some(3),
            typed_ids: Some(false),
            relation_names: vec!["r".into()],
            split: Some(split),
            ..Meta::default()
        };
        assert_eq!(parse(&serde_json::to_string(&written).unwrap()).unwrap(), written);
    }

    #[test]
    fn values_of_the_wrong_sort_are_errors() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(
            error(r#"{"directed": "yes"}"#),
            "`data/meta.json` is not understood: `directed` is `\"yes\"`, expected true or false"
        );
        for count in ["-1", "1.5", "4294967295", "1e30"] {
            let message = error(&format!(r#"{{"num_nodes": {count}}}"#));
            assert!(message.ends_with("expected a whole number up to 4294967294"), "{message}");
        }
        assert!(error(r#"{"type_names": ["a", "a"]}"#).ends_with("expected a list of different texts, at most 256"));
        assert!(error("[1]").ends_with("expected an object in braces"));
        assert!(error("{").contains("is not understood: EOF"));
    }
}
