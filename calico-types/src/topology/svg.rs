//! A picture in SVG: nodes on a circle, reflectors on a smaller one inside,
//! the outside on a larger one.
//!
//! The picture refers to nothing else, takes its colours from the reader's
//! preference for light or dark, and names every line and dot in a `title`,
//! which browsers show under the pointer. Colours are written out for both, since
//! many viewers know no variables.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use super::picture::{Dot, Drawing, Edge, Number, Role};

const STYLE: &str = "\
.bgp{font:12px system-ui,'DejaVu Sans',sans-serif}\
.bgp .paper{fill:#ffffff}\
.bgp text{fill:#1f2933;paint-order:stroke;stroke:#ffffff;stroke-width:3px;stroke-linejoin:round}\
.bgp .detail{fill:#616e7c;font-size:10px}\
.bgp .count{fill:#52606d;font-size:10px;text-anchor:middle}\
.bgp line,.bgp .key{stroke:#7b8794;stroke-width:1;opacity:.7;fill:none}\
.bgp .client{stroke:#b7791f;stroke-width:1.6}\
.bgp .external{stroke-dasharray:5 4}\
.bgp circle{stroke:#1f2933;fill:#d9e8f6}\
.bgp .rr circle{fill:#ffe3a3;stroke-width:2}\
.bgp .out circle{fill:#e6e8eb;stroke-dasharray:3 3}\
@media(prefers-color-scheme:dark){\
.bgp .paper{fill:#15191e}\
.bgp text{fill:#e4e7eb;stroke:#15191e}\
.bgp .detail,.bgp .count{fill:#9aa5b1}\
.bgp line,.bgp .key{stroke:#9aa5b1}\
.bgp .client{stroke:#f0b429}\
.bgp circle{stroke:#e4e7eb;fill:#24476b}\
.bgp .rr circle{fill:#6b5115}\
.bgp .out circle{fill:#3b424b}}";

/// The radius of the dot of one node, and of several.
const RADIUS: f64 = 11.0;
const GROUP: f64 = 17.0;

impl Drawing {
    /// The drawing as one self-contained SVG document.
    ///
    /// Reflectors stand in the middle, nodes around them, routers outside on the
    /// outermost circle. Every dot and line has a `title`, which browsers show
    /// and screen readers read. Colours follow the reader's choice of light or
    /// dark; nothing is fetched from anywhere, and names are escaped, so the text
    /// can be put into a page as it is.
    ///
    /// Lines between reflector and client are coloured, those between
    /// different AS dashed. Beyond 60 nodes or 400 links, nodes that do the same
    /// are one dot, with their number, and lines say how many sessions they are.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let layout = Layout::new(&self.dots);
        let frame = Frame::around(self, &layout);
        let (left, top, width, height) = frame.size();
        let count = self.sessions;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bgp\" role=\"img\" \
             viewBox=\"{left:.0} {top:.0} {width:.0} {height:.0}\">\n\
             <title>BGP sessions: {} IPv4, {} IPv6</title>\n<style>{STYLE}</style>\n\
             <rect class=\"paper\" x=\"{left:.0}\" y=\"{top:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\"/>\n",
            count.ipv4, count.ipv6
        );
        for edge in &self.edges {
            line(&mut out, edge, self, &layout);
        }
        for (dot, place) in self.dots.iter().zip(&layout.places) {
            draw(&mut out, dot, place);
        }
        if self.is_summary {
            for edge in &self.edges {
                number(&mut out, edge, &layout);
            }
        }
        legend(&mut out, self, left + 14.0, top + height - 12.0);
        out.push_str("</svg>\n");
        out
    }
}

/// Where each dot stands; the common centre is the origin.
///
/// Three circles around it, each wide enough for its names; with more dots the
/// picture grows instead of getting denser.
struct Layout {
    places: Vec<Place>,
}

struct Place {
    x: f64,
    y: f64,
    /// Where the label stands.
    label: Label,
}

/// Labels stand outside of the circle, where no lines are.
#[derive(Clone, Copy)]
enum Label {
    Below,
    Above,
    Right,
    Left,
}

