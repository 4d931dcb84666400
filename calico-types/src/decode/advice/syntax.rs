//! Text that is neither YAML nor JSON: what people do to it.

use crate::diagnostic::Diagnostic;

/// Adds to a finding about syntax what its line looks like.
pub(in crate::decode) fn explain(diagnostic: &mut Diagnostic, text: &str) {
    if !matches!(diagnostic.code.0, "yaml-syntax" | "json-syntax") || !diagnostic.help.is_empty() {
        return;
    }
    let Some(span) = diagnostic.span else { return };
    let before = text.get(..span.start.min(text.len())).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    // The parser often notices on the line after.
    let above = before.get(..start.saturating_sub(1)).unwrap_or_default();
    let above = above.rsplit('\n').next().unwrap_or_default();
    let help = [line, above].into_iter().find_map(of_line);
    diagnostic.help.extend(help.map(str::to_owned));
}

/// What a line that does not parse most probably is.
fn of_line(line: &str) -> Option<&'static str> {
    const LONGEST: usize = 10_000;
    if line.len() > LONGEST {
        return None;
    }
    let content = line.trim_start_matches(' ');
    let value = line
        .split_once(':')
        .map(|(_, value)| value.trim_start())
        .unwrap_or_default();
    if content.starts_with("{{")
        || line.contains("{{ .")
        || line.contains("{{.")
        || line.contains("{{-")
    {
        Some("that is a template: render it first, as with helm template")
    } else if content.starts_with('\t') {
        Some("YAML indents with spaces, not tabs")
    } else if ["<<<<<<<", "=======", ">>>>>>>"]
        .iter()
        .any(|mark| line.starts_with(mark))
    {
        Some("that is the mark of a merge conflict: resolve it first")
    } else if value.starts_with(['*', '&', '!', '%', '@', '`']) {
        Some("a value that begins with *, &, !, %, @ or ` needs quotes")
    } else if value.contains(": ") && !value.starts_with(['"', '\'', '{', '[']) {
        Some("a value with a colon and a blank in it needs quotes")
    } else if ["'", "\""]
        .iter()
        .any(|quote| line.matches(quote).count() % 2 == 1)
    {
        Some("is a quote missing?")
    } else if content.starts_with('-')
        && !content.starts_with("- ")
        && content.len() > 1
        && !content.starts_with("---")
    {
        Some("a dash that begins an item is followed by a blank")
    } else if line.matches(['[', '{']).count() > line.matches([']', '}']).count() {
        Some("is a closing bracket missing?")
    } else {
        let bare = content.trim_end();
        let key = bare.contains(':')
            && !bare.contains(": ")
            && !bare.ends_with(':')
            && !bare.contains("://");
        key.then_some("a colon after a key is followed by a blank")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_lines_look_like() {
        for (line, word) in [
            ("  cidr: {{ .Values.cidr }}", Some("template")),
            ("\tname: x", Some("tabs")),
            ("<<<<<<< HEAD", Some("merge")),
            ("  nodeSelector: !has(x)", Some("quotes")),
            ("  note: a: b", Some("colon")),
            ("  selector: app == 'web", Some("missing")),
            ("  -name: x", Some("dash")),
            ("  name:x", Some("after a key")),
            ("  types: [Ingress", Some("bracket")),
            ("  name: x", None),
        ] {
            let help = of_line(line);
            assert_eq!(help.is_some(), word.is_some(), "{line}: {help:?}");
            assert!(
                help.unwrap_or_default().contains(word.unwrap_or_default()),
                "{line}: {help:?}"
            );
        }
    }
}
