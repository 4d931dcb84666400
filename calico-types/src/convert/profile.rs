//! Namespaces and service accounts as profiles.
//!
//! Endpoints name their profiles and inherit labels from them; that is how
//! `namespaceSelector` and `serviceAccountSelector` become questions about
//! endpoints. Rules of profiles are asked after every tier, and what no profile
//! allows is denied: an endpoint whose namespace's profile is missing is shut.

use std::collections::BTreeMap;

use super::rule::rule;
use super::{NAMESPACE_LABEL_PREFIX, SERVICE_ACCOUNT_LABEL_PREFIX};
use crate::given::Given;
use crate::k8s::{Namespace, ServiceAccount};
use crate::metadata::Metadata;
use crate::resources::{Action, EntityRule, Profile, ProfileSpec};

/// The profile `kns.NAME` of a namespace: its labels under `pcns.`, its name
/// as `pcns.projectcalico.org/name`, and everything allowed, which is what
/// pods have that no policy selects.
#[must_use]
pub fn namespace(namespace: &Namespace) -> Profile {
    let name = &namespace.metadata.name;
    let allow = || {
        vec![rule(
            Action::Allow,
            EntityRule::default(),
            EntityRule::default(),
        )]
    };
    Profile {
        metadata: Metadata::named(format!("kns.{name}")),
        spec: ProfileSpec {
            ingress: Some(allow()),
            egress: Some(allow()),
            labels_to_apply: Given::filled(inherited(&namespace.metadata, NAMESPACE_LABEL_PREFIX)),
        },
    }
}

/// The profile `ksa.NAMESPACE.NAME` of a service account: its labels under
/// `pcsa.`, its name as `pcsa.projectcalico.org/name`, and no rules.
#[must_use]
pub fn service_account(account: &ServiceAccount) -> Profile {
    let (namespace, name) = (
        account.metadata.namespace_or_default(),
        &account.metadata.name,
    );
    Profile {
        metadata: Metadata::named(format!("ksa.{namespace}.{name}")),
        spec: ProfileSpec {
            labels_to_apply: Given::filled(inherited(
                &account.metadata,
                SERVICE_ACCOUNT_LABEL_PREFIX,
            )),
            ..ProfileSpec::default()
        },
    }
}

/// The labels of a namespace or account under their prefix. Calico's own, the name,
/// goes over one that somebody set.
fn inherited(metadata: &Metadata, prefix: &str) -> BTreeMap<String, String> {
    let own = metadata.labels.iter();
    let mut labels: BTreeMap<_, _> = own
        .map(|(name, value)| (format!("{prefix}{name}"), value.clone()))
        .collect();
    labels.insert(
        format!("{prefix}projectcalico.org/name"),
        metadata.name.clone(),
    );
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_lends_its_labels_and_allows() {
        let mut metadata = Metadata::named("shop");
        metadata.labels.insert("env".into(), "prod".into());
        let profile = namespace(&Namespace { metadata });
        assert_eq!(profile.metadata.name, "kns.shop");
        let labels = &profile.spec.labels_to_apply;
        assert_eq!(labels["pcns.env"], "prod");
        assert_eq!(labels["pcns.projectcalico.org/name"], "shop");
        assert_eq!(profile.spec.ingress.unwrap()[0].action, Action::Allow);
    }

    #[test]
    fn a_service_account_lends_its_labels_only() {
        let metadata = Metadata::namespaced("shop", "web");
        let profile = service_account(&ServiceAccount { metadata });
        assert_eq!(profile.metadata.name, "ksa.shop.web");
        assert_eq!(
            profile.spec.labels_to_apply["pcsa.projectcalico.org/name"],
            "web"
        );
        assert_eq!((profile.spec.ingress, profile.spec.egress), (None, None));
    }
}
