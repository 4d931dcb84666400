//! `KubeControllersConfiguration`.

use super::{
    DURATION, Default, INT32, INTEGER, Schema, TEXT, TEXT_MAP, field, list, object, required, set,
    words,
};
use crate::validate::Tag;

const RECONCILER: Schema = object(&[field("reconcilerPeriod", DURATION)]);
const ENABLED: &[&str] = &["Enabled", "Disabled"];
const CIDR: Schema = TEXT.tag(&[Tag::Cidr]);

const TEMPLATE: Schema = object(&[
    field("annotations", TEXT_MAP.tag(&[Tag::Annotations])),
    field("generateName", TEXT.max_length(253).tag(&[Tag::Name])),
    field("interfaceCIDRs", set(&CIDR)),
    field("interfacePattern", TEXT.tag(&[Tag::Regexp])),
    field("labels", TEXT_MAP.tag(&[Tag::Labels])),
    field("nodeSelector", TEXT.tag(&[Tag::Selector])),
]);

const CONTROLLERS: Schema = object(&[
    field(
        "loadBalancer",
        object(&[field(
            "assignIPs",
            words(&["AllServices", "RequestedServicesOnly"]).default(Default::Text("AllServices")),
        )]),
    ),
    field(
        "migration",
        object(&[field(
            "policyNameMigrator",
            words(&["Disabled", "Enabled"])
                .default(Default::Text("Enabled"))
                .tag(&[Tag::OneOf(ENABLED)]),
        )]),
    ),
    field("namespace", RECONCILER),
    field(
        "node",
        object(&[
            field(
                "hostEndpoint",
                object(&[
                    field("autoCreate", words(ENABLED).tag(&[Tag::OneOf(ENABLED)])),
                    field(
                        "createDefaultHostEndpoint",
                        TEXT.tag(&[Tag::OneOf(ENABLED)]),
                    ),
                    field("templates", list(&TEMPLATE)),
                ]),
            ),
            field("leakGracePeriod", DURATION),
            field("reconcilerPeriod", DURATION),
            field("syncLabels", words(ENABLED).tag(&[Tag::OneOf(ENABLED)])),
        ]),
    ),
    field("policy", RECONCILER),
    field("serviceAccount", RECONCILER),
    field("workloadEndpoint", RECONCILER),
]);

const LOG_LEVEL: Schema = words(&[
    "None", "Debug", "Info", "Warning", "Error", "Fatal", "Panic",
]);

macro_rules! configuration {
    () => {
        object(&[
            required("controllers", CONTROLLERS),
            field("debugProfilePort", INT32.range(0, 65_535)),
            field("etcdV3CompactionPeriod", DURATION),
            field(
                "healthChecks",
                words(ENABLED)
                    .default(Default::Text("Enabled"))
                    .tag(&[Tag::OneOf(ENABLED)]),
            ),
            field("logSeverityScreen", LOG_LEVEL),
            field("prometheusMetricsPort", INTEGER.range(0, 65_535)),
        ])
    };
}

pub(super) const CONFIGURATION: Schema = configuration!();

/// The controllers' own report.
pub(super) const STATUS: Schema = object(&[
    field("environmentVars", TEXT_MAP),
    field("runningConfig", configuration!()),
]);