impl Layout {
    fn new(dots: &[Dot]) -> Self {
        let count = |role| dots.iter().filter(|dot| dot.role == role).count();
        let (nodes, reflectors, outside) = (
            count(Role::Node),
            count(Role::Reflector),
            count(Role::External),
        );
        // Along the circle: dots with names beside them stand closer than those
        // with names below.
        let around =
            |n: usize, wide: f64| wide * f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / TAU;
        let inner = if reflectors > 1 {
            around(reflectors, 150.0).max(80.0)
        } else {
            0.0
        };
        let ring = around(nodes, 62.0).max(inner + 130.0).max(120.0);
        let outer = around(outside, 90.0).max(ring + 150.0);
        let mut seen = [0_usize; 3];
        let places = dots.iter().map(|dot| {
            let (slot, radius, total, turn) = match dot.role {
                Role::Node => (&mut seen[0], ring, nodes, 0.0),
                Role::Reflector => (&mut seen[1], inner, reflectors, 0.0),
                Role::External => (&mut seen[2], outer, outside, 0.5),
            };
            // A lone group is the picture.
            let radius = if dots.len() == 1 { 0.0 } else { radius };
            let at = f64::from(u32::try_from(*slot).unwrap_or(0)) + turn;
            *slot += 1;
            let angle = TAU * at / f64::from(u32::try_from(total.max(1)).unwrap_or(1)) - TAU / 4.0;
            let label = match (dot.role, angle.cos(), angle.sin()) {
                (Role::Reflector, ..) => Label::Below,
                (Role::Node | Role::External, cos, _) if cos > 0.25 => Label::Right,
                (Role::Node | Role::External, cos, _) if cos < -0.25 => Label::Left,
                (Role::Node | Role::External, _, sin) if sin < 0.0 && dots.len() > 1 => {
                    Label::Above
                }
                (Role::Node | Role::External, ..) => Label::Below,
            };
            Place {
                x: radius * angle.cos(),
                y: radius * angle.sin(),
                label,
            }
        });
        Self {
            places: places.collect(),
        }
    }

    fn place(&self, index: usize) -> (f64, f64) {
        self.places
            .get(index)
            .map_or((0.0, 0.0), |place| (place.x, place.y))
    }
}

/// What is drawn: every dot with its label, the legend, and no more.
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Frame {
    fn around(picture: &Drawing, layout: &Layout) -> Self {
        let mut frame = Self {
            left: -150.0,
            top: -20.0,
            right: 150.0,
            bottom: 20.0,
        };
        for (dot, place) in picture.dots.iter().zip(&layout.places) {
            let wide = width(dot);
            let (before, after) = match place.label {
                Label::Below | Label::Above => (wide / 2.0, wide / 2.0),
                Label::Right => (30.0, wide + 30.0),
                Label::Left => (wide + 30.0, 30.0),
            };
            frame.left = frame.left.min(place.x - before);
            frame.right = frame.right.max(place.x + after);
            let lines = f64::from(u32::try_from(dot.details.len()).unwrap_or(0));
            let (above, below) = match place.label {
                Label::Above => (GROUP + 24.0 + 12.0 * lines, GROUP),
                Label::Below => (GROUP + 4.0, GROUP + 20.0 + 12.0 * lines),
                Label::Left | Label::Right => (GROUP + 8.0 * lines, GROUP + 8.0 * lines),
            };
            frame.top = frame.top.min(place.y - above);
            frame.bottom = frame.bottom.max(place.y + below);
        }
        // The legend.
        frame.bottom += 34.0;
        frame
    }

    fn size(&self) -> (f64, f64, f64, f64) {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        (
            self.left - 10.0,
            self.top - 10.0,
            width + 20.0,
            height + 20.0,
        )
    }
}

/// About how wide a dot's text is.
fn width(dot: &Dot) -> f64 {
    let units = |text: &str, each: f64| {
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        each * f64::from(characters)
    };
    let details = dot.details.iter().map(|detail| units(detail, 6.2));
    details.fold(units(&dot.label, 7.4), f64::max)
}

fn class(edge: &Edge) -> &'static str {
    match (edge.reflected, edge.internal) {
        (true, _) => " class=\"client\"",
        (false, true) => "",
        (false, false) => " class=\"external\"",
    }
}

