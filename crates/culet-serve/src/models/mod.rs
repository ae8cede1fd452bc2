//! The models that are served: one for each run folder, exchanged while requests go on.

mod model;
mod names;
mod slot;
mod stamp;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use model::{Model, OfModel, json};
pub(crate) use slot::Slot;
pub(crate) use watch::Watch;

use crate::ServeError;
use crate::http::Problem;

/// All that are served, the default first.
pub(crate) struct Models {
    slots: Vec<Slot>,
}

impl Models {
    /// Opens all run folders, side by side.
    ///
    /// # Errors
    /// [`ServeError::Run`] for the first that does not open.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, ServeError> {
        let names = unique_names(paths);
        let opened: Vec<Result<Slot, ServeError>> = std::thread::scope(|scope| {
            let open = |(path, name): (&PathBuf, String)| {
                let path = path.clone();
                scope.spawn(move || Slot::open(name, path))
            };
            let threads: Vec<_> = paths.iter().zip(names).map(open).collect();
            let joined = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().expect("opening does not panic");
            threads.into_iter().map(joined).collect()
        });
        Ok(Self { slots: opened.into_iter().collect::<Result<_, _>>()? })
    }

    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The model of a name, or the default.
    ///
    /// # Errors
    /// If none has the name.
    pub(crate) fn get(&self, name: Option<&str>) -> Result<Arc<Model>, Problem> {
        let slot = match name {
            None => self.slots.first(),
            Some(name) => self.slots.iter().find(|slot| slot.name() == name),
        };
        slot.map(Slot::current).ok_or_else(|| Problem::unknown_model(name.unwrap_or_default()))
    }
}

/// The last parts of the paths, told apart by `-2`, `-3` ...
fn unique_names(paths: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for path in paths {
        // `.` and `run/..` have a name once they are looked up.
        let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
        let last = path.file_name().or(whole.file_name()).map_or("model".into(), |name| name.to_string_lossy());
        let with = |k: usize| if k == 1 { last.to_string() } else { format!("{last}-{k}") };
        names.push((1..).map(with).find(|name| !names.contains(name)).unwrap_or_default());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let paths: Vec<PathBuf> = ["a/run", "b/run", "run-2", "c/run/"].iter().map(PathBuf::from).collect();
        assert_eq!(unique_names(&paths), ["run", "run-2", "run-2-2", "run-3"]);
    }
}
