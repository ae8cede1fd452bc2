//! KGIN transcribed from the equations, in f64, the plain way: every entity in every layer, no dropout.

/// A tiny problem: edges as (head, relation row, tail), items by user.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The numbers of users, entities, relation rows and intents, and the dimension.
    pub n_users: usize,
    /// Items are the first entities.
    pub n_entities: usize,
    /// Rows of the relation table, inverse relations included.
    pub n_relations: usize,
    /// Intents.
    pub n_intents: usize,
    /// Numbers in a vector.
    pub dim: usize,
    /// Layers.
    pub hops: usize,
    /// (head, relation, tail)
    pub edges: Vec<(usize, usize, usize)>,
    /// Training items of each user.
    pub items_of_user: Vec<Vec<usize>>,
}

/// The five tables, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables {
    /// `[n_users, d]`
    pub users: Vec<f64>,
    /// `[n_entities, d]`
    pub entities: Vec<f64>,
    /// `[n_relations, d]`
    pub relations: Vec<f64>,
    /// `[n_intents, d]`
    pub latent: Vec<f64>,
    /// `[n_intents, n_relations]`
    pub attention: Vec<f64>,
}

impl Tables {
    /// All numbers, table after table.
    #[must_use]
    pub fn flat(&self) -> Vec<f64> {
        [&self.users, &self.entities, &self.relations, &self.latent, &self.attention]
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    /// The inverse of [`Tables::flat`].
    #[must_use]
    pub fn with_numbers(&self, flat: &[f64]) -> Self {
        let mut rest = flat;
        let mut take = |like: &[f64]| {
            let (head, tail) = rest.split_at(like.len());
            rest = tail;
            head.to_vec()
        };
        Self {
            users: take(&self.users),
            entities: take(&self.entities),
            relations: take(&self.relations),
            latent: take(&self.latent),
            attention: take(&self.attention),
        }
    }
}

/// The final vectors of users and entities.
#[must_use]
pub fn propagate(problem: &Problem, tables: &Tables) -> (Vec<f64>, Vec<f64>) {
    let d = problem.dim;
    let intents = intent_vectors(problem, tables);
    let (mut users, mut entities) = (tables.users.clone(), tables.entities.clone());
    let (mut sum_users, mut sum_entities) = (users.clone(), entities.clone());
    for _ in 0..problem.hops {
        let mut next_entities = vec![0.0; entities.len()];
        let mut degrees = vec![0.0_f64; problem.n_entities];
        for &(head, relation, tail) in &problem.edges {
            degrees[head] += 1.0;
            for k in 0..d {
                next_entities[head * d + k] += tables.relations[relation * d + k] * entities[tail * d + k];
            }
        }
        for (row, degree) in next_entities.chunks_mut(d).zip(&degrees) {
            row.iter_mut().for_each(|x| *x /= degree.max(1.0));
        }
        let mut next_users = vec![0.0; users.len()];
        for (u, items) in problem.items_of_user.iter().enumerate() {
            let logits: Vec<f64> = (0..problem.n_intents)
                .map(|p| (0..d).map(|k| users[u * d + k] * tables.latent[p * d + k]).sum())
                .collect();
            let beta = softmax(&logits);
            for k in 0..d {
                let mean: f64 = items.iter().map(|i| entities[i * d + k]).sum::<f64>() / items.len().max(1) as f64;
                let gate: f64 = (0..problem.n_intents).map(|p| beta[p] * intents[p * d + k]).sum();
                next_users[u * d + k] = mean + mean * gate;
            }
        }
        entities = unit_rows(&next_entities, d);
        users = unit_rows(&next_users, d);
        sum_entities.iter_mut().zip(&entities).for_each(|(sum, x)| *sum += x);
        sum_users.iter_mut().zip(&users).for_each(|(sum, x)| *sum += x);
    }
    (sum_users, sum_entities)
}

/// BPR and the penalty on lengths for (user, positive, negative) triples.
#[must_use]
pub fn bpr_loss(problem: &Problem, tables: &Tables, triples: &[(usize, usize, usize)], l2: f64) -> f64 {
    let (users, entities) = propagate(problem, tables);
    let d = problem.dim;
    let (u, e) = (|k: usize| &users[k * d..(k + 1) * d], |k: usize| &entities[k * d..(k + 1) * d]);
    let n = triples.len() as f64;
    let mut loss = 0.0;
    for &(user, positive, negative) in triples {
        let gap = dot(u(user), e(positive)) - dot(u(user), e(negative));
        loss += (1.0 + (-gap).exp()).ln() / n;
        let squares = dot(u(user), u(user)) + dot(e(positive), e(positive)) + dot(e(negative), e(negative));
        loss += l2 / (2.0 * n) * squares;
    }
    loss
}

/// The softmax over shared negatives on the cosine, those of the user's training items left out, and the penalty.
#[must_use]
pub fn softmax_loss(
    problem: &Problem,
    tables: &Tables,
    pairs: &[(usize, usize)],
    negatives: &[usize],
    temperature: f64,
    l2: f64,
) -> f64 {
    let (users, entities) = propagate(problem, tables);
    let d = problem.dim;
    let (u, e) = (|k: usize| &users[k * d..(k + 1) * d], |k: usize| &entities[k * d..(k + 1) * d]);
    let cosine = |a: &[f64], b: &[f64]| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
    let n = pairs.len() as f64;
    let mut squares: f64 = negatives.iter().map(|&j| dot(e(j), e(j))).sum();
    let mut loss = 0.0;
    for &(user, positive) in pairs {
        let own = (cosine(u(user), e(positive)) / temperature).exp();
        let counted = negatives.iter().filter(|j| !problem.items_of_user[user].contains(j));
        let others: f64 = counted.map(|&j| (cosine(u(user), e(j)) / temperature).exp()).sum();
        loss -= (own / (own + others)).ln() / n;
        squares += dot(u(user), u(user)) + dot(e(positive), e(positive));
    }
    loss + l2 / (2.0 * n) * squares
}

/// e_p = sum_r softmax_r(w_p) e_r
#[must_use]
pub fn intent_vectors(problem: &Problem, tables: &Tables) -> Vec<f64> {
    let (d, n_relations) = (problem.dim, problem.n_relations);
    let mut intents = vec![0.0; problem.n_intents * d];
    for p in 0..problem.n_intents {
        let weights = softmax(&tables.attention[p * n_relations..(p + 1) * n_relations]);
        for (r, weight) in weights.iter().enumerate() {
            (0..d).for_each(|k| intents[p * d + k] += weight * tables.relations[r * d + k]);
        }
    }
    intents
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let sum: f64 = logits.iter().map(|x| x.exp()).sum();
    logits.iter().map(|x| x.exp() / sum).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit_rows(table: &[f64], d: usize) -> Vec<f64> {
    table
        .chunks(d)
        .flat_map(|row| row.iter().map(|x| x / dot(row, row).sqrt().max(1e-12)).collect::<Vec<_>>())
        .collect()
}
