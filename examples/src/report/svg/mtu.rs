//! What each encapsulation leaves of the link's MTU.

use super::canvas::{Anchor, Canvas};
use crate::report::Markup;

/// One encapsulation.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Bytes inside: what a pod may send.
    pub inner: u32,
    /// Bytes around it.
    pub overhead: u32,
}

/// Bars beside each other, from below the smallest to above the largest packet: the
/// differences are a few bytes in nine thousand.
#[derive(Clone, Debug)]
pub struct Bars {
    /// Title of the picture.
    pub title: String,
    /// What the link carries.
    pub link: u32,
    /// The bars.
    pub bars: Vec<Bar>,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 200.0;
const RIGHT: f64 = 730.0;
const ROW: f64 = 34.0;

impl Bars {
    /// Draws them.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let rows = f64::from(u32::try_from(self.bars.len()).unwrap_or(u32::MAX));
        let height = 66.0 + ROW * rows;
        let description = format!(
            "the link carries {} bytes; each bar is a pod's packet and what goes around it",
            self.link
        );
        let mut canvas = Canvas::new(WIDTH, height, &self.title, &description);
        for (i, bar) in (0_u32..).zip(&self.bars) {
            self.bar(&mut canvas, bar, 34.0 + ROW * f64::from(i));
        }
        let begin = format!("the bars begin at {} bytes, not at 0", self.start());
        canvas.text("label", (LEFT, height - 8.0), Anchor::Start, &begin);
        let x = self.x(self.link);
        canvas.line("goal", (x, 24.0), (x, height - 26.0));
        canvas.text(
            "label",
            (x, 16.0),
            Anchor::Middle,
            &format!("link: {} bytes", self.link),
        );
        canvas.finish()
    }

    /// The smallest and the largest number of bytes.
    fn ends(&self) -> (u32, u32) {
        let low = self
            .bars
            .iter()
            .map(|bar| bar.inner)
            .chain([self.link])
            .min()
            .unwrap_or(0);
        let outer = self
            .bars
            .iter()
            .map(|bar| bar.inner.saturating_add(bar.overhead));
        (low, outer.chain([self.link]).max().unwrap_or(0))
    }

    /// Where the axis begins: below the smallest bar, so that overheads can be seen.
    fn start(&self) -> u32 {
        let (low, high) = self.ends();
        low.saturating_sub((high - low).max(1) / 2)
    }

    fn x(&self, bytes: u32) -> f64 {
        let (low, high) = self.ends();
        let end = high.saturating_add((high - low).max(8) / 8);
        let width = f64::from(end.saturating_sub(self.start()).max(1));
        LEFT + (RIGHT - LEFT) * f64::from(bytes.saturating_sub(self.start())) / width
    }

    fn bar(&self, canvas: &mut Canvas, bar: &Bar, y: f64) {
        let (inner, outer) = (self.x(bar.inner), self.x(bar.inner + bar.overhead));
        let fits = bar.inner + bar.overhead <= self.link;
        canvas.text("label", (LEFT - 10.0, y + 16.0), Anchor::End, &bar.name);
        let tip = format!("{}: {} bytes inside", bar.name, bar.inner);
        canvas.rectangle("inner", (LEFT, y), (inner - LEFT, 22.0), &tip);
        let tip = format!(
            "{} bytes of headers, {} in all",
            bar.overhead,
            bar.inner + bar.overhead
        );
        let class = if fits {
            "overhead"
        } else {
            "overhead too-long"
        };
        canvas.rectangle(class, (inner, y), (outer - inner, 22.0), &tip);
        let text = match (fits, bar.overhead) {
            (true, 0) => format!("{}", bar.inner),
            (true, overhead) => format!("{} + {overhead}", bar.inner),
            (false, overhead) => format!("{} + {overhead}: too long", bar.inner),
        };
        canvas.text("on-bar", (LEFT + 8.0, y + 16.0), Anchor::Start, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_only_what_does_not_fit() {
        let bar = |name: &str, inner, overhead| Bar {
            name: name.into(),
            inner,
            overhead,
        };
        let bars = vec![bar("IPIP", 8980, 20), bar("9000 in IPIP", 9000, 20)];
        let svg = Bars {
            title: "MTU".into(),
            link: 9000,
            bars,
        }
        .draw()
        .into_string();
        assert_eq!(svg.matches("too-long").count(), 1);
        assert!(svg.contains("9000 + 20: too long"), "{svg}");
    }
}
