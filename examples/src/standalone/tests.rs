use super::*;

const HEAD: &str = "as = 64512\nrouter-id = \"192.0.2.1\"\n";

fn read(rest: &str) -> SpeakerPlan {
    plan(&format!("{HEAD}{rest}")).unwrap()
}

/// The first peer of a file.
fn peer(rest: &str) -> PeeringPlan {
    read(&format!("[[peer]]\n{rest}")).peerings.remove(0)
}

fn error(rest: &str) -> String {
    plan(&format!("{HEAD}{rest}")).unwrap_err().to_string()
}

#[test]
fn the_example_is_one() {
    let help = HELP.split("```").nth(1).unwrap();
    let plan = plan(help.strip_prefix("toml").unwrap()).unwrap();
    assert_eq!(plan.peerings.len(), 1);
    assert_eq!(plan.ranges.len(), 1);
    assert_eq!(plan.originate.len(), 1);
    let named = HELP.split("More fields of a peer:").nth(1).unwrap();
    for field in named.split('`').skip(1).step_by(2) {
        let is_field = field.contains('-') || field == "port" || field == "role";
        let text = format!("[[peer]]\naddress = \"192.0.2.2\"\n{field} = [[1]]");
        if is_field {
            assert!(!error(&text).contains("unknown field"), "{field}");
        }
    }
}

#[test]
fn defaults() {
    let plan = read("");
    assert_eq!(plan.name, "speaker");
    let listen: Vec<String> = plan.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, ["0.0.0.0:179", "[::]:179"]);
    let plain = peer("address = \"2001:db8::2\"\nas = 64512");
    assert_eq!(plain.session.remote.to_string(), "[2001:db8::2]:179");
    assert_eq!(
        plain.session.families,
        FamilySet::empty().with(Family::IPV6_UNICAST)
    );
    assert_eq!(plain.session.add_path, AddPath::default());
    assert_eq!(plain.session.hold_time, 90);
}

/// RFC 8212 §3, and its section 2 on who is external.
#[test]
fn external_peers_need_a_policy() {
    let (all, none) = (FilterChain::accept_all(), FilterChain::reject_all());
    for (fields, lacks, import, export) in [
        ("as = 64513", true, &none, &none),
        ("as = 64513\nimport = \"accept\"", true, &all, &none),
        (
            "as = 64513\nimport = \"accept\"\nexport = \"reject\"",
            false,
            &all,
            &none,
        ),
        ("", true, &none, &none),
        ("as = 64512", false, &all, &all),
        ("as = 64512\nimport = \"reject\"", false, &none, &all),
        ("as = 64513\nlocal-as = 64513", false, &all, &all),
        ("as = 64512\nlocal-as = 64513", true, &none, &none),
    ] {
        let peer = peer(&format!("address = \"192.0.2.2\"\n{fields}"));
        assert_eq!(peer.lacks_policy, lacks, "{fields}");
        assert_eq!(
            (&peer.peer.import, &peer.peer.export),
            (import, export),
            "{fields}"
        );
    }
}

#[test]
fn every_field_arrives() {
    let peer = peer(
        "address = \"192.0.2.2\"\nport = 1790\nas = 64513\nlocal-as = 64500\n\
         local-address = \"192.0.2.1\"\nfamilies = [\"ipv4 unicast\", \"ipv6 unicast\"]\n\
         passive = true\nnext-hop = \"self\"\nhold-time = 9\nadd-path = \"send\"\n\
         extended-next-hop = true\nrole = \"customer\"\nstrict-role = true\n\
         password = \"secret\"\nttl-security = 2\nallow-local-as = 3\n\
         advertisement-interval = 7\n\
         prefix-limit = { maximum = 10, warning-percent = 50, restart-after = 60 }\n\
         graceful-restart = { time = 60, notification = true, long-lived = 3600 }",
    );
    let session = &peer.session;
    assert_eq!(session.remote.to_string(), "192.0.2.2:1790");
    assert_eq!(
        (session.local_as, session.peer_as),
        (Asn(64500), Some(Asn(64513)))
    );
    assert!(session.passive && session.hold_time == 9);
    assert_eq!(peer.advertisement_interval, Duration::from_secs(7));
    assert_eq!(peer.peer.role, Some(bgp_session::Role::Customer));
    let both = FamilySet::empty()
        .with(Family::IPV4_UNICAST)
        .with(Family::IPV6_UNICAST);
    assert_eq!(session.families, both);
    assert_eq!(
        (session.add_path.send, session.add_path.receive),
        (both, FamilySet::empty())
    );
    assert!(session.extended_next_hop.contains(Family::IPV4_UNICAST));
    let role = session.role.unwrap();
    assert_eq!(
        (role.role, role.strict),
        (bgp_session::Role::Customer, true)
    );
    let limits: Vec<_> = session
        .prefix_limits
        .iter()
        .map(|limit| {
            (
                limit.family,
                limit.maximum,
                limit.warning_percent,
                limit.action,
            )
        })
        .collect();
    let restart = PrefixLimitAction::Restart(Some(Duration::from_secs(60)));
    assert_eq!(
        limits,
        [
            (Family::IPV4_UNICAST, 10, 50, restart),
            (Family::IPV6_UNICAST, 10, 50, restart)
        ]
    );
    let restart = session.graceful_restart.as_ref().unwrap();
    assert_eq!((restart.restart_time, restart.notification), (60, true));
    assert_eq!(restart.long_lived.unwrap().stale_time, 3600);
    assert_eq!(peer.peer.local_as, Some(Asn(64500)));
    assert_eq!(peer.peer.next_hop, NextHopMode::SelfNextHop);
    assert_eq!(peer.peer.allow_local_as, 3);
    assert_eq!(peer.security.hops, Some(2));
    assert_eq!(peer.security.password.as_deref(), Some("secret"));
}

