//! Shapes on a surface of fixed size.

use super::super::markup::Markup;

/// How a text sits on its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Begins at the point.
    Start,
    /// Is centred on it.
    Middle,
    /// Ends at it.
    End,
}

impl Anchor {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A coordinate with one decimal, without a superfluous one.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

/// A surface to draw on. Lengths are in user units; the page scales the whole.
#[derive(Clone, Debug)]
pub struct Canvas {
    width: f64,
    height: f64,
    title: String,
    description: String,
    shapes: Markup,
}

impl Canvas {
    /// An empty surface; `title` names the picture, `description` says what it shows.
    #[must_use]
    pub fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let (title, description) = (title.to_owned(), description.to_owned());
        Self {
            width,
            height,
            title,
            description,
            shapes: Markup::new(),
        }
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ends = [from.0, from.1, to.0, to.1].map(coordinate);
        let [x1, y1, x2, y2] = ends.each_ref().map(String::as_str);
        self.shapes.leaf(
            "line",
            &[
                ("class", class),
                ("x1", x1),
                ("y1", y1),
                ("x2", x2),
                ("y2", y2),
            ],
            "",
        );
    }

    /// A rectangle with a corner, a size, and a text for those who hover or listen.
    pub fn rectangle(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), tip: &str) {
        let numbers = [corner.0, corner.1, size.0.max(0.0), size.1.max(0.0)].map(coordinate);
        let [x, y, width, height] = numbers.each_ref().map(String::as_str);
        let attributes = [
            ("class", class),
            ("x", x),
            ("y", y),
            ("width", width),
            ("height", height),
            ("rx", "2"),
        ];
        self.shapes
            .element("rect", &attributes, |inside| inside.leaf("title", &[], tip));
    }

    /// A disc, with a text for those who hover or listen.
    pub fn disc(&mut self, class: &str, centre: (f64, f64), radius: f64, tip: &str) {
        let numbers = [centre.0, centre.1, radius].map(coordinate);
        let [cx, cy, r] = numbers.each_ref().map(String::as_str);
        let attributes = [("class", class), ("cx", cx), ("cy", cy), ("r", r)];
        self.shapes.element("circle", &attributes, |inside| {
            inside.leaf("title", &[], tip)
        });
    }

    /// A line through points.
    pub fn path(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        let pairs: Vec<String> = points
            .into_iter()
            .map(|(x, y)| format!("{},{}", coordinate(x), coordinate(y)))
            .collect();
        self.shapes.leaf(
            "polyline",
            &[("class", class), ("points", &pairs.join(" "))],
            "",
        );
    }

    /// A text.
    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let numbers = [at.0, at.1].map(coordinate);
        let [x, y] = numbers.each_ref().map(String::as_str);
        let attributes = [
            ("class", class),
            ("x", x),
            ("y", y),
            ("text-anchor", anchor.name()),
        ];
        self.shapes.leaf("text", &attributes, text);
    }

    /// The picture as an element of the page.
    #[must_use]
    pub fn finish(self) -> Markup {
        let view = format!("0 0 {} {}", coordinate(self.width), coordinate(self.height));
        let attributes = [
            ("viewBox", view.as_str()),
            ("role", "img"),
            ("aria-label", &self.title),
            ("style", &format!("max-width:{}px", coordinate(self.width))),
        ];
        let mut picture = Markup::new();
        picture.element("svg", &attributes, |inside| {
            inside.leaf("title", &[], &self.title);
            inside.leaf("desc", &[], &self.description);
            inside.append(&self.shapes);
        });
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_short_coordinates_and_a_title() {
        let mut canvas = Canvas::new(10.0, 20.0, "T", "D");
        canvas.line("edge", (0.0, 0.25), (10.0, 1.0 / 3.0));
        let svg = canvas.finish().into_string();
        assert!(svg.contains("viewBox=\"0 0 10 20\""), "{svg}");
        assert!(svg.contains("<title>T</title>"), "{svg}");
        assert!(
            svg.contains("x1=\"0\" y1=\"0.2\" x2=\"10\" y2=\"0.3\""),
            "{svg}"
        );
    }
}
