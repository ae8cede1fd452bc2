//! What a page consists of: sections of blocks, which the template turns into HTML.

use serde::Serialize;

use crate::charts::{Along, Bar, Lines, Range};
use crate::drawing::{Drawing, Entry, Paint, Shape};
use crate::words;

/// A part of the page with a heading.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

impl Section {
    pub(crate) fn new(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), blocks: Vec::new() }
    }

    /// Makes elements of its drawings; their ids and its own begin with what no other part of the page begins with.
    pub(crate) fn render(&mut self, beginning: &str) {
        self.id = format!("{beginning}{}", self.id);
        for block in &mut self.blocks {
            if let Block::Figures { figures } = block {
                figures
                    .iter_mut()
                    .for_each(|figure| figure.svg = figure.drawing.to_element(&format!("{beginning}{}", figure.id)));
            }
        }
    }

    pub(crate) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text { text: text.into() });
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Note { text: text.into() });
    }

    pub(crate) fn table(&mut self, table: Table) {
        self.blocks.push(Block::Table { table, folded: false });
    }

    /// A table behind its caption, for those who want to know.
    pub(crate) fn folded(&mut self, table: Table) {
        self.blocks.push(Block::Table { table, folded: true });
    }

    /// Figures side by side where there is room.
    pub(crate) fn figures(&mut self, figures: Vec<Figure>) {
        if !figures.is_empty() {
            self.blocks.push(Block::Figures { figures });
        }
    }
}

/// Something within a section.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Block {
    Text { text: String },
    Note { text: String },
    Facts { facts: Vec<(String, String)> },
    Figures { figures: Vec<Figure> },
    Table { table: Table, folded: bool },
    Code { text: String },
}

/// A drawing with what is to be known of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    id: String,
    #[serde(skip)]
    drawing: Drawing,
    title: String,
    /// The drawing as an element, once the section was rendered.
    svg: String,
    caption: String,
    legend: Vec<Mark>,
    /// What was drawn.
    numbers: Option<Table>,
}

/// An entry of a legend.
#[derive(Debug, Clone, Serialize)]
struct Mark {
    svg: String,
    text: String,
}

/// Rows of text; all but the first column are numbers, unless all are words.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// The row that the page is about.
    pub(crate) own: Option<usize>,
    /// Whether all columns are words.
    pub(crate) words: bool,
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, head: &[&str]) -> Self {
        let head = head.iter().map(|&name| name.to_owned()).collect();
        Self { caption: caption.into(), head, ..Self::default() }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.head.len(), "a cell for each column");
        self.rows.push(cells);
    }
}

impl Figure {
    pub(crate) fn new(id: &str, drawing: &Drawing, caption: impl Into<String>, numbers: Option<Table>) -> Self {
        let legend = drawing.legend.iter().map(mark).collect();
        Self {
            id: id.to_owned(),
            drawing: drawing.clone(),
            title: drawing.title.clone(),
            svg: String::new(),
            caption: caption.into(),
            legend,
            numbers,
        }
    }

    pub(crate) fn of_lines(id: &str, what: &Lines, caption: impl Into<String>) -> Self {
        Self::new(id, &crate::charts::lines(what), caption, Some(numbers_of_lines(what)))
    }

    pub(crate) fn of_bars(id: &str, title: &str, rows: &[Bar], caption: impl Into<String>) -> Self {
        // Its numbers stand beside the bars.
        Self::new(id, &crate::charts::bars(title, rows), caption, None)
    }

    pub(crate) fn of_ranges(id: &str, title: &str, along: &str, rows: &[Range], caption: impl Into<String>) -> Self {
        let mut numbers = Table::new("", &["", "mean", "10 %", "25 %", "75 %", "90 %"]);
        for row in rows {
            let cells = std::iter::once(row.mean).chain(row.quantiles).map(words::metric);
            numbers.row(std::iter::once(row.name.clone()).chain(cells).collect());
        }
        Self::new(id, &crate::charts::ranges(title, along, rows), caption, Some(numbers))
    }
}

fn mark(entry: &Entry) -> Mark {
    let mut drawing = Drawing::new("", [14.0, 14.0]);
    drawing.shapes.push(Shape::Dot { at: [7.0, 7.0], size: 5.0, paint: entry.paint, hint: None });
    Mark { svg: drawing.to_mark(), text: entry.text.clone() }
}

/// A column for each line, a row for each place.
fn numbers_of_lines(what: &Lines) -> Table {
    let names: Vec<&str> = what.series.iter().map(|series| series.name.as_str()).collect();
    let mut table = Table::new("", &[&[what.along_name.as_str()], names.as_slice()].concat());
    let mut places: Vec<f64> = what.series.iter().flat_map(|series| &series.points).map(|point| point.x).collect();
    places.sort_unstable_by(f64::total_cmp);
    places.dedup();
    for place in places {
        let name = match &what.along {
            Along::Words(names) => names.get(place as usize).cloned().unwrap_or_default(),
            Along::Numbers => place.to_string(),
        };
        let cell = |series: &crate::charts::Series| {
            let point = series.points.iter().find(|point| point.x == place);
            point.map_or_else(
                || "-".to_owned(),
                |point| match point.interval {
                    Some((low, high)) => {
                        format!("{} ({} to {})", words::metric(point.y), words::metric(low), words::metric(high))
                    }
                    None => words::metric(point.y),
                },
            )
        };
        table.row(std::iter::once(name).chain(what.series.iter().map(cell)).collect());
    }
    table
}

/// A bar of the accent's colour.
pub(crate) fn bar(name: impl Into<String>, value: f64, text: impl Into<String>) -> Bar {
    Bar { name: name.into(), value, text: text.into(), paint: Paint::Accent }
}
