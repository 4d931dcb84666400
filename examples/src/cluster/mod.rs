//! The main job: diagnosis, topology, routing, encapsulation and segmentation of one
//! cluster, each claim of the report tested by the run that makes it.

mod diagnosis;
mod encapsulation;
mod intent;
mod routing;
mod segmentation;
#[cfg(test)]
mod tests;
mod topology;
mod wiring;
mod workloads;

use std::time::Instant;

use calico_types::Resource;
use policy_engine::PolicySet;

use crate::manifests::ManifestSet;
use crate::plan::ClusterPlan;
use crate::report::{Check, Checks, Diagnosis, Report, Topology};

pub use routing::RoutingError;
pub use segmentation::SegmentationError;

/// What can be chosen about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Seed of the simulated network: equal seeds, equal runs.
    pub seed: u64,
    /// What the links between nodes carry, in bytes.
    pub link_mtu: u32,
}

impl Default for Options {
    /// Seed 1, jumbo frames.
    fn default() -> Self {
        Self {
            seed: 1,
            link_mtu: 9000,
        }
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// A file is not YAML or JSON text. The text names file and line.
    #[error("unreadable input\n{rendered}")]
    Unreadable {
        /// The finding, with its source line.
        rendered: String,
    },
    /// The speakers could not be run.
    #[error(transparent)]
    Routing(#[from] RoutingError),
    /// The policies could not be judged.
    #[error(transparent)]
    Segmentation(#[from] SegmentationError),
}

/// Does the main job on a set of manifests, and diagnoses the set of common mistakes
/// beside it. Virtual time begins at `base`; `progress` hears what is being done.
///
/// # Errors
///
/// See [`ClusterError`]; what is merely wrong with the manifests is in the report.
pub fn run(
    set: &ManifestSet,
    options: &Options,
    base: Instant,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, ClusterError> {
    progress("diagnosing manifests");
    let asked = diagnosis::judge(set, options.link_mtu)?;
    let reference = *set == ManifestSet::ecommerce();
    let mut checks: Vec<Check> = Vec::new();
    let mut diagnosis = Diagnosis {
        sets: vec![asked.report],
    };
    let published = ManifestSet::as_published();
    if *set != published {
        diagnosis
            .sets
            .push(diagnosis::judge(&published, options.link_mtu)?.report);
    }
    let resources: Vec<Resource> = asked.decoded.iter().cloned().collect();

    progress("planning sessions");
    let plan = ClusterPlan::new(&resources);
    let mesh = ClusterPlan::new(&wiring::full_mesh(&resources));
    let mut claims = Checks::new(2);
    let wirings = vec![
        topology::wiring("Full mesh", mesh.topology(), mesh.problems()),
        topology::wiring("As written", plan.topology(), plan.problems()),
    ];
    if let [mesh, written] = wirings.as_slice() {
        topology::check(written, mesh, &mut claims);
    }
    checks.extend(claims.into_vec());

    progress("running the nodes in virtual time");
    let mut claims = Checks::new(3);
    let routing = routing::routing(&plan, &mesh, options.seed, base, &mut claims)?;
    checks.extend(claims.into_vec());

    progress("checking encapsulation and segmentation");
    let mut claims = Checks::new(4);
    let encapsulation =
        encapsulation::encapsulation(&resources, options.link_mtu, reference, &mut claims);
    checks.extend(claims.into_vec());
    let mut claims = Checks::new(5);
    let policies = PolicySet::from_resources(&resources).set;
    let segmentation = segmentation::segmentation(policies, &intent::SHOP, reference, &mut claims)?;
    checks.extend(claims.into_vec());

    Ok(Report {
        set: set.name.clone(),
        seed: options.seed,
        diagnosis,
        topology: Topology { wirings },
        routing,
        encapsulation,
        segmentation,
        checks,
    })
}
