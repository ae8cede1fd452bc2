//! A map: points in the plane.

use culet_answers::Map;

use super::WIDTH;
use crate::axis::Scale;
use crate::drawing::{Drawing, Entry, Paint, Shape};

/// So many points have names to point at; more would make a page of megabytes.
const NAMED: usize = 2_000;
const MARGIN: f64 = 8.0;

pub(crate) fn points(title: &str, map: &Map) -> Drawing {
    let size = WIDTH;
    let mut drawing = Drawing::new(title, [size, size]);
    let bounds = |axis: fn(&culet_answers::Point) -> f32| {
        let each = || map.points.iter().map(|point| f64::from(axis(point))).filter(|x| x.is_finite());
        (each().fold(f64::INFINITY, f64::min), each().fold(f64::NEG_INFINITY, f64::max))
    };
    let (x_bounds, y_bounds) = (bounds(|point| point.x), bounds(|point| point.y));
    // One scale for both, so that the plane is not stretched.
    let half = ((x_bounds.1 - x_bounds.0).max(y_bounds.1 - y_bounds.0) / 2.0).max(f64::MIN_POSITIVE);
    let around = |(low, high): (f64, f64)| [(low + high) / 2.0 - half, (low + high) / 2.0 + half];
    let x = Scale::new(around(x_bounds), [MARGIN, size - MARGIN]);
    let y = Scale::new(around(y_bounds), [size - MARGIN, MARGIN]);
    let dot_size = if map.points.len() > 500 { 2.4 } else { 3.5 };
    for point in map.points.iter().filter(|point| point.x.is_finite() && point.y.is_finite()) {
        let paint = point.facet.map_or(Paint::Quiet, Paint::Facet);
        let facet = point.facet.and_then(|facet| map.names.get(facet - 1));
        let hint = (map.points.len() <= NAMED).then(|| {
            let name = point.node.named.label();
            facet.map_or_else(|| name.to_owned(), |facet| format!("{name}; {facet}"))
        });
        let at = [x.place(f64::from(point.x)), y.place(f64::from(point.y))];
        drawing.shapes.push(Shape::Dot { at, size: dot_size, paint, hint });
    }
    let count = |facet: Option<usize>| map.points.iter().filter(|point| point.facet == facet).count();
    let named = map.names.iter().enumerate().map(|(k, name)| (Paint::Facet(k + 1), name.clone(), count(Some(k + 1))));
    let rest = (!map.names.is_empty()).then(|| (Paint::Quiet, "others".to_owned(), count(None)));
    let shown = named.chain(rest).filter(|(_, _, count)| *count > 0);
    drawing.legend = shown.map(|(paint, name, count)| Entry { paint, text: format!("{name} ({count})") }).collect();
    drawing.description = in_words(map, &drawing.legend);
    drawing
}

fn in_words(map: &Map, legend: &[Entry]) -> String {
    let mut text = format!("{}.", crate::page::map::how(map));
    if !legend.is_empty() {
        let entries: Vec<&str> = legend.iter().map(|entry| entry.text.as_str()).collect();
        text += &format!(" Coloured by {}: {}.", map.coloured_by, entries.join("; "));
    }
    text
}
