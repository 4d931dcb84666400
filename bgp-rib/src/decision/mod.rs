//! The decision process as data (RFC 4271 §9.1.2).
//!
//! A [`Profile`] names an ordered list of [`Step`]s. Each step takes the set of
//! routes that are still in consideration and removes those that lose; the next
//! step sees the survivors. MULTI_EXIT_DISC is therefore the *set operation* of
//! RFC 4271 §9.1.2.2 c), not a pairwise order, and the outcome never depends on
//! the order in which routes arrived. Every profile ends with the peer address
//! and the path identifier, which no two routes to one destination share.
//!
//! The module is independent of the tables: anything that can fill a
//! [`Candidate`] can ask [`select`] or [`judge`].

mod candidate;
mod explanation;
mod step;

pub use candidate::Candidate;
pub use explanation::{Explanation, Judged, Standing};
pub use step::{Profile, Step};

use smallvec::SmallVec;

/// Positions of the candidates that are still in consideration.
pub(crate) type Survivors = SmallVec<[usize; 8]>;

/// The position of the best of `candidates` under `steps`, `None` when there is
/// no candidate.
///
/// Cost: one pass over the survivors for each step until one is left.
///
/// ```
/// use bgp_rib::{Candidate, Profile, select};
///
/// let near = Candidate { path_length: 1, ..Candidate::default() };
/// let preferred = Candidate { path_length: 4, local_pref: 200, ..Candidate::default() };
/// assert_eq!(select(&[near, preferred], Profile::Rfc.steps()), Some(1));
/// ```
#[must_use]
pub fn select(candidates: &[Candidate], steps: &[Step]) -> Option<usize> {
    if candidates.len() <= 1 {
        return (!candidates.is_empty()).then_some(0);
    }
    let mut survivors: Survivors = (0..candidates.len()).collect();
    for step in steps {
        step.retain(candidates, &mut survivors, |_, _| {});
        if survivors.len() == 1 {
            break;
        }
    }
    survivors.first().copied()
}

/// The verdict on every candidate, in the order given: the step at which it
/// lost and the candidate that beat it there. Agrees with [`select`] on the best.
///
/// ```
/// use bgp_rib::{Candidate, Profile, Standing, Step, judge};
///
/// let near = Candidate { path_length: 1, ..Candidate::default() };
/// let far = Candidate { path_length: 4, ..Candidate::default() };
/// let standings = judge(&[far, near], Profile::Rfc.steps());
/// assert_eq!(standings[0], Standing::Lost { step: Step::PathLength, against: 1 });
/// assert_eq!(standings[1], Standing::Best { decided_by: Some(Step::PathLength) });
/// ```
#[must_use]
pub fn judge(candidates: &[Candidate], steps: &[Step]) -> Vec<Standing> {
    let mut survivors: Survivors = (0..candidates.len()).collect();
    let mut standings = vec![Standing::Best { decided_by: None }; candidates.len()];
    let mut decisive = None;
    for step in steps {
        if survivors.len() <= 1 {
            break;
        }
        step.retain(candidates, &mut survivors, |loser, winner| {
            decisive = Some(*step);
            if let Some(standing) = standings.get_mut(loser) {
                *standing = Standing::Lost {
                    step: *step,
                    against: winner,
                };
            }
        });
    }
    let best = survivors.first().copied();
    for (position, standing) in standings.iter_mut().enumerate() {
        if Some(position) == best {
            *standing = Standing::Best {
                decided_by: decisive,
            };
        } else if let (Standing::Best { .. }, Some(best)) = (*standing, best) {
            *standing = Standing::Tied { against: best };
        }
    }
    standings
}

#[cfg(test)]
mod tests {
    use super::*;
    use bgp_wire::Asn;
    use std::net::Ipv4Addr;

    fn base() -> Candidate {
        Candidate {
            neighbor_as: Asn(65_001),
            external: true,
            ..Candidate::default()
        }
    }

    #[test]
    fn nothing_is_best_of_nothing() {
        assert_eq!(select(&[], Profile::Rfc.steps()), None);
        assert!(judge(&[], Profile::Rfc.steps()).is_empty());
    }

