//! The Python package: its wheel, and the checks of what is installed from it.
//!
//! Everything lives under `target/python`: `test`, an environment with all that the tests need; `bare`, one with NumPy
//! alone; `wheel`, what was built last. Environments are remade when their requirements or the interpreter change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::step::{Step, run};
use crate::wheel_cargo;

const REQUIREMENTS: &str = "python/requirements-test.txt";
const WHEEL: &str = "target/python/wheel";

const INTERPRETER: &str = if cfg!(windows) { "python" } else { "python3" };
const PYTHON: &str =
    if cfg!(windows) { "target/python/test/Scripts/python.exe" } else { "target/python/test/bin/python" };
const BARE_PYTHON: &str =
    if cfg!(windows) { "target/python/bare/Scripts/python.exe" } else { "target/python/bare/bin/python" };

/// The steps, in order. `-I`: what is installed is tested, not what lies in the folder or on PYTHONPATH.
const ENVIRONMENT: Step = Step::function("python environment", environment, "cargo xtask python environment");
const BUILD: Step = Step::function("python wheel", wheel, "cargo xtask python wheel");
const CLASSES: Step = Step::program("python classes", PYTHON, &["-I", "python/tools/generate.py", "--check"]);
const TYPES: Step = Step::program("python types", PYTHON, &["-I", "-m", "mypy", "python/culet", "python/tools"]);
const STUBS: Step = Step::program(
    "python stubs",
    PYTHON,
    &["-I", "-m", "mypy.stubtest", "--mypy-config-file", "pyproject.toml", "culet._core"],
);
const TESTS: Step = Step::program("python tests", PYTHON, &["-I", "-m", "pytest", "python/tests"]);
const BARE: Step = Step::function("python with numpy alone", bare, "cargo xtask python bare");
const MISSING: Step = Step::function("python", |_| probe().map(drop), "cargo xtask python");

/// The parts of the work that are functions, by the word that `cargo xtask python` takes.
const PARTS: &[(&str, Step)] = &[("environment", ENVIRONMENT), ("wheel", BUILD), ("bare", BARE)];

/// The part that goes by a word.
pub(super) fn part(word: &str) -> Option<Step> {
    PARTS.iter().find(|(known, _)| *known == word).map(|(_, step)| *step)
}

/// Whether the package can be tested here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Python {
    Ready,
    Missing(String),
}

impl Python {
    /// Looks for an interpreter.
    pub(super) fn find() -> Self {
        probe().map_or_else(Self::Missing, |_| Self::Ready)
    }

    /// The steps; without an interpreter none, but in CI one that fails.
    pub(super) fn steps(&self, quick: bool, in_ci: bool) -> Vec<Step> {
        match self {
            Self::Ready => {
                let mut steps = vec![ENVIRONMENT, BUILD, CLASSES, TYPES, STUBS, TESTS];
                steps.extend((!quick).then_some(BARE));
                steps
            }
            Self::Missing(_) if in_ci => vec![MISSING],
            Self::Missing(_) => Vec::new(),
        }
    }

    /// What is not checked, and why.
    pub(super) fn skipped(&self, in_ci: bool) -> Option<String> {
        match self {
            Self::Missing(problem) if !in_ci => Some(format!("the Python package is not tested: {problem}")),
            _ => None,
        }
    }
}

/// Tells the interpreter, or what it lacks. The requirements are for 3.11 or newer; the wheel is for 3.9.
const PROBE: &str = "\
import sys
if sys.version_info < (3, 11):
    sys.exit(f'is version {sys.version.split()[0]}, and the tests need 3.11')
try:
    import venv, ensurepip
except ImportError as error:
    sys.exit(f'has no module `{error.name}` (Debian: python3-venv)')
print(sys.executable, sys.version)
";