fn line(out: &mut String, edge: &Edge, picture: &Drawing, layout: &Layout) {
    let ((x1, y1), (x2, y2)) = (layout.place(edge.from), layout.place(edge.to));
    let name = |index: usize| picture.dots.get(index).map_or("", |dot| dot.label.as_str());
    let count = if picture.is_summary {
        format!("{} ", Number(edge.sessions))
    } else {
        String::new()
    };
    let title = format!(
        "{} – {}: {count}{}",
        name(edge.from),
        name(edge.to),
        edge.families()
    );
    let _ = writeln!(
        out,
        "<line{} x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"><title>{}</title></line>",
        class(edge),
        escaped(&title)
    );
}

/// How many sessions a line is if more than one of a family, a third of the way along it: halfway, lines
/// cross.
fn number(out: &mut String, edge: &Edge, layout: &Layout) {
    if edge.sessions <= edge.families.len() {
        return;
    }
    let ((x1, y1), (x2, y2)) = (layout.place(edge.from), layout.place(edge.to));
    let (x, y) = (x1 + (x2 - x1) * 0.36, y1 + (y2 - y1) * 0.36 + 3.0);
    let count = Number(edge.sessions);
    let _ = writeln!(
        out,
        "<text class=\"count\" x=\"{x:.1}\" y=\"{y:.1}\">{count}</text>"
    );
}

fn draw(out: &mut String, dot: &Dot, place: &Place) {
    let class = match dot.role {
        Role::Node => "node",
        Role::Reflector => "rr",
        Role::External => "out",
    };
    let (x, y) = (place.x, place.y);
    let radius = if dot.count > 1 { GROUP } else { RADIUS };
    let title = [&dot.label].into_iter().chain(&dot.details);
    let title: Vec<String> = title.map(|text| escaped(text)).collect();
    let _ = write!(
        out,
        "<g class=\"{class}\"><title>{}</title>",
        title.join(", ")
    );
    if dot.count > 1 {
        let _ = write!(
            out,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\"/>",
            x + 5.0,
            y - 4.0
        );
    }
    let _ = write!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>");
    let lines = f64::from(u32::try_from(dot.details.len()).unwrap_or(0));
    let (anchor, tx, ty) = match place.label {
        Label::Below => ("middle", x, y + radius + 15.0),
        Label::Above => ("middle", x, y - radius - 8.0 - 12.0 * lines),
        Label::Right => ("start", x + radius + 8.0, y + 4.0 - 6.0 * lines),
        Label::Left => ("end", x - radius - 8.0, y + 4.0 - 6.0 * lines),
    };
    let _ = write!(
        out,
        "<text x=\"{tx:.1}\" y=\"{ty:.1}\" text-anchor=\"{anchor}\">{}</text>",
        escaped(&dot.label)
    );
    for (index, detail) in dot.details.iter().enumerate() {
        let down = 12.0 * f64::from(u32::try_from(index + 1).unwrap_or(1));
        let _ = write!(
            out,
            "<text class=\"detail\" x=\"{tx:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            ty + down,
            escaped(detail)
        );
    }
    out.push_str("</g>\n");
}

/// What kinds of lines mean, of those that are there.
fn legend(out: &mut String, picture: &Drawing, left: f64, y: f64) {
    type Is = fn(&Edge) -> bool;
    let kinds: [(&str, &str, Is); 3] = [
        ("", "iBGP", |edge| edge.internal && !edge.reflected),
        (" client", "reflector and client", |edge| edge.reflected),
        (" external", "eBGP", |edge| {
            !edge.internal && !edge.reflected
        }),
    ];
    let mut x = left;
    for (class, words, is) in kinds {
        if !picture.edges.iter().any(is) {
            continue;
        }
        let (end, text, up) = (x + 26.0, x + 32.0, y - 4.0);
        let _ = writeln!(
            out,
            "<path class=\"key{class}\" d=\"M{x:.1} {up:.1}H{end:.1}\"/>\
             <text class=\"detail\" x=\"{text:.1}\" y=\"{y:.1}\">{words}</text>"
        );
        let characters = u32::try_from(words.len()).unwrap_or(0);
        x = text + 5.4 * f64::from(characters) + 18.0;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
