//! Reads the Markdown tables that the rules compare with the code: those whose first column is headed `crate`.

/// One row below the header.
pub(super) struct Row {
    /// Where it stands, from 1.
    pub(super) line: usize,
    /// Its cells without backticks and links.
    pub(super) cells: Vec<String>,
}

impl Row {
    /// The cell in this column; empty when the row is shorter.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// The rows of the first table headed `crate`.
pub(super) fn crate_rows(text: &str) -> Vec<Row> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .skip_while(|(_, line)| cells(line).first().is_none_or(|cell| cell != "crate"))
        .skip(2)
        .take_while(|(_, line)| line.starts_with('|'))
        .map(|(line, text)| Row { line, cells: cells(text) })
        .collect()
}

fn cells(line: &str) -> Vec<String> {
    let Some(inside) = line.trim().strip_prefix('|') else { return Vec::new() };
    inside.trim_end_matches('|').split('|').map(|cell| plain(cell.trim())).collect()
}

/// `[name](address)` and `` `name` `` as `name`.
fn plain(cell: &str) -> String {
    let cell = match (cell.strip_prefix('['), cell.split_once("](")) {
        (Some(_), Some((name, _))) => &name[1..],
        _ => cell,
    };
    cell.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_to_the_end_of_the_table() {
        let text = "# House\n\n| crate | line |\n|---|---|\n| `a` | does a |\n| [`b`](b) | does b |\n\n| c | no |\n";
        let rows = crate_rows(text);
        let read: Vec<_> = rows.iter().map(|row| (row.line, row.cell(0), row.cell(1), row.cell(2))).collect();
        assert_eq!(read, [(5, "a", "does a", ""), (6, "b", "does b", "")]);
    }
}
