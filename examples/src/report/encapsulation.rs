//! Part 4: what fits into a packet.

use std::fmt::Write as _;

use serde::Serialize;

use super::svg::{Bar, Bars};
use super::{Align, Markup, Part, Table};

/// The MTU of each encapsulation on this network.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Encapsulation {
    /// What the links carry, in bytes.
    pub link_mtu: u32,
    /// One line an encapsulation.
    pub choices: Vec<Choice>,
    /// What the manifests set up.
    pub configured: Configured,
    /// What another MTU would do under the encapsulation in use.
    pub trial: Trial,
}

/// One encapsulation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Bytes that it puts around a packet.
    pub overhead: u32,
    /// What these bytes are.
    pub headers: String,
    /// The largest MTU of a pod that fits.
    pub mtu: u32,
    /// Whether the manifests use it.
    pub in_use: bool,
}

/// What the manifests say.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Configured {
    /// Each pool with its encapsulation.
    pub pools: Vec<String>,
    /// The MTU that the Installation sets; `None`: Felix finds it out.
    pub mtu: Option<u32>,
    /// The right one for the encapsulations in use; `None` when none is large enough
    /// for IP.
    pub right: Option<u32>,
    /// The judgement in words.
    pub verdict: String,
}

/// A packet of a given size on its way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// The MTU that is tried.
    pub mtu: u32,
    /// Size on the wire with the headers of the encapsulation in use.
    pub on_the_wire: u32,
    /// Bytes too many; 0 when it fits.
    pub excess: u32,
    /// What happens, in words.
    pub verdict: String,
}

impl Encapsulation {
    fn table(&self) -> Table {
        let mut table = Table::new([
            ("encapsulation", Align::Left),
            ("overhead", Align::Right),
            ("pod MTU", Align::Right),
            ("", Align::Left),
            ("what is added", Align::Left),
        ]);
        for choice in &self.choices {
            let note = if choice.in_use { "in use" } else { "" };
            table.row([
                choice.name.as_str(),
                &choice.overhead.to_string(),
                &choice.mtu.to_string(),
                note,
                &choice.headers,
            ]);
        }
        table
    }

    fn bars(&self) -> Bars {
        let mut bars: Vec<Bar> = self
            .choices
            .iter()
            .map(|choice| Bar {
                name: choice.name.clone(),
                inner: choice.mtu,
                overhead: choice.overhead,
            })
            .collect();
        let tried = &self.trial;
        bars.push(Bar {
            name: format!("pods with MTU {}", tried.mtu),
            inner: tried.mtu,
            overhead: tried.on_the_wire.saturating_sub(tried.mtu),
        });
        Bars {
            title: "Largest packet of a pod, and what goes around it".into(),
            link: self.link_mtu,
            bars,
        }
    }
}

impl Part for Encapsulation {
    const TITLE: &'static str = "Encapsulation";

    fn text(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "links carry {} bytes\n\n{}",
            self.link_mtu,
            self.table()
        );
        for pool in &self.configured.pools {
            let _ = writeln!(out, "  pool {pool}");
        }
        let _ = writeln!(out, "  {}", self.configured.verdict);
        let _ = writeln!(out, "  {}", self.trial.verdict);
    }

    fn html(&self, page: &mut Markup) {
        page.append(&self.bars().draw());
        page.table(&self.table());
        for line in self
            .configured
            .pools
            .iter()
            .map(|pool| format!("Pool {pool}"))
        {
            page.leaf("p", &[], &line);
        }
        page.leaf("p", &[], &self.configured.verdict);
        page.leaf("p", &[], &self.trial.verdict);
    }
}
