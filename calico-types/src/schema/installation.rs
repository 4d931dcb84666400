//! `Installation` of the Tigera operator: networking in detail, the other
//! fields by name only.

use super::{
    ANY, BOOLEAN, Field, INT32, SWITCH, Schema, TEXT, TEXT_LIST, field, list, object, words,
};

const POOL: Schema = object(&[
    field("name", TEXT),
    field("cidr", TEXT),
    field(
        "encapsulation",
        words(&[
            "IPIPCrossSubnet",
            "IPIP",
            "VXLAN",
            "VXLANCrossSubnet",
            "None",
        ]),
    ),
    field("natOutgoing", SWITCH),
    field("nodeSelector", TEXT),
    field("namespaceSelector", TEXT),
    field("blockSize", INT32),
    field("disableBGPExport", BOOLEAN),
    field("disableNewAllocations", BOOLEAN),
    field("allowedUses", TEXT_LIST),
    field("assignmentMode", words(&["Automatic", "Manual"])),
]);

const AUTODETECTION: Schema = object(&[
    field("firstFound", BOOLEAN),
    field("kubernetes", words(&["NodeInternalIP"])),
    field("interface", TEXT),
    field("skipInterface", TEXT),
    field("canReach", TEXT),
    field("cidrs", TEXT_LIST),
]);

const NETWORK: Schema = object(&[
    field(
        "linuxDataplane",
        words(&["Iptables", "BPF", "VPP", "Nftables"]),
    ),
    field("windowsDataplane", words(&["HNS", "Disabled"])),
    field("bpfNetworkBootstrap", SWITCH),
    field("kubeProxyManagement", SWITCH),
    field("bgp", SWITCH),
    field("clusterRoutingMode", TEXT),
    field("ipPools", list(&POOL).items(0, 25)),
    field("mtu", INT32),
    field("nodeAddressAutodetectionV4", AUTODETECTION),
    field("nodeAddressAutodetectionV6", AUTODETECTION),
    field("hostPorts", SWITCH),
    field("multiInterfaceMode", words(&["None", "Multus"])),
    field("containerIPForwarding", SWITCH),
    field("linuxPodInterfaceType", words(&["Veth", "Netkit"])),
    field(
        "sysctl",
        list(&object(&[field("key", TEXT), field("value", TEXT)])),
    ),
    field("linuxPolicySetupTimeoutSeconds", INT32),
]);

/// Fields that have nothing to do with networking.
const fn other(name: &'static str) -> Field {
    field(name, ANY)
}

pub(super) const INSTALLATION: Schema = object(&[
    field("variant", TEXT),
    field("kubernetesProvider", TEXT),
    field(
        "cni",
        object(&[
            field("type", TEXT),
            field("ipam", object(&[field("type", TEXT)])),
            other("binDir"),
            other("confDir"),
        ]),
    ),
    field("calicoNetwork", NETWORK),
    field("nodeMetricsPort", INT32),
    field("serviceCIDRs", TEXT_LIST),
    other("registry"),
    other("imagePath"),
    other("imagePrefix"),
    other("imagePullSecrets"),
    other("typhaAffinity"),
    other("typhaMetricsPort"),
    other("controlPlaneNodeSelector"),
    other("controlPlaneTolerations"),
    other("controlPlaneReplicas"),
    other("flexVolumePath"),
    other("kubeletVolumePluginPath"),
    other("nodeUpdateStrategy"),
    other("componentResources"),
    other("certificateManagement"),
    other("tlsCipherSuites"),
    other("nonPrivileged"),
    other("calicoNodeDaemonSet"),
    other("csiNodeDriverDaemonSet"),
    other("calicoKubeControllersDeployment"),
    other("typhaDeployment"),
    other("calicoWindowsUpgradeDaemonSet"),
    other("calicoNodeWindowsDaemonSet"),
    other("fipsMode"),
    other("logging"),
    other("windowsNodes"),
    other("azure"),
    other("proxy"),
]);
