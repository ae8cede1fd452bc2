//! One drawing of a run, for a paper or a slide.

use std::path::PathBuf;

use culet_answers::{Answers, MapWish};
use rayon::ThreadPool;

use crate::ReportError;
use crate::charts::{Lines, bars, lines, points, ranges};
use crate::drawing::Drawing;
use crate::page::{Report, facets, groups, map, results, training};
use crate::run::{Judged, Opened};

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlotOf {
    /// Loss and metrics, epoch by epoch.
    Curves,
    /// The embedding in the plane.
    Map,
    /// What share of users each intent has.
    Intents,
    /// Intents x relations as heat.
    Relations,
    /// Nodes in each group that the aspects form, and in how many groups a node is.
    Groups,
    /// Recall by how many items a user took, beside popularity and ItemKNN.
    Activity,
    /// Targets found by how many users took the item, beside popularity and ItemKNN.
    Popularity,
}

impl PlotOf {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 7] = [
        ("curves", Self::Curves),
        ("map", Self::Map),
        ("intents", Self::Intents),
        ("relations", Self::Relations),
        ("groups", Self::Groups),
        ("activity", Self::Activity),
        ("popularity", Self::Popularity),
    ];

    /// The word for it.
    ///
    /// # Panics
    /// Never: all have one.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, of)| *of == self).expect("all are listed").0
    }

    /// What a word means.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, of)| *of)
    }
}

/// A drawing that is wanted.
#[derive(Debug, Clone)]
pub struct Plot {
    /// The run folder.
    pub run: PathBuf,
    /// What it is called; the end of its path where nobody says.
    pub name: Option<String>,
    /// What of it.
    pub of: PlotOf,
    /// What a map shows.
    pub map: MapWish,
}

/// A drawing that was made.
#[derive(Debug, Clone)]
pub struct Picture(Drawing);

impl Picture {
    /// An SVG file, with its own colours and with what is to be seen in words.
    #[must_use]
    pub fn svg(&self) -> String {
        self.0.to_svg()
    }

    /// A PNG file, twice as many pixels as the SVG has units.
    ///
    /// # Errors
    /// [`ReportError::Picture`] if it would be too large.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        self.0.to_png()
    }

    /// What is to be seen, in words.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.0.description
    }
}

impl Plot {
    /// Makes the drawing.
    ///
    /// # Errors
    /// [`ReportError::Nothing`] if the run has nothing of the kind.
    pub fn draw(&self, pool: &ThreadPool) -> Result<Picture, ReportError> {
        let run = Opened::open(&self.run, self.name.as_ref())?;
        let title = |what: &str| format!("{}: {what}", run.name);
        let drawing = match self.of {
            PlotOf::Curves => {
                let curves = training::curves(&run);
                if curves.is_empty() {
                    return Err(self.nothing(format!("`{}` was not trained epoch by epoch", run.summary().model)));
                }
                Drawing::stacked(title("training"), curves.iter().map(lines).collect())
            }
            PlotOf::Map => {
                let map = map::of(&run, &self.map, pool)?;
                points(&title(&map::title(&map)), &map)
            }
            PlotOf::Intents | PlotOf::Relations => self.intents(&run, title)?,
            PlotOf::Groups => match &run.answers {
                Answers::Catalogue(_) => return Err(self.nothing("it is a run of a catalogue".to_owned())),
                Answers::Network(answers) => {
                    let found = groups::found(answers, self.map.seed, pool)?;
                    let sizes = bars("Nodes in each group", &groups::sizes(&found));
                    let overlap = bars("In how many groups a node is", &groups::overlap(&found));
                    Drawing::stacked(title("groups"), vec![sizes, overlap])
                }
            },
            PlotOf::Activity | PlotOf::Popularity => {
                let Answers::Catalogue(answers) = &run.answers else {
                    return Err(self.nothing("it is a run of a network".to_owned()));
                };
                let judged = Judged::new(answers.stored(), &Report::controls(), self.map.seed, pool)?;
                let judged = judged.ok_or_else(|| self.nothing("nothing was withheld to judge it by".to_owned()))?;
                let what = match self.of {
                    PlotOf::Activity => results::by_activity(&run, &judged)?,
                    _ => results::by_popularity(&run, &judged),
                };
                lines(&Lines { title: title(&what.title), ..what })
            }
        };
        Ok(Picture(drawing))
    }

    fn intents(&self, run: &Opened, title: impl Fn(&str) -> String) -> Result<Drawing, ReportError> {
        let Answers::Catalogue(answers) = &run.answers else {
            return Err(self.nothing("it is a run of a network, whose aspects form `groups`".to_owned()));
        };
        let learned = answers.learned_facets()?;
        let facets = learned.ok_or_else(|| self.nothing(format!("`{}` learns none", run.summary().model)))?;
        if !facets::has_intents(facets) {
            return Err(self.nothing("there were no relations to follow".to_owned()));
        }
        if self.of == PlotOf::Intents {
            return Ok(ranges(&title("intents"), "share of a user", &facets::shares(facets)));
        }
        let heat = facets::relations(answers, facets).map(|(drawing, _)| drawing);
        let heat = heat.ok_or_else(|| self.nothing("there were no relations to follow".to_owned()))?;
        Ok(Drawing { title: title(&heat.title), ..heat })
    }

    fn nothing(&self, why: String) -> ReportError {
        ReportError::Nothing { run: self.run.clone(), what: self.of.word(), why }
    }
}
