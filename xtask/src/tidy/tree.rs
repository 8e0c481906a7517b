//! The tree as the rules see it: every file that could be committed, read once, and the crates among them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The files by their path from the root, with `/` between the parts.
pub(super) struct Tree {
    files: BTreeMap<String, Option<String>>,
    crates: Vec<Crate>,
}

/// One crate of the workspace.
pub(super) struct Crate {
    pub(super) name: String,
    /// Its folder from the root.
    pub(super) dir: String,
    pub(super) manifest: toml::Table,
}

impl Tree {
    /// Reads everything below `root` but what `.gitignore` excludes by an anchored line such as `/target`.
    pub(super) fn load(root: &Path) -> io::Result<Self> {
        let ignored = ignored(root);
        let mut files = BTreeMap::new();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                if ignored.contains(&path) {
                    continue;
                }
                if entry.file_type()?.is_dir() {
                    folders.push(path);
                } else {
                    let text = fs::read(entry.path()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                    files.insert(slashed(&path), text);
                }
            }
        }
        let crates = crates(&files);
        Ok(Self { files, crates })
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Every file that holds text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Every text file with this extension.
    pub(super) fn texts_of(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| Path::new(path).extension().is_some_and(|found| found == extension))
    }

    /// Whether there is such a file or folder.
    pub(super) fn holds(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        path.is_empty() || self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&inside))
    }

    /// Every crate of the workspace, by its folder.
    pub(super) fn crates(&self) -> &[Crate] {
        &self.crates
    }
}

impl Crate {
    pub(super) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.dir)
    }

    pub(super) fn description(&self) -> &str {
        self.package("description")
    }

    /// What the given tables of the manifest name, by the name of the package that is meant.
    pub(super) fn dependencies(&self, tables: &[&str]) -> Vec<String> {
        let on_targets = self.manifest.get("target").and_then(toml::Value::as_table).into_iter();
        let sections = on_targets.flat_map(toml::Table::values).filter_map(toml::Value::as_table);
        std::iter::once(&self.manifest)
            .chain(sections)
            .flat_map(|section| tables.iter().filter_map(|table| section.get(*table)?.as_table()))
            .flatten()
            .map(|(key, value)| value.get("package").and_then(toml::Value::as_str).unwrap_or(key).to_owned())
            .collect()
    }

    fn package(&self, key: &str) -> &str {
        self.manifest.get("package").and_then(|package| package.get(key)?.as_str()).unwrap_or_default()
    }
}

fn crates(files: &BTreeMap<String, Option<String>>) -> Vec<Crate> {
    files
        .iter()
        .filter_map(|(path, text)| {
            let dir = path.strip_suffix("/Cargo.toml").filter(|dir| !dir.starts_with("fuzz"))?.to_owned();
            let mut found = Crate { name: String::new(), dir, manifest: text.as_deref()?.parse().ok()? };
            found.name = found.package("name").to_owned();
            Some(found)
        })
        .collect()
}

fn ignored(root: &Path) -> Vec<PathBuf> {
    let lines = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let anchored = lines.lines().filter_map(|line| line.trim().strip_prefix('/')).map(PathBuf::from);
    anchored.chain([PathBuf::from(".git")]).collect()
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The line, from 1, on which the first line that satisfies `wanted` stands; 1 when none does.
pub(super) fn line_where(text: &str, wanted: impl Fn(&str) -> bool) -> usize {
    text.lines().position(wanted).map_or(1, |index| index + 1)
}