/// What identifies the interpreter.
fn probe() -> Result<String, String> {
    let mut command = Command::new(INTERPRETER);
    let output = command.args(["-I", "-c", PROBE]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("there is no `{INTERPRETER}`: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("`{INTERPRETER}` {}", String::from_utf8_lossy(&output.stderr).trim()))
}

/// Makes the environment of the tests.
fn environment(root: &Path) -> Result<(), String> {
    make_environment(root, PYTHON, |python| {
        run(pip(python).args(["install", "--requirement"]).arg(root.join(REQUIREMENTS)))
    })
}

/// Builds the wheel from what the Rust tests have built, and installs it for the tests.
fn wheel(root: &Path) -> Result<(), String> {
    let out = root.join(WHEEL);
    remove(&out)?;
    let mut maturin = Command::new(root.join(PYTHON));
    maturin.args(["-I", "-m", "maturin", "build", "--profile", "dev", "--locked", "--out"]).arg(&out);
    // It goes no further than this machine: nothing is stripped, packed or searched for other machines' libraries.
    maturin.args(["--strip", "false", "--compression-method", "stored", "--auditwheel", "skip"]);
    run(wheel_cargo::in_place_of_cargo(&mut maturin)?.current_dir(root))?;
    let install = ["install", "--no-deps", "--no-index", "--force-reinstall"];
    run(pip(&root.join(PYTHON)).args(install).arg(sole_wheel(&out)?))
}

/// Installs the wheel with what it asks for and nothing else, and tries that.
fn bare(root: &Path) -> Result<(), String> {
    make_environment(root, BARE_PYTHON, |_| Ok(()))?;
    let python = root.join(BARE_PYTHON);
    let wheel = sole_wheel(&root.join(WHEEL))?;
    // So that what the wheel asks for is looked at anew; the first time there is nothing, which is not worth a warning.
    run(pip(&python).args(["--quiet", "uninstall", "--yes", "culet"]))?;
    run(pip(&python).args(["install", "--constraint"]).arg(root.join(REQUIREMENTS)).arg(wheel))?;
    run(Command::new(&python).args(["-I", "python/tests_bare/test_bare.py"]).current_dir(root))
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-I", "-m", "pip", "--quiet", "--disable-pip-version-check"]);
    command
}

/// Makes the environment of an interpreter anew, unless it stands as the requirements say.
fn make_environment(root: &Path, python: &str, fill: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    let python = root.join(python);
    let folder = python.parent().and_then(Path::parent).ok_or("an interpreter lies in a folder of an environment")?;
    let requirements = fs::read_to_string(root.join(REQUIREMENTS))
        .map_err(|error| format!("cannot read `{REQUIREMENTS}`: {error}"))?;
    let stamp = format!("{}{requirements}", probe()?);
    if is_current(folder, &stamp) {
        return Ok(());
    }
    remove(folder)?;
    run(Command::new(INTERPRETER).args(["-I", "-m", "venv"]).arg(folder))?;
    fill(&python)?;
    // Last, so that an environment that was left half made is made anew.
    fs::write(stamp_of(folder), stamp).map_err(|error| format!("cannot write to `{}`: {error}", folder.display()))
}

fn stamp_of(folder: &Path) -> PathBuf {
    folder.join("made-of.txt")
}

fn is_current(folder: &Path, stamp: &str) -> bool {
    fs::read_to_string(stamp_of(folder)).is_ok_and(|found| found == stamp)
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot remove `{}`: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn sole_wheel(folder: &Path) -> Result<PathBuf, String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let wheels: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "whl")).collect();
    match &wheels[..] {
        [wheel] => Ok(wheel.clone()),
        _ => Err(format!("`{}` holds {} wheels, and not one", folder.display(), wheels.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(python: &Python, quick: bool, in_ci: bool) -> Vec<&'static str> {
        python.steps(quick, in_ci).iter().map(|step| step.name).collect()
    }

    #[test]
    fn what_is_installed_from_the_wheel_is_checked_in_two_environments() {
        let steps = names(&Python::Ready, false, false);
        let (last, rest) = steps.split_last().expect("there are steps");
        assert_eq!(
            rest,
            ["python environment", "python wheel", "python classes", "python types", "python stubs", "python tests"]
        );
        assert_eq!(*last, "python with numpy alone");
    }

    #[test]
    fn quick_leaves_out_the_second_environment_alone() {
        let (all, quick) = (names(&Python::Ready, false, false), names(&Python::Ready, true, false));
        assert_eq!(all[..all.len() - 1], quick);
    }

    #[test]
    fn without_an_interpreter_a_person_is_told_and_ci_fails() {
        let missing = Python::Missing("there is no `python3`".to_owned());
        assert!(names(&missing, false, false).is_empty());
        let told = missing.skipped(false).expect("it is told");
        assert_eq!(told, "the Python package is not tested: there is no `python3`");
        assert_eq!((names(&missing, false, true), missing.skipped(true)), (vec!["python"], None));
        assert_eq!(Python::Ready.skipped(false), None);
    }

    #[test]
    fn each_part_that_is_a_function_is_repeated_by_its_word() {
        for (word, _) in PARTS {
            assert_eq!(part(word).map(|step| step.command_line()), Some(format!("cargo xtask python {word}")));
        }
        assert!(part("wheels").is_none());
    }

    #[test]
    fn an_environment_is_current_until_its_requirements_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(!is_current(folder.path(), "numpy==1"), "it was never finished");
        fs::write(stamp_of(folder.path()), "numpy==1").expect("a file");
        assert!(is_current(folder.path(), "numpy==1"));
        assert!(!is_current(folder.path(), "numpy==2"));
    }

    #[test]
    fn one_wheel_is_found_and_two_are_a_problem() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(sole_wheel(folder.path()).is_err_and(|problem| problem.ends_with("holds 0 wheels, and not one")));
        let wheel = folder.path().join("culet-1.whl");
        fs::write(&wheel, "").expect("a file");
        fs::write(folder.path().join("notes.txt"), "").expect("a file");
        assert_eq!(sole_wheel(folder.path()), Ok(wheel));
        fs::write(folder.path().join("culet-2.whl"), "").expect("a file");
        assert!(sole_wheel(folder.path()).is_err());
    }

    #[test]
    fn what_is_not_there_need_not_be_removed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(remove(&folder.path().join("none")), Ok(()));
        assert_eq!(remove(folder.path()), Ok(()));
        assert!(!folder.path().exists());
    }
}
