//! Splitting a stream into documents before anything is parsed, as kubectl
//! does: a line that begins with `---` stands between two of them.

use super::Chunk;

/// The stretches between separators. Empty ones and ones that hold only
/// comments are left out; directives (`%YAML`) stay with what follows them.
pub(super) fn documents(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut offset, mut lines) = (0, 0);
    let (mut start, mut start_line, mut content) = (0, 0, false);
    let mut cut = |from: usize, to: usize, lines: usize| {
        if let Some(text) = text.get(from..to) {
            chunks.push(Chunk {
                text,
                offset: from,
                lines,
            });
        }
    };
    for line in text.split_inclusive('\n') {
        if separates(line) {
            if content {
                cut(start, offset, start_line);
            }
            // A separator may carry the beginning of its document.
            let after = line.get(3..).unwrap_or_default().trim_start();
            content = !after.is_empty() && !after.starts_with('#');
            if content || !only_directives(text.get(start..offset)) {
                (start, start_line) = (offset, lines);
            }
        } else {
            content |= !is_blank(line);
        }
        offset += line.len();
        lines += 1;
    }
    if content {
        cut(start, offset, start_line);
    }
    chunks
}

fn separates(line: &str) -> bool {
    line.strip_prefix("---")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(['#', '%']) || line == "..."
}

/// Whether a stretch is nothing but directives for the document after it.
fn only_directives(text: Option<&str>) -> bool {
    text.is_some_and(|text| {
        text.lines().any(|line| line.starts_with('%')) && text.lines().all(is_blank)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(&str, usize)> {
        documents(text)
            .iter()
            .map(|chunk| (chunk.text, chunk.lines))
            .collect()
    }

    #[test]
    fn cuts_at_separator_lines() {
        assert_eq!(
            split("a: 1\n---\nb: 2\n"),
            [("a: 1\n", 0), ("---\nb: 2\n", 1)]
        );
        assert_eq!(split("---\n# nothing\n---\nb: 2"), [("---\nb: 2", 2)]);
        assert_eq!(split("--- {a: 1}\n---\n"), [("--- {a: 1}\n", 0)]);
        assert_eq!(
            split("a: x\n  ---\nb: |\n  ----\n"),
            [("a: x\n  ---\nb: |\n  ----\n", 0)]
        );
        assert_eq!(split("# only\n\n"), []);
    }

    #[test]
    fn keeps_directives_with_their_document() {
        assert_eq!(
            split("%YAML 1.2\n---\na: 1\n"),
            [("%YAML 1.2\n---\na: 1\n", 0)]
        );
    }
}
