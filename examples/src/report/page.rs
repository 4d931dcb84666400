//! The report as one page that needs nothing from elsewhere.

use super::markup::Markup;
use super::table::{Align, Table};
use super::{Part, Report};

const HEAD: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<title>Reference cluster</title>\n<style>\n",
    include_str!("page.css"),
    "</style>\n</head>\n<body>\n",
);

impl Markup {
    /// A table that scrolls by itself on a narrow screen.
    pub(super) fn table(&mut self, table: &Table) {
        self.element("div", &[("class", "scroll")], |scroll| {
            scroll.element("table", &[], |inside| {
                inside.element("thead", &[], |head| head.cells("th", table, table.heads()));
                inside.element("tbody", &[], |body| {
                    for row in table.rows() {
                        body.cells("td", table, row.iter().map(String::as_str));
                    }
                });
            });
        });
    }

    fn cells<'a>(&mut self, name: &str, table: &Table, cells: impl Iterator<Item = &'a str>) {
        self.element("tr", &[], |row| {
            for (align, cell) in table.aligns().zip(cells) {
                let class = match align {
                    Align::Left => "left",
                    Align::Right => "right",
                };
                row.leaf(name, &[("class", class)], cell);
            }
        });
    }

    /// Something that is folded away at first.
    pub(super) fn details(&mut self, summary: &str, inside: impl FnOnce(&mut Self)) {
        self.element("details", &[], |details| {
            details.leaf("summary", &[], summary);
            inside(details);
        });
    }

    /// A list of lines.
    pub(super) fn list(&mut self, lines: &[String]) {
        self.element("ul", &[], |list| {
            for line in lines {
                list.leaf("li", &[], line);
            }
        });
    }

    fn part<P: Part>(&mut self, number: usize, part: &P) {
        let id = format!("part-{number}");
        self.element("section", &[("id", &id)], |section| {
            section.leaf("h2", &[], &format!("{number}. {}", P::TITLE));
            part.html(section);
        });
    }
}

impl Report {
    /// The report as one HTML page: style and pictures inside, no script, nothing
    /// fetched.
    #[must_use]
    pub fn html(&self) -> String {
        let mut page = Markup::new();
        page.verbatim(HEAD);
        page.leaf("h1", &[], "Reference cluster");
        page.leaf("p", &[("class", "sub")], &self.subtitle());
        page.element("nav", &[], |nav| {
            for (number, title) in Self::titles() {
                nav.leaf("a", &[("href", &format!("#part-{number}"))], title);
            }
        });
        page.part(1, &self.diagnosis);
        page.part(2, &self.topology);
        page.part(3, &self.routing);
        page.part(4, &self.encapsulation);
        page.part(5, &self.segmentation);
        page.element("section", &[("id", "checks")], |section| {
            section.leaf("h2", &[], "Checks");
            section.list(
                &self
                    .checks
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>(),
            );
        });
        page.verbatim("</body>\n</html>\n");
        page.into_string()
    }
}
