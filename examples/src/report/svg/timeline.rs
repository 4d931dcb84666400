//! Numbers over virtual time, as steps.

use std::time::Duration;

use super::canvas::{Anchor, Canvas};
use crate::report::Markup;

/// One line of the picture.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it counts.
    pub name: String,
    /// When the count changed, and to what; times ascend.
    pub steps: Vec<(Duration, usize)>,
}

/// Counts over time, with a dashed line at the count that is wanted.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Title of the picture.
    pub title: String,
    /// What the vertical axis counts.
    pub unit: String,
    /// The count that everything should reach.
    pub goal: usize,
    /// Up to four lines: there are four kinds of stroke.
    pub series: Vec<Series>,
    /// Moments with a name.
    pub marks: Vec<(Duration, String)>,
}

const SIZE: (f64, f64) = (760.0, 300.0);
/// Left, top, right, bottom edge of the plot.
const PLOT: (f64, f64, f64, f64) = (70.0, 30.0, 740.0, 240.0);

/// A number as a coordinate. The counts of a report are far below 2⁵³.
fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A time for an axis, in the unit that suits the width of the picture.
fn tick(at: Duration, whole: Duration) -> String {
    if whole < Duration::from_secs(1) {
        format!("{:.1} ms", at.as_secs_f64() * 1e3)
    } else if whole < Duration::from_secs(20) {
        format!("{:.1} s", at.as_secs_f64())
    } else {
        format!("{:.0} s", at.as_secs_f64())
    }
}

impl Timeline {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let names: Vec<&str> = self
            .series
            .iter()
            .map(|series| series.name.as_str())
            .collect();
        let description = format!("{} over virtual time: {}", self.unit, names.join(", "));
        let mut canvas = Canvas::new(SIZE.0, SIZE.1, &self.title, &description);
        let (start, end) = self.span();
        let highest = self
            .series
            .iter()
            .flat_map(|s| &s.steps)
            .map(|(_, count)| *count)
            .max();
        let top = highest.unwrap_or(0).max(self.goal).max(1);
        self.axes(&mut canvas, (start, end), top);
        for (i, (at, name)) in self.marks.iter().enumerate() {
            let x = Self::x(*at, (start, end));
            canvas.line("goal", (x, PLOT.1), (x, PLOT.3));
            // Names of neighbouring moments stand at two heights, each on the side
            // that has room.
            let y = PLOT.3 - 14.0 - 20.0 * float(i % 2);
            match x > (PLOT.0 + PLOT.2) / 2.0 {
                true => canvas.text("label", (x - 6.0, y), Anchor::End, name),
                false => canvas.text("label", (x + 6.0, y), Anchor::Start, name),
            }
        }
        for (i, series) in self.series.iter().enumerate() {
            let class = format!("series s{}", i % 4);
            canvas.path(&class, Self::stairs(series, (start, end), top));
            let y = SIZE.1 - 14.0;
            let x = PLOT.0 + 230.0 * float(i);
            canvas.line(&class, (x, y - 4.0), (x + 28.0, y - 4.0));
            canvas.text("label", (x + 34.0, y), Anchor::Start, &series.name);
        }
        canvas.finish()
    }

    /// First and last moment of all lines, a little widened.
    fn span(&self) -> (Duration, Duration) {
        let times = || {
            self.series
                .iter()
                .flat_map(|series| &series.steps)
                .map(|(at, _)| *at)
        };
        let start = times().min().unwrap_or_default();
        let end = times()
            .max()
            .unwrap_or_default()
            .max(start + Duration::from_micros(1));
        let margin = (end - start) / 20;
        (start.saturating_sub(margin), end + margin)
    }

    fn x(at: Duration, (start, end): (Duration, Duration)) -> f64 {
        let share = at.saturating_sub(start).as_secs_f64() / (end - start).as_secs_f64();
        PLOT.0 + (PLOT.2 - PLOT.0) * share
    }

    fn y(count: usize, top: usize) -> f64 {
        PLOT.3 - (PLOT.3 - PLOT.1) * float(count) / float(top)
    }

    fn stairs(series: &Series, span: (Duration, Duration), top: usize) -> Vec<(f64, f64)> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (at, count) in &series.steps {
            let x = Self::x(*at, span);
            if let Some((_, level)) = points.last().copied() {
                points.push((x, level));
            }
            points.push((x, Self::y(*count, top)));
        }
        if let Some((_, level)) = points.last().copied() {
            points.push((PLOT.2, level));
        }
        points
    }

    fn axes(&self, canvas: &mut Canvas, span: (Duration, Duration), top: usize) {
        canvas.line("axis", (PLOT.0, PLOT.3), (PLOT.2, PLOT.3));
        canvas.line("axis", (PLOT.0, PLOT.1), (PLOT.0, PLOT.3));
        canvas.text("label", (PLOT.0, PLOT.1 - 12.0), Anchor::Start, &self.unit);
        for count in [0, top / 2, top] {
            canvas.text(
                "label",
                (PLOT.0 - 8.0, Self::y(count, top) + 4.0),
                Anchor::End,
                &count.to_string(),
            );
        }
        let goal = Self::y(self.goal, top);
        canvas.line("goal", (PLOT.0, goal), (PLOT.2, goal));
        let whole = span.1 - span.0;
        for quarter in 0..=4_u32 {
            let at = span.0 + whole * quarter / 4;
            let x = Self::x(at, span);
            canvas.line("axis", (x, PLOT.3), (x, PLOT.3 + 5.0));
            canvas.text(
                "label",
                (x, PLOT.3 + 20.0),
                Anchor::Middle,
                &tick(at, whole),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_from_nothing_to_the_goal() {
        let ms = Duration::from_millis;
        let series = Series {
            name: "mesh".into(),
            steps: vec![(ms(0), 0), (ms(90), 10)],
        };
        let timeline = Timeline {
            title: "t".into(),
            unit: "routes".into(),
            goal: 10,
            series: vec![series],
            marks: Vec::new(),
        };
        let svg = timeline.draw().into_string();
        // The last point is the plot's right edge at the height of the goal.
        assert!(svg.contains("740,30\""), "{svg}");
        assert!(svg.contains(" ms</text>"), "{svg}");
    }

    #[test]
    fn survives_having_nothing_to_show() {
        let empty = Timeline {
            title: "t".into(),
            unit: "u".into(),
            goal: 0,
            series: vec![],
            marks: Vec::new(),
        };
        assert!(empty.draw().into_string().contains("<svg"));
        let flat = Series {
            name: "s".into(),
            steps: vec![(Duration::ZERO, 0)],
        };
        assert!(
            !Timeline {
                series: vec![flat],
                ..empty
            }
            .draw()
            .into_string()
            .contains("NaN")
        );
    }
}
