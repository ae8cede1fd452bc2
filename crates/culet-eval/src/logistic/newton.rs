//! Newton's method with conjugate gradients inside, for a smooth convex function.

use super::cholesky::dot;
use super::objective::{Objective, Point};
use crate::EvalError;

/// The gradient's length, of that at the start, at which the search ends.
const TOLERANCE: f64 = 1e-10;
/// The gradient's length, of the sum of the lengths of its terms, that rounding leaves.
const ROUNDING: f64 = 1e-15;
/// Newton steps before giving up; five to ten is usual.
const MOST_STEPS: usize = 200;
/// Products with the Hessian in one step before taking what there is.
const MOST_PRODUCTS: usize = 1000;
/// Halvings of a step before giving up.
const MOST_HALVINGS: usize = 60;

/// Finds the coefficients, `[dim + 1]`, the intercept last.
pub(super) fn minimise(objective: &Objective<'_>) -> Result<Vec<f64>, EvalError> {
    let mut coefficients = start(objective)?;
    let magnitude = objective.magnitude()?;
    let mut point = objective.at(&coefficients);
    let first = length(&point.gradient);
    let enough = (TOLERANCE * first).max(ROUNDING * magnitude);
    for _ in 0..MOST_STEPS {
        let gradient = length(&point.gradient);
        if gradient <= enough {
            return Ok(coefficients);
        }
        let step = newton_step(objective, &mut point, (gradient / first).clamp(1e-6, 0.1));
        let Some((next, at_next)) = search_line(objective, &coefficients, &point, &step) else { break };
        (coefficients, point) = (next, at_next);
    }
    // Where no step leads down any more, rounding has the last word; it is the optimum if the gradient is as small.
    let gradient = length(&point.gradient);
    if gradient <= 1e3 * enough { Ok(coefficients) } else { Err(EvalError::NotConverged { gradient, enough }) }
}

/// Weights of 0 and the intercept that then is best: the log-odds of the classes.
fn start(objective: &Objective<'_>) -> Result<Vec<f64>, EvalError> {
    let mut totals = [0.0; 2];
    for (sample, &label) in objective.labels.iter().enumerate() {
        totals[usize::from(label)] += objective.weight(sample);
    }
    if totals[0] <= 0.0 || totals[1] <= 0.0 {
        let n_positive = objective.labels.iter().filter(|&&label| label).count();
        return Err(EvalError::OneClass { n_positive, n_samples: objective.labels.len() });
    }
    let mut coefficients = vec![0.0; objective.rows.dim() + 1];
    coefficients[objective.rows.dim()] = (totals[1] / totals[0]).ln();
    Ok(coefficients)
}

fn length(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

/// Solves H step = -gradient by preconditioned conjugate gradients until the residual is `forcing` of the gradient.
fn newton_step(objective: &Objective<'_>, point: &mut Point, forcing: f64) -> Vec<f64> {
    let preconditioner = objective.preconditioner(&point.curvature);
    let mut step = vec![0.0; point.gradient.len()];
    let mut residual: Vec<f64> = point.gradient.iter().map(|g| -g).collect();
    let mut direction = preconditioner.apply(&residual);
    let mut energy = dot(&residual, &direction);
    let goal = forcing * forcing * energy;
    for _ in 0..MOST_PRODUCTS {
        let product = objective.hessian_product(&mut point.curvature, &direction);
        let curvature = dot(&direction, &product);
        if curvature.is_nan() || curvature <= 0.0 {
            break;
        }
        let along = energy / curvature;
        step.iter_mut().zip(&direction).for_each(|(s, d)| *s += along * d);
        residual.iter_mut().zip(&product).for_each(|(r, p)| *r -= along * p);
        let solved = preconditioner.apply(&residual);
        let before = std::mem::replace(&mut energy, dot(&residual, &solved));
        if energy <= goal {
            break;
        }
        direction.iter_mut().zip(&solved).for_each(|(d, s)| *d = s + energy / before * *d);
    }
    step
}

/// The first of the step, its half, its quarter ... that lowers the objective enough.
fn search_line(
    objective: &Objective<'_>,
    coefficients: &[f64],
    point: &Point,
    step: &[f64],
) -> Option<(Vec<f64>, Point)> {
    let slope = dot(&point.gradient, step);
    // Near the optimum the gain drowns in the rounding of the sum.
    let slack = 1e-13 * point.value.abs();
    let mut share = 1.0;
    for _ in 0..MOST_HALVINGS {
        let next: Vec<f64> = coefficients.iter().zip(step).map(|(x, s)| x + share * s).collect();
        let at_next = objective.at(&next);
        if at_next.value <= point.value + 1e-4 * share * slope + slack {
            return Some((next, at_next));
        }
        share *= 0.5;
    }
    None
}
