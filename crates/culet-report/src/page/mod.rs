//! The page: what is shown of which run, in which order.

mod blocks;
pub(crate) mod compare;
mod cost;
mod data;
pub(crate) mod facets;
pub(crate) mod groups;
mod links;
pub(crate) mod map;
pub(crate) mod results;
pub(crate) mod settings;
pub(crate) mod training;

use std::path::{Path, PathBuf};

use culet_answers::{Answers, MapWish};
use culet_model::{Build, Family, MODELS, ModelSpec};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use rayon::ThreadPool;
use serde::Serialize;

use self::blocks::Section;
use crate::ReportError;
use crate::run::{Judged, Opened};

/// A page about run folders.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// One folder, or several of the same data: the others are compared with the first.
    pub runs: &'a [PathBuf],
    /// What they are called; the ends of their paths where nobody says.
    pub names: &'a [String],
    /// What stands beside a run of a catalogue: models that are fitted at once, see [`Report::controls`].
    pub controls: &'a [&'static ModelSpec],
    /// What the map shows.
    pub map: MapWish,
    /// Of what is drawn at random.
    pub seed: u64,
}

/// What there is of one run.
#[derive(Serialize)]
struct RunPage {
    /// Unique on the page.
    id: String,
    title: String,
    lead: String,
    warnings: Vec<String>,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Page {
    title: String,
    comparison: Option<Section>,
    runs: Vec<RunPage>,
    program_version: &'static str,
}

impl Report<'_> {
    /// What stands beside a run where nobody says: popularity, which is the same for everybody, and ItemKNN, which knows no
    /// facts. Both take less than a second where a training takes hours.
    ///
    /// # Panics
    /// Never: both are models.
    #[must_use]
    pub fn controls() -> Vec<&'static ModelSpec> {
        ["popularity", "item-knn"].iter().map(|name| culet_model::find_model(name).expect("a model")).collect()
    }

    /// Models by their names.
    ///
    /// # Errors
    /// [`ReportError::Model`] for an unknown one, [`ReportError::NoControl`] for one that has to be trained.
    pub fn controls_of<S: AsRef<str>>(names: &[S]) -> Result<Vec<&'static ModelSpec>, ReportError> {
        let control = |name: &S| {
            let spec = culet_model::find_model(name.as_ref())?;
            let is_one = Self::possible_controls().any(|known| known.name == spec.name);
            if is_one { Ok(spec) } else { Err(ReportError::NoControl { model: spec.name }) }
        };
        names.iter().map(control).collect()
    }

    /// The models that can stand beside a run.
    pub fn possible_controls() -> impl Iterator<Item = &'static ModelSpec> {
        MODELS.iter().filter(|spec| spec.family() == Family::Recommender && matches!(spec.build, Build::Closed(_)))
    }

    /// The page as one text of HTML.
    ///
    /// # Errors
    /// [`ReportError`] for a folder that does not open and for runs that do not belong together.
    ///
    /// # Panics
    /// If no run is named.
    pub fn html(&self, pool: &ThreadPool) -> Result<String, ReportError> {
        assert!(!self.runs.is_empty(), "a report is about a run");
        if let Some((_, twice)) = self.runs.iter().enumerate().find(|(k, run)| self.runs[..*k].contains(run)) {
            return Err(ReportError::Twice { run: twice.clone() });
        }
        let runs: Vec<Opened> = self
            .runs
            .iter()
            .enumerate()
            .map(|(k, path)| Opened::open(path, self.names.get(k)))
            .collect::<Result<_, _>>()?;
        check_one_kind(&runs)?;
        let comparison = match runs.len() {
            1 => None,
            _ => Some(compare::section(&runs, self.seed, pool)?),
        };
        let pages: Vec<RunPage> =
            runs.iter().enumerate().map(|(k, run)| self.of_run(run, k, pool)).collect::<Result<_, _>>()?;
        let title = match &pages[..] {
            [one] => one.title.clone(),
            several => format!("{} runs on {}", several.len(), runs[0].answers.data_name()),
        };
        Ok(render(&Page { title, comparison, runs: pages, program_version: env!("CARGO_PKG_VERSION") }))
    }

    fn of_run(&self, run: &Opened, place: usize, pool: &ThreadPool) -> Result<RunPage, ReportError> {
        let mut sections = Vec::new();
        match &run.answers {
            Answers::Catalogue(answers) => {
                let judged = Judged::new(answers.stored(), self.controls, self.seed, pool)?;
                sections.push(match &judged {
                    Some(judged) => results::section(run, judged),
                    None => results::nothing_section(),
                });
                sections.extend(training::section(run));
                if let Some(judged) = &judged {
                    sections.push(results::strata_section(run, judged)?);
                }
                sections.extend(facets::section(answers)?);
                sections.extend(results::reasons_section(run));
            }
            Answers::Network(answers) => {
                sections.extend(links::section(answers, pool)?);
                sections.extend(training::section(run));
                sections.push(groups::section(answers, self.seed, pool)?);
            }
        }
        sections.extend(map::section(run, &self.map, pool)?);
        sections.push(data::section(run));
        sections.push(cost::section(run, pool));
        sections.push(settings::section(run));
        let id = format!("run-{}", place + 1);
        sections.iter_mut().for_each(|section| section.render(&format!("{id}-")));
        let title = run.spec().map_or_else(|| run.summary().model.clone(), |spec| spec.title.to_owned());
        let title = format!("{title} on {}", run.answers.data_name());
        Ok(RunPage {
            id,
            // Several runs may be of one model on the same data.
            title: if self.runs.len() > 1 { format!("{}: {title}", run.name) } else { title },
            lead: format!("{}. Run folder: {}", run.spec().map_or("", |spec| spec.summary), run.name.clone()),
            warnings: run.warnings(),
            sections,
        })
    }
}

/// Runs of catalogues and of networks have nothing in common.
fn check_one_kind(runs: &[Opened]) -> Result<(), ReportError> {
    let of_kind = |is_network: bool| {
        let found = runs.iter().find(|run| matches!(run.answers, Answers::Network(_)) == is_network);
        found.map(|run| Path::to_owned(&run.path))
    };
    match (of_kind(false), of_kind(true)) {
        (Some(left), Some(right)) => Err(ReportError::OfBothKinds { left, right }),
        _ => Ok(()),
    }
}

fn render(page: &Page) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual marks"));
    let templates = [
        ("report.html", include_str!("../../templates/report.html")),
        ("blocks.html", include_str!("../../templates/blocks.html")),
        ("style.css", include_str!("../../templates/style.css")),
    ];
    for (name, text) in templates {
        environment.add_template(name, text).expect("a template of this crate is well formed");
    }
    let template = environment.get_template("report.html").expect("it was added");
    template.render(Value::from(Serde(page))).expect("the template knows what a page has")
}
