//! What is asked of a split, and whether it can be.

use culet_graph::Keep;

use crate::{DataError, NetworkData};

/// What to withhold, and which pairs without an edge to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitPlan {
    /// The share of the edges (or nodes, see `whole_nodes`) for the test part, 0 to 1.
    pub test_share: f64,
    /// The share for the validation part, 0 to 1; both together at most 1.
    pub valid_share: f64,
    /// What must not happen to the rest; `None` takes [`Keep::Connected`], or [`Keep::Degrees`] with `whole_nodes`.
    pub keep: Option<Keep>,
    /// How pairs without an edge are drawn; `None` takes [`Negatives::SameTypes`] for nodes of several types, or else
    /// [`Negatives::Mixed`] if edges have a direction, or else [`Negatives::Uniform`].
    pub negatives: Option<Negatives>,
    /// Pairs without an edge to each edge of a part, 0 to 1000.
    pub negatives_per_edge: usize,
    /// Only edges of this relation are withheld.
    pub relation: Option<String>,
    /// Shares are of the nodes of this type, each of which loses all its edges (of the relation) together: as one
    /// hides the authors of some papers.
    pub whole_nodes: Option<String>,
    /// The seed of all draws.
    pub seed: u64,
}

impl Default for SplitPlan {
    fn default() -> Self {
        Self {
            test_share: 0.5,
            valid_share: 0.0,
            keep: None,
            negatives: None,
            negatives_per_edge: 1,
            relation: None,
            whole_nodes: None,
            seed: 0,
        }
    }
}

/// How pairs without an edge are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Negatives {
    /// All pairs are equally likely.
    Uniform,
    /// In proportion to the degrees, so that these do not tell pairs from edges.
    ByDegree,
    /// Edges of a directed network turned round.
    Reversed,
    /// Half of them edges turned round, half uniform.
    Mixed,
    /// An end of an edge with another node of the type of its other end.
    SameTypes,
}

impl Negatives {
    /// All ways.
    pub const ALL: [Self; 5] = [Self::Uniform, Self::ByDegree, Self::Reversed, Self::Mixed, Self::SameTypes];

    /// The name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::ByDegree => "by-degree",
            Self::Reversed => "reversed",
            Self::Mixed => "mixed",
            Self::SameTypes => "same-types",
        }
    }

    /// The way of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// A plan that fits its network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checked {
    pub(super) keep: Keep,
    pub(super) negatives: Negatives,
    pub(super) relation: Option<u16>,
    pub(super) whole_nodes: Option<u8>,
}

impl Checked {
    /// Looks up what is named and fills in what is left open.
    pub(super) fn new(data: &NetworkData, plan: &SplitPlan) -> Result<Self, DataError> {
        check_shares(data, plan)?;
        let network = &data.network;
        let relation = plan.relation.as_deref().map(|name| find("relation", name, &network.relation_names));
        let types = network.types.as_ref().map_or(&[][..], |types| &types.names);
        let whole_nodes = plan.whole_nodes.as_deref().map(|name| find("whole_nodes", name, types));
        let (relation, whole_nodes) = (relation.transpose()?, whole_nodes.transpose()?);
        if whole_nodes.is_some() && relation.is_none() && !network.relation_names.is_empty() {
            let one_of = format!("with `whole_nodes` one of {}", list(&network.relation_names));
            return Err(bad("relation", "missing", &one_of));
        }
        let keep = plan.keep.unwrap_or(if whole_nodes.is_some() { Keep::Degrees } else { Keep::Connected });
        if whole_nodes.is_some() && keep == Keep::Connected {
            return Err(bad("keep", "connected", "`degrees` or `nothing` where whole nodes are withheld"));
        }
        let usual = match (types.is_empty(), network.is_directed()) {
            (false, _) => Negatives::SameTypes,
            (true, true) => Negatives::Mixed,
            (true, false) => Negatives::Uniform,
        };
        let negatives = plan.negatives.unwrap_or(usual);
        if !network.is_directed() && matches!(negatives, Negatives::Reversed | Negatives::Mixed) {
            let expected = "`uniform`, `by-degree` or `same-types` where edges have no direction";
            return Err(bad("negatives", negatives.name(), expected));
        }
        Ok(Self { keep, negatives, relation: relation.map(|k| k as u16), whole_nodes: whole_nodes.map(|k| k as u8) })
    }

    /// How pairs were drawn, in a few words.
    pub(super) fn in_words(&self, plan: &SplitPlan) -> String {
        let keep = match self.keep {
            Keep::Connected => "connected",
            Keep::Degrees => "degrees",
            Keep::Nothing => "nothing",
        };
        let mut words = format!("{}, {} to an edge, kept: {keep}", self.negatives.name(), plan.negatives_per_edge);
        if let Some(relation) = &plan.relation {
            words += &format!(", only `{relation}`");
        }
        if let Some(name) = &plan.whole_nodes {
            words += &format!(", shares of the nodes of type `{name}`");
        }
        words
    }
}

fn check_shares(data: &NetworkData, plan: &SplitPlan) -> Result<(), DataError> {
    let shares = [
        ("test_share", plan.test_share, data.split.test.len(), "test_edges"),
        ("valid_share", plan.valid_share, data.split.valid.len(), "valid_edges"),
    ];
    for (name, share, n_given, file) in shares {
        if !(0.0..=1.0).contains(&share) {
            return Err(bad(name, share, "a number from 0 to 1"));
        }
        if share > 0.0 && n_given > 0 {
            let expected =
                format!("0, as the network comes with `{file}`; or give the path of its training edges alone");
            return Err(bad(name, share, &expected));
        }
    }
    if plan.test_share + plan.valid_share > 1.0 {
        let expected = format!("at most {} beside a test share of {}", 1.0 - plan.test_share, plan.test_share);
        return Err(bad("valid_share", plan.valid_share, &expected));
    }
    if plan.test_share + plan.valid_share == 0.0 {
        return Err(bad("test_share", plan.test_share, "a share above 0, or a validation share"));
    }
    if plan.negatives_per_edge > 1000 {
        return Err(bad("negatives_per_edge", plan.negatives_per_edge, "a whole number from 0 to 1000"));
    }
    Ok(())
}

fn find(setting: &'static str, name: &str, names: &[String]) -> Result<usize, DataError> {
    let expected = || match names {
        [] => format!("nothing, as the network has no {}", if setting == "relation" { "relations" } else { "types" }),
        names => format!("one of {}", list(names)),
    };
    names.iter().position(|own| own == name).ok_or_else(|| bad(setting, name, &expected()))
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
    let rest = names.len() - shown.len();
    shown.join(", ") + &if rest > 0 { format!(" and {rest} more") } else { String::new() }
}

pub(super) fn bad(name: &'static str, found: impl ToString, expected: &str) -> DataError {
    DataError::BadSetting { name, found: found.to_string(), expected: expected.to_owned() }
}
