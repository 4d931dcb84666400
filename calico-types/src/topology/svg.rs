//! A picture in SVG: nodes on a circle, reflectors on a smaller one inside,
//! the outside on a larger one.
//!
//! The picture refers to nothing else, takes its colours from the reader's
//! preference for light or dark, and names every line and dot in a `title`,
//! which browsers show under the pointer.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use super::Topology;
use super::picture::{Edge, Picture, Role, Speaker};

const STYLE: &str = "\
    .bgp{--ink:#1f2933;--soft:#7b8794;--paper:#ffffff;--node:#d9e8f6;--rr:#ffe3a3;--out:#e6e8eb;\
--client:#b7791f;font:12px system-ui,sans-serif}\
    @media(prefers-color-scheme:dark){.bgp{--ink:#e4e7eb;--soft:#9aa5b1;--paper:#15191e;\
--node:#24476b;--rr:#6b5115;--out:#3b424b;--client:#f0b429}}\
    .bgp .paper{fill:var(--paper)}.bgp text{fill:var(--ink);text-anchor:middle;\
paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}\
    .bgp .detail{fill:var(--soft);font-size:10px}\
    .bgp line{stroke:var(--soft);stroke-width:1;opacity:.7}\
    .bgp line.client{stroke:var(--client);stroke-width:1.6}\
    .bgp line.external{stroke-dasharray:5 4}\
    .bgp circle{stroke:var(--ink);fill:var(--node)}\
    .bgp .rr circle{fill:var(--rr);stroke-width:2}.bgp .out circle{fill:var(--out);stroke-dasharray:3 3}";

impl Topology {
    /// The topology as one self-contained SVG document.
    ///
    /// Reflectors stand in the middle, nodes around them, routers outside on the
    /// outermost circle. Every dot and line has a `title`, which browsers show
    /// and screen readers read. Colours follow the reader's choice of light or
    /// dark; nothing is fetched from anywhere, and names are escaped, so the text
    /// can be put into a page as it is.
    ///
    /// Lines between reflector and client are coloured, those between
    /// different AS dashed. The size follows the number of nodes.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let picture = Picture::new(self);
        let layout = Layout::new(&picture.speakers);
        let (left, top, width, height) = layout.frame();
        let count = self.session_count();
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"bgp\" role=\"img\" \
             viewBox=\"{left:.0} {top:.0} {width:.0} {height:.0}\">\n\
             <title>BGP sessions: {} IPv4, {} IPv6</title>\n<style>{STYLE}</style>\n\
             <rect class=\"paper\" x=\"{left:.0}\" y=\"{top:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\"/>\n",
            count.ipv4, count.ipv6
        );
        for edge in &picture.edges {
            line(&mut out, edge, &picture.speakers, &layout);
        }
        for (speaker, (x, y)) in picture.speakers.iter().zip(&layout.places) {
            dot(&mut out, speaker, *x, *y);
        }
        out.push_str("</svg>\n");
        out
    }
}

/// Where each speaker stands; the common centre is the origin.
///
/// Three circles around it, each wide enough for its names; with more speakers
/// the picture grows instead of getting denser.
struct Layout {
    places: Vec<(f64, f64)>,
}

impl Layout {
    fn new(speakers: &[Speaker]) -> Self {
        let count = |role| speakers.iter().filter(|s| s.role == role).count();
        let (nodes, reflectors, outside) = (
            count(Role::Node),
            count(Role::Reflector),
            count(Role::External),
        );
        // A dot and its name want some 90 units along the circle.
        let around = |n: usize| 90.0 * f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / TAU;
        // A reflector's second line also holds its cluster id, which is wider.
        let inner = (around(reflectors) * 1.7).max(if reflectors > 1 { 95.0 } else { 0.0 });
        let ring = around(nodes).max(inner + 110.0);
        let outer = around(outside).max(ring + 110.0);
        let mut seen = [0_usize; 3];
        let places = speakers.iter().map(|speaker| {
            let (slot, radius, total, turn) = match speaker.role {
                Role::Node => (&mut seen[0], ring, nodes, 0.0),
                Role::Reflector => (&mut seen[1], inner, reflectors, 0.0),
                Role::External => (&mut seen[2], outer, outside, 0.5),
            };
            let at = f64::from(u32::try_from(*slot).unwrap_or(0)) + turn;
            *slot += 1;
            let angle = TAU * at / f64::from(u32::try_from(total.max(1)).unwrap_or(1)) - TAU / 4.0;
            (radius * angle.cos(), radius * angle.sin())
        });
        Self {
            places: places.collect(),
        }
    }

    /// Left, top, width and height of what is drawn: every dot with its two
    /// lines of text, and no more.
    fn frame(&self) -> (f64, f64, f64, f64) {
        let start = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
        let (left, top, right, bottom) =
            self.places
                .iter()
                .fold(start, |(left, top, right, bottom), (x, y)| {
                    (left.min(*x), top.min(*y), right.max(*x), bottom.max(*y))
                });
        // Half a long label to the sides, a dot above, the text below.
        let (side, above, below) = (90.0, 20.0, 50.0);
        (
            left - side,
            top - above,
            right - left + 2.0 * side,
            bottom - top + above + below,
        )
    }

    fn place(&self, index: usize) -> (f64, f64) {
        self.places.get(index).copied().unwrap_or((0.0, 0.0))
    }
}

fn line(out: &mut String, edge: &Edge, speakers: &[Speaker], layout: &Layout) {
    let ((x1, y1), (x2, y2)) = (layout.place(edge.from), layout.place(edge.to));
    let class = match (edge.reflected, edge.internal) {
        (true, _) => " class=\"client\"",
        (false, true) => "",
        (false, false) => " class=\"external\"",
    };
    let name = |index: usize| speakers.get(index).map_or("", |s| s.label.as_str());
    let title = format!(
        "{} – {}: {}",
        name(edge.from),
        name(edge.to),
        edge.families()
    );
    let _ = writeln!(
        out,
        "<line{class} x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"><title>{}</title></line>",
        escaped(&title)
    );
}

fn dot(out: &mut String, speaker: &Speaker, x: f64, y: f64) {
    let class = match speaker.role {
        Role::Node => "node",
        Role::Reflector => "rr",
        Role::External => "out",
    };
    let (label, detail) = (escaped(&speaker.label), escaped(&speaker.detail));
    let (below, further) = (y + 26.0, y + 38.0);
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><title>{label}, {detail}</title>\
         <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"11\"/>\
         <text x=\"{x:.1}\" y=\"{below:.1}\">{label}</text>\
         <text class=\"detail\" x=\"{x:.1}\" y=\"{further:.1}\">{detail}</text></g>"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