#[test]
fn announcements_have_their_attributes() {
    let plan = read(
        "addresses = [\"192.0.2.1\"]\n[[announce]]\nprefix = \"198.51.100.0/24\"\nmed = 5\n\
         next-hop = \"192.0.2.9\"\ncommunities = [\"64512:1\"]\n\
         large-communities = [\"64512:1:2\"]\nextended-communities = [\"rt:64512:7\"]\n",
    );
    let attributes = &plan.originate[0].attributes;
    assert_eq!(attributes.med, Some(5));
    assert_eq!(attributes.communities[0].to_string(), "64512:1");
    assert_eq!(attributes.large_communities[0].to_string(), "64512:1:2");
    assert_eq!(attributes.extended_communities[0].to_string(), "rt:64512:7");
    assert_eq!(
        attributes.next_hop.map(|hop| hop.addr()),
        Some("192.0.2.9".parse().unwrap())
    );
}

#[test]
fn a_range_makes_peerings() {
    let plan = read(
        "[[peer]]\nname = \"clients\"\nrange = \"192.0.2.130/25\"\nas = 64512\nclient = true\nrange-limit = 2",
    );
    let range = &plan.ranges[0];
    assert_eq!(
        (range.range.to_string().as_str(), range.limit),
        ("192.0.2.128/25", 2)
    );
    let peer = range.for_peer("192.0.2.200".parse().unwrap());
    assert_eq!(peer.name, "clients-192.0.2.200");
    assert_eq!(peer.session.remote.ip(), peer.peer.address);
    assert!(peer.session.passive && peer.peer.route_reflector_client);
}

/// What stands behind the head, the line of the error, and what it says.
const MISTAKES: [(&str, usize, &str); 18] = [
    ("oops = 1", 3, "unknown field `oops`"),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nasn = 1",
        5,
        "unknown field `asn`",
    ),
    ("[[peer]]\naddress = \"192.0.2\"", 4, "address"),
    ("[[peer]]\naddress = \"192.0.2.2\"\nas = 0", 5, "nonzero"),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nimport = \"all\"",
        5,
        "`accept` or `reject`",
    ),
    ("[[peer]]\nas = 1", 3, "an address or a range"),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nrange = \"192.0.2.0/24\"",
        3,
        "an address or a range",
    ),
    (
        "\n[[peer]]\nrange = \"192.0.2.0/24\"\nport = 1",
        4,
        "port: a range is not dialled",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nas = 1\nclient = true",
        3,
        "client: ",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nstrict-role = true",
        3,
        "strict-role: ",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nlocal-address = \"::1\"",
        3,
        "local-address: ",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nfamilies = [\"afi 99 safi 7\"]",
        3,
        "families: ",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nrange-limit = 1",
        3,
        "range-limit: ",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nprefix-limit = { maximum = 1, action = \"idle\", restart-after = 1 }",
        3,
        "restart-after: ",
    ),
    (
        "[[announce]]\nprefix = \"192.0.2.0/24\"\ncommunities = [\"1:2:3\"]",
        5,
        "commun",
    ),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nttl = 1\nttl-security = 1",
        3,
        "ttl-security sends with 255",
    ),
    ("[[peer]]\naddress = \"192.0.2.2\"\nttl = 0", 5, "nonzero"),
    (
        "[[peer]]\naddress = \"192.0.2.2\"\nconfederation = true",
        3,
        "the speaker is in none",
    ),
];

/// Each says the line, and what to write instead or why not.
#[test]
fn mistakes_have_lines() {
    for (rest, line, says) in MISTAKES {
        let error = error(rest);
        assert!(error.contains(&format!("line {line}")), "{rest}: {error}");
        assert!(error.contains(says), "{rest}: {error}");
    }
    assert!(
        plan("as = 1")
            .unwrap_err()
            .to_string()
            .contains("router-id")
    );
}
