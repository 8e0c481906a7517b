//! The documents: every link leads somewhere, and the two READMEs are one text in two languages.

use super::{Finding, tree::Tree};

const ENGLISH: &str = "README.md";
const FRENCH: &str = "README.fr.md";

/// Every relative link of every document resolves, with its heading if it names one.
pub(super) fn links(tree: &Tree) -> Vec<Finding> {
    tree.texts_of("md")
        .flat_map(|(path, text)| {
            let broken = targets(text).into_iter().filter(move |(_, target)| !resolves(tree, path, target));
            broken.map(move |(line, target)| {
                Finding::new(path, line, format!("the link {target} leads nowhere"), "mend the link, or take it out")
            })
        })
        .collect()
}

/// Same headings by level, same commands.
pub(super) fn twins(tree: &Tree) -> Vec<Finding> {
    let (Some(english), Some(french)) = (tree.text(ENGLISH), tree.text(FRENCH)) else {
        return vec![Finding::new(
            ENGLISH,
            1,
            "README.md and README.fr.md are not both there",
            "write the one that is missing",
        )];
    };
    let headings = first_difference(&levels(english), &levels(french)).map(|line| {
        Finding::new(
            FRENCH,
            line,
            "the headings are not those of README.md",
            "give both the same headings in the same order",
        )
    });
    let commands = first_difference(&commands(english), &commands(french)).map(|line| {
        Finding::new(
            FRENCH,
            line,
            "the commands are not those of README.md",
            "give both the same code blocks, comments apart",
        )
    });
    headings.into_iter().chain(commands).collect()
}

/// The line in the second where the two part; its last line when it is a part of the first.
fn first_difference<T: PartialEq>(first: &[(usize, T)], second: &[(usize, T)]) -> Option<usize> {
    let same = first.iter().zip(second).take_while(|((_, a), (_, b))| a == b).count();
    let differ = first.len() != second.len() || same < first.len();
    differ.then(|| second.get(same).or(second.last()).map_or(1, |(line, _)| *line))
}

fn levels(text: &str) -> Vec<(usize, usize)> {
    headings(text).map(|(line, level, _)| (line, level)).collect()
}

fn headings(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    numbered(text).filter(|(_, _, in_code)| !in_code).filter_map(|(line, text, _)| {
        let level = text.bytes().take_while(|byte| *byte == b'#').count();
        let title = text[level..].strip_prefix(' ')?;
        (level > 0).then_some((line, level, title))
    })
}

/// The lines inside fences, without what is said in a comment.
fn commands(text: &str) -> Vec<(usize, String)> {
    let lines = numbered(text).filter(|(_, _, in_code)| *in_code);
    lines.map(|(line, text, _)| (line, uncommented(text))).filter(|(_, text)| !text.is_empty()).collect()
}

fn uncommented(line: &str) -> String {
    let code = if line.trim_start().starts_with("# ") { "" } else { line.split("  # ").next().unwrap_or_default() };
    code.trim_end().to_owned()
}

/// Every line with its number from 1 and whether it stands in a fenced block; the fences themselves are left out.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            return None;
        }
        Some((index + 1, line, in_code))
    })
}

/// What the links and pictures of a document point to, but other sites.
fn targets(text: &str) -> Vec<(usize, String)> {
    let prose = numbered(text).filter(|(_, _, in_code)| !in_code);
    prose
        .flat_map(|(line, text, _)| {
            let prose: Vec<&str> = text.split('`').step_by(2).collect();
            let found = prose.join("``");
            let ends = [("](", ')'), ("src=\"", '"'), ("href=\"", '"')];
            let targets = ends.map(|(start, end)| between(&found, start, end)).concat();
            targets.into_iter().map(move |target| (line, target))
        })
        .filter(|(_, target)| !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

fn between(text: &str, start: &str, end: char) -> Vec<String> {
    text.split(start).skip(1).filter_map(|rest| Some(rest.split_once(end)?.0.to_owned())).collect()
}

fn resolves(tree: &Tree, document: &str, target: &str) -> bool {
    let (file, heading) = target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    let path = if file.is_empty() { Some(document.to_owned()) } else { joined(document, file) };
    let Some(path) = path.filter(|path| tree.holds(path)) else { return false };
    heading.is_none_or(|heading| {
        let text = tree.text(&path).unwrap_or_default();
        headings(text).any(|(_, _, title)| anchor(title) == heading)
    })
}

/// The target as a path from the root; nothing when it leads out of the tree.
fn joined(document: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The name that a reader's page gives to a heading.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_code_only() {
        let text = "see [a](a.md#x) and `[b](b.md)`\n```\n[c](c.md)\n```\n<img src=\"d.svg\"> [e](https://e.example)\n";
        let found = targets(text);
        assert_eq!(found, [(1, "a.md#x".to_owned()), (5, "d.svg".to_owned())]);
    }

    #[test]
    fn a_path_is_taken_from_the_document() {
        assert_eq!(joined("crates/README.md", "../bench").as_deref(), Some("bench"));
        assert_eq!(joined("README.md", "./docs/a.svg").as_deref(), Some("docs/a.svg"));
        assert_eq!(joined("README.md", "../out"), None);
    }

    #[test]
    fn a_heading_has_the_anchor_that_pages_give_it() {
        assert_eq!(anchor("What `xtask` does, and why"), "what-xtask-does-and-why");
        assert_eq!(anchor("Ce qui tient toujours : l’étiquette"), "ce-qui-tient-toujours--létiquette");
    }
}
