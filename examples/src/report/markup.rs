//! Elements of HTML and SVG, escaped where text meets markup.
//!
//! Every text and attribute value goes through [`escape`]; there is no way to put in
//! markup from a manifest.

use std::fmt::Write as _;

/// `text` with the five characters of markup as character references.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A piece of markup: elements in elements, written as they are opened.
#[derive(Clone, Debug, Default)]
pub struct Markup {
    written: String,
}

impl Markup {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            written: String::new(),
        }
    }

    /// An element with children.
    pub fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        children: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        children(self);
        let _ = write!(self.written, "</{name}>");
    }

    /// An element that holds only text, on a line of its own.
    pub fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |inside| inside.text(text));
        self.written.push('\n');
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        self.written.push_str(&escape(text));
    }

    /// Markup made elsewhere by this type.
    pub fn append(&mut self, other: &Self) {
        self.written.push_str(&other.written);
    }

    /// A picture of a sibling crate, which escapes on its own.
    pub(super) fn picture(&mut self, svg: &str) {
        self.element("figure", &[], |figure| figure.written.push_str(svg));
    }

    /// Fixed markup of this program: the document type, a style sheet.
    pub(super) fn verbatim(&mut self, markup: &'static str) {
        self.written.push_str(markup);
    }

    /// The markup as text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.written
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let _ = write!(self.written, "<{name}");
        for (attribute, value) in attributes {
            let _ = write!(self.written, " {attribute}=\"{}\"", escape(value));
        }
        self.written.push('>');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_text_and_attributes() {
        let mut markup = Markup::new();
        markup.leaf("p", &[("title", "a \"b\"")], "x < y && 'z'");
        let expected = "<p title=\"a &quot;b&quot;\">x &lt; y &amp;&amp; &#39;z&#39;</p>\n";
        assert_eq!(markup.into_string(), expected);
    }

    #[test]
    fn nests() {
        let mut markup = Markup::new();
        markup.element("ul", &[], |list| list.leaf("li", &[], "one"));
        assert_eq!(markup.into_string(), "<ul><li>one</li>\n</ul>");
    }
}
