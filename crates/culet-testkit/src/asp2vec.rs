//! The equations of asp2vec in f64, written from the paper (Park et al. 2020, eq. 5 to 14): no code is shared with the
//! kernels, nothing is fast.

/// How an aspect is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// 1 / K each.
    Even,
    /// softmax of the logits
    Softmax,
    /// softmax of (logits + noise) / temperature
    Gumbel(f64),
}

/// A pair with what its loss needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// i
    pub centre: usize,
    /// j
    pub context: usize,
    /// Each n with what its loss is multiplied with.
    pub negatives: Vec<(usize, f64)>,
    /// N(i), each node once.
    pub bag: Vec<usize>,
    /// g, a number for each aspect.
    pub noise: Vec<f64>,
}

/// Tables of vectors, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables {
    /// P, `[n_nodes * d]`
    pub centres: Vec<f64>,
    /// Q, `[K * n_nodes * d]`: aspect after aspect.
    pub contexts: Vec<f64>,
    /// The number of nodes.
    pub n_nodes: usize,
    /// The length of a vector.
    pub dim: usize,
    /// K
    pub n_aspects: usize,
}

impl Tables {
    /// P_i
    #[must_use]
    pub fn centre(&self, node: usize) -> &[f64] {
        &self.centres[node * self.dim..][..self.dim]
    }

    /// Q_j^s
    #[must_use]
    pub fn context(&self, node: usize, aspect: usize) -> &[f64] {
        &self.contexts[(aspect * self.n_nodes + node) * self.dim..][..self.dim]
    }

    /// sum_s z_s [ -log sigma(<P_i, Q_j^s>) - sum_n w_n log sigma(-<P_i, Q_n^s>) ]
    #[must_use]
    pub fn loss(&self, pair: &Pair, choice: Choice) -> f64 {
        let p = self.centre(pair.centre);
        let logits: Vec<f64> = (0..self.n_aspects)
            .map(|s| pair.bag.iter().map(|&j| dot(p, self.context(j, s))).sum::<f64>() / pair.bag.len() as f64)
            .collect();
        let z = weights(&logits, &pair.noise, choice);
        (0..self.n_aspects)
            .map(|s| {
                let near = softplus(-dot(p, self.context(pair.context, s)));
                let far: f64 = pair.negatives.iter().map(|&(n, w)| w * softplus(dot(p, self.context(n, s)))).sum();
                z[s] * (near + far)
            })
            .sum()
    }

    /// The sum over s < t of |cos(Q_h^s, Q_h^t)| above the threshold.
    #[must_use]
    pub fn likeness(&self, node: usize, threshold: f64) -> f64 {
        let mut sum = 0.0;
        for s in 0..self.n_aspects {
            for t in 0..s {
                let (a, b) = (self.context(node, s), self.context(node, t));
                let cosine = (dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()).abs();
                sum += if cosine > threshold { cosine } else { 0.0 };
            }
        }
        sum
    }
}

fn weights(logits: &[f64], noise: &[f64], choice: Choice) -> Vec<f64> {
    let scaled: Vec<f64> = match choice {
        Choice::Even => return vec![1.0 / logits.len() as f64; logits.len()],
        Choice::Softmax => logits.to_vec(),
        Choice::Gumbel(temperature) => logits.iter().zip(noise).map(|(a, g)| (a + g) / temperature).collect(),
    };
    let total: f64 = scaled.iter().map(|a| a.exp()).sum();
    scaled.iter().map(|a| a.exp() / total).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn softplus(x: f64) -> f64 {
    (1.0 + x.exp()).ln()
}