    /// The classic cycle: pairwise, a beats b (MED), b beats c (identifier), c
    /// beats a (identifier). As a set, `a` removes `b`, then `c` beats `a`.
    #[test]
    fn med_is_a_set_operation() {
        let a = Candidate {
            med: 1,
            identifier: Ipv4Addr::new(3, 3, 3, 3),
            ..base()
        };
        let b = Candidate {
            med: 2,
            identifier: Ipv4Addr::new(1, 1, 1, 1),
            ..base()
        };
        let c = Candidate {
            neighbor_as: Asn(65_002),
            identifier: Ipv4Addr::new(2, 2, 2, 2),
            ..base()
        };
        for order in [
            [a, b, c],
            [b, c, a],
            [c, a, b],
            [c, b, a],
            [b, a, c],
            [a, c, b],
        ] {
            let best = select(&order, Profile::Rfc.steps()).unwrap();
            assert_eq!(order[best], c);
        }
        assert_eq!(
            judge(&[a, b, c], Profile::Rfc.steps()),
            [
                Standing::Lost {
                    step: Step::Identifier,
                    against: 2
                },
                Standing::Lost {
                    step: Step::Med,
                    against: 0
                },
                Standing::Best {
                    decided_by: Some(Step::Identifier)
                },
            ]
        );
    }

    /// RFC 4271 §9.1.2.2 e): one unknown cost and the step is skipped.
    #[test]
    fn an_unknown_interior_cost_skips_the_step() {
        let known = Candidate {
            interior_cost: Some(5),
            peer_address: [10, 0, 0, 2].into(),
            ..base()
        };
        let unknown = Candidate {
            interior_cost: None,
            peer_address: [10, 0, 0, 1].into(),
            ..base()
        };
        assert_eq!(select(&[known, unknown], Profile::Rfc.steps()), Some(1));
        let nearer = Candidate {
            interior_cost: Some(4),
            peer_address: [10, 0, 0, 3].into(),
            ..base()
        };
        assert_eq!(select(&[known, nearer], Profile::Rfc.steps()), Some(1));
    }

    /// RFC 4456 §9: the cluster list is compared after the identifier; GoBGP does neither.
    #[test]
    fn the_cluster_list_comes_after_the_identifier() {
        let short = Candidate {
            external: false,
            cluster_list_length: 1,
            identifier: Ipv4Addr::new(9, 9, 9, 9),
            peer_address: [10, 0, 0, 2].into(),
            ..base()
        };
        let long = Candidate {
            cluster_list_length: 2,
            identifier: Ipv4Addr::new(1, 1, 1, 1),
            peer_address: [10, 0, 0, 1].into(),
            ..short
        };
        let equal = Candidate {
            identifier: short.identifier,
            ..long
        };
        for profile in [Profile::Rfc, Profile::Bird, Profile::Frr, Profile::Openbgpd] {
            assert_eq!(
                select(&[short, long], profile.steps()),
                Some(1),
                "{profile:?}"
            );
            assert_eq!(
                select(&[short, equal], profile.steps()),
                Some(0),
                "{profile:?}"
            );
        }
        assert_eq!(select(&[short, equal], Profile::Gobgp.steps()), Some(1));
    }

    /// RFC 7311 §4.1: with one AIGP in the set, those without go.
    #[test]
    fn aigp_removes_routes_without_it() {
        let without = Candidate {
            path_length: 1,
            ..base()
        };
        let far = Candidate {
            path_length: 9,
            aigp: Some(100),
            interior_cost: Some(10),
            ..base()
        };
        let near = Candidate {
            path_length: 9,
            aigp: Some(50),
            interior_cost: Some(20),
            ..base()
        };
        assert_eq!(select(&[without, far, near], Profile::Rfc.steps()), Some(2));
    }

    #[test]
    fn every_profile_ends_in_a_total_order() {
        for profile in Profile::ALL {
            let steps = profile.steps();
            assert_eq!(
                steps[steps.len() - 2..],
                [Step::PeerAddress, Step::PathId],
                "{profile:?}"
            );
        }
    }
}
