//! One check: a program with its arguments, or a function of this program.

use std::path::Path;
use std::process::{Command, Stdio};

/// A check with the name it goes by in the output. Names are unique.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    action: Action,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Program(Call),
    /// What the check does, and the command that does it alone.
    Function(fn(&Path) -> Result<(), String>, &'static str),
}

#[derive(Debug, Clone, Copy)]
struct Call {
    /// `cargo`, or a path from the root.
    program: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

impl Step {
    /// Runs cargo.
    pub(crate) const fn cargo(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self::program(name, "cargo", arguments)
    }

    /// Runs a program; `cargo` is the one that runs us, others are paths from the root.
    pub(crate) const fn program(name: &'static str, program: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, action: Action::Program(Call { program, arguments, environment: &[] }) }
    }

    /// Calls a function with the root; `repeat` is the command that does so alone.
    pub(crate) const fn function(
        name: &'static str,
        function: fn(&Path) -> Result<(), String>,
        repeat: &'static str,
    ) -> Self {
        Self { name, action: Action::Function(function, repeat) }
    }

    /// With variables of the environment; a function has none.
    pub(crate) const fn with(mut self, environment: &'static [(&'static str, &'static str)]) -> Self {
        if let Action::Program(call) = &mut self.action {
            call.environment = environment;
        }
        self
    }

    /// What a person types to run this step alone.
    pub(crate) fn command_line(&self) -> String {
        match self.action {
            Action::Program(call) => call.command_line(),
            Action::Function(_, repeat) => repeat.to_owned(),
        }
    }

    /// Runs it in `root`; whether it passed.
    pub(crate) fn passes(&self, root: &Path) -> bool {
        let result = match self.action {
            Action::Program(call) => run(&mut call.command(root)),
            Action::Function(function, _) => function(root),
        };
        result.inspect_err(|problem| eprintln!("error: {problem}")).is_ok()
    }
}

impl Call {
    fn command_line(&self) -> String {
        let environment = self.environment.iter().map(|(key, value)| format!("{key}=\"{value}\""));
        let words = [self.program].into_iter().chain(self.arguments.iter().copied()).map(str::to_owned);
        environment.chain(words).collect::<Vec<_>>().join(" ")
    }

    fn command(&self, root: &Path) -> Command {
        let mut command = match self.program {
            "cargo" => crate::cargo(),
            path => Command::new(root.join(path)),
        };
        command.args(self.arguments).envs(self.environment.iter().copied()).current_dir(root);
        command
    }
}

/// Runs a program to its end, with nothing to read.
///
/// # Errors
/// If it cannot be started or fails, in words.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program}` failed: {status}")),
        Err(error) => Err(format!("cannot start `{program}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_can_be_pasted_into_a_shell() {
        let docs = Step::cargo("docs", &["doc", "--no-deps"]).with(&[("RUSTDOCFLAGS", "-D warnings")]);
        assert_eq!(docs.command_line(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
        assert_eq!(Step::program("types", "a/python", &["-m", "mypy"]).command_line(), "a/python -m mypy");
        assert_eq!(Step::function("wheel", |_| Ok(()), "cargo xtask python wheel").command_line(), {
            "cargo xtask python wheel"
        });
    }

    #[test]
    fn a_step_passes_as_its_program_or_function_does() {
        let root = Path::new(".");
        assert!(Step::cargo("a", &["--version"]).passes(root));
        assert!(!Step::cargo("a", &["no-such-command-of-cargo"]).passes(root));
        assert!(!Step::program("a", "no/such/program", &[]).passes(root));
        assert!(Step::function("a", |_| Ok(()), "").passes(root));
        assert!(!Step::function("a", |_| Err("no".to_owned()), "").passes(root));
    }

    #[test]
    fn a_function_is_called_with_the_root() {
        let is_root = |root: &Path| if root == Path::new("here") { Ok(()) } else { Err(root.display().to_string()) };
        assert!(Step::function("a", is_root, "").passes(Path::new("here")));
    }

    #[test]
    fn what_cannot_be_started_is_told_apart_from_what_fails() {
        let problem = run(&mut Command::new("no/such/program")).expect_err("there is none");
        assert!(problem.starts_with("cannot start `no/such/program`: "), "{problem}");
        let problem = run(crate::cargo().arg("no-such-command-of-cargo")).expect_err("cargo has none");
        assert!(problem.contains("failed: "), "{problem}");
    }
}
