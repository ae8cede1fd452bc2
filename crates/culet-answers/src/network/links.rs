//! Edges that are likely to come, and why a pair of nodes has the score it has.

use culet_train::LikelyLink;
use rayon::ThreadPool;
use serde::Serialize;

use super::NetworkAnswers;
use crate::{AskError, Named, Node};

/// Likely new edges, best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Links {
    /// Whether edges have a direction.
    pub directed: bool,
    /// What scores pairs.
    pub score: String,
    /// The node that was asked about, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<Named>,
    /// Best first.
    pub links: Vec<Link>,
}

/// A likely edge.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// From 1.
    pub rank: usize,
    /// Where it would lead from.
    pub source: Named,
    /// Where to.
    pub target: Named,
    /// Higher is likelier.
    pub score: f64,
}

/// Why a pair of nodes has the score it has: `base` and the contributions of the terms add up to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkExplanation {
    /// Where the edge leads from, or would.
    pub source: Node,
    /// Where to.
    pub target: Node,
    /// Whether there is an edge already.
    pub linked: bool,
    /// Higher is likelier.
    pub score: f64,
    /// What is left of the score without the terms: that of an average pair.
    pub base: f64,
    /// What adds to it or takes away, strongest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    /// How the aspects of both see each other, strongest first.
    pub aspects: Vec<AspectOfLink>,
    /// Nodes between the two, the rarest first, not all where there are many.
    pub common_neighbours: Vec<CommonNeighbour>,
    /// How many there are.
    pub n_common: usize,
    /// All of it in one line.
    pub text: String,
}

/// A term of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Term {
    /// What it is.
    pub name: String,
    /// Its value for the pair.
    pub value: f64,
    /// What it adds to the score, against an average pair.
    pub contribution: f64,
}

/// An aspect that two nodes share.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AspectOfLink {
    /// From 1.
    pub aspect: usize,
    /// Of all aspects, by how strongly the nodes see each other under it.
    pub share: f64,
    /// The product of the vectors, both ways.
    pub product: f64,
}

/// A node between two others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommonNeighbour {
    /// The node.
    #[serde(flatten)]
    pub node: Node,
    /// 1 / log(1 + degree): what few nodes share says more.
    pub weight: f64,
}

/// Common neighbours that are told.
const TOLD: usize = 20;
/// Of these named in the line.
const NAMED: usize = 3;

impl NetworkAnswers {
    /// The `k` likeliest new edges of a node, or of the whole network.
    ///
    /// # Errors
    /// [`AskError`] for an unknown node.
    pub fn links(&self, asked: Option<&str>, k: usize, pool: &ThreadPool) -> Result<Links, AskError> {
        let node = asked.map(|asked| self.node(asked)).transpose()?;
        let likely = match node {
            Some(node) => self.stored().links_of(node, k, pool),
            None => self.stored().links(k, pool),
        };
        let link = |(k, likely): (usize, &LikelyLink)| Link {
            rank: k + 1,
            source: self.named(likely.source),
            target: self.named(likely.target),
            score: likely.score,
        };
        Ok(Links {
            directed: self.stored().data().network.is_directed(),
            score: self.stored().score.name(),
            node: node.map(|node| self.named(node)),
            links: likely.iter().enumerate().map(link).collect(),
        })
    }

    /// Why a pair of nodes has the score it has.
    ///
    /// # Errors
    /// [`AskError`] for an unknown node.
    pub fn explain(&self, source: &str, target: &str, pool: &ThreadPool) -> Result<LinkExplanation, AskError> {
        let (source, target) = (self.node(source)?, self.node(target)?);
        let reasons = self.stored().explain_link(source, target, pool);
        let terms = reasons.terms.iter().map(|term| Term {
            name: term.name.clone(),
            value: term.value,
            contribution: term.contribution,
        });
        let aspect = |(s, &(product, share)): (usize, &(f64, f64))| AspectOfLink { aspect: s + 1, share, product };
        let mut aspects: Vec<AspectOfLink> = reasons.aspects.iter().enumerate().map(aspect).collect();
        aspects.sort_by(|a, b| b.share.total_cmp(&a.share));
        let neighbour = |&(node, weight): &(u32, f64)| CommonNeighbour { node: self.told(node), weight };
        let common_neighbours: Vec<CommonNeighbour> = reasons.common.iter().take(TOLD).map(neighbour).collect();
        let n_common = reasons.common.len();
        Ok(LinkExplanation {
            linked: self.stored().data().network.has_edge(source, target),
            source: self.told(source),
            target: self.told(target),
            score: reasons.score,
            base: reasons.base,
            terms: terms.collect(),
            text: text(&aspects, &common_neighbours, n_common),
            aspects,
            common_neighbours,
            n_common,
        })
    }
}

/// One line, such as `through aspect 2 (81 %); 12 nodes between, such as Ada, Bob, Eve`.
fn text(aspects: &[AspectOfLink], common: &[CommonNeighbour], n_common: usize) -> String {
    let named: Vec<&str> = common.iter().take(NAMED).map(|one| one.node.named.label()).collect();
    let between = match n_common {
        0 => "no node between".to_owned(),
        1 => format!("1 node between: {}", named.join("")),
        n if n <= NAMED => format!("{n} nodes between: {}", named.join(", ")),
        n => format!("{n} nodes between, such as {}", named.join(", ")),
    };
    match aspects {
        [first, _, ..] => format!("through aspect {} ({:.0} %); {between}", first.aspect, 100.0 * first.share),
        _ => between,
    }
}
