//! Settings: deprecated fields, Felix, nodes.

use super::{check, check_with, cluster, complete};

#[test]
fn fields_of_old() {
    let old = cluster("nextHopMode: Keep", "keepOriginalNextHop: true");
    // What replaces it came with 3.31: before, and as long as nobody says which
    // release it is, the old form is the right one.
    check(&old, &[]);
    check_with(complete().with_release(3, 30), &old, &[]);
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000, keepOriginalNextHop: true, filters: [edge, pods]}";
    let deprecated = [("deprecated-field", line)];
    check_with(complete().with_release(3, 31), &old, &deprecated);
    let installed = |version: &str| {
        format!(
            "{old}---\nkind: ClusterInformation\nmetadata: {{name: default}}\nspec: {{calicoVersion: {version}}}\n"
        )
    };
    check(&installed("v3.30.7"), &[]);
    check(&installed("v3.32.1"), &deprecated);
    check_with(complete().with_release(3, 30), &installed("v3.32.1"), &[]);
}
