//! The place where the commands work: the root of the tree, and how other programs are run from it.

use std::{
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Why a command gave up, in words for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) String);

/// The root of the tree and the cargo that runs us.
pub(crate) struct Shop {
    root: PathBuf,
    cargo: String,
}

/// Names and values for another program.
pub(crate) type Environment = Vec<(String, String)>;

/// One program with its arguments and the environment it gets beside ours.
pub(crate) struct Call {
    program: String,
    arguments: Vec<String>,
    environment: Environment,
}

impl Shop {
    /// The tree that this program was built from.
    pub(crate) fn here() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: own.parent().unwrap_or(own).to_path_buf(),
            cargo: std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where what the tests need is installed.
    pub(crate) fn tools(&self) -> PathBuf {
        self.root.join("target").join("tools")
    }

    /// A call of the cargo that runs us.
    pub(crate) fn cargo<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Call {
        Call::new(&self.cargo, arguments)
    }

    /// Runs with our terminal.
    pub(crate) fn run(&self, call: &Call) -> Result<(), Failed> {
        let status = self.command(call).status().map_err(|error| call.cannot_start(&error))?;
        if status.success() { Ok(()) } else { Err(Failed(format!("failed ({status}): {call}"))) }
    }

    /// Runs quietly and returns what it prints; on failure the reason is the last line of its complaint.
    pub(crate) fn output(&self, call: &Call) -> Result<String, Failed> {
        let output = self.command(call).stdin(Stdio::null()).output().map_err(|error| call.cannot_start(&error))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it gave no reason");
        Err(Failed(format!("`{call}` failed: {last}")))
    }

    /// Whether the call can be made and succeeds, quietly.
    pub(crate) fn works(&self, call: &Call) -> bool {
        self.output(call).is_ok()
    }

    fn command(&self, call: &Call) -> Command {
        let mut command = Command::new(&call.program);
        command.args(&call.arguments).envs(call.environment.iter().cloned()).current_dir(&self.root);
        command
    }
}

impl Call {
    pub(crate) fn new<A: AsRef<str>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = A>) -> Self {
        Self {
            program: program.as_ref().to_string_lossy().into_owned(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    pub(crate) fn with_all(mut self, environment: &[(String, String)]) -> Self {
        self.environment.extend_from_slice(environment);
        self
    }

    fn cannot_start(&self, error: &std::io::Error) -> Failed {
        Failed(format!("cannot start `{}`: {error}", self.program))
    }
}

impl fmt::Display for Call {
    /// As it would be typed, so that a failed step can be repeated by hand.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={} ", quoted(value))?;
        }
        let program = Path::new(&self.program).file_name().map_or(self.program.as_str().into(), OsStr::to_string_lossy);
        f.write_str(&program)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_reads_as_it_would_be_typed() {
        let call = Call::new("cargo", ["doc", "--no-deps"]).with("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(call.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let Failed(why) = Shop::here().run(&Call::new("no-such-program", ["x"])).expect_err("cannot run");
        assert!(why.starts_with("cannot start `no-such-program`"), "{why}");
    }
}
