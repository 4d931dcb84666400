//! Topologies of large clusters: building, asking, comparing; and what one holds.

use std::hint::black_box;

use benches::clusters::{meshed, reflected};
use calico_types::topology::{Topology, TopologyInput};
use criterion::{Criterion, criterion_group, criterion_main};
use testkit::alloc::{CountingAllocator, count};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const NODES: u32 = 5_000;
const REFLECTORS: u32 = 5;

/// Printed once: what a topology keeps for as long as it lives.
#[expect(clippy::print_stdout, reason = "a figure beside those of criterion")]
fn held(name: &str, input: &TopologyInput) {
    let (topology, counts) = count(|| Topology::build(input));
    let (_, whole) =
        count(|| black_box(topology.problems().count() + topology.session_count().total()));
    println!(
        "topology/{name}: {NODES} nodes, {} sessions: {} bytes held in {} allocations; {} held \
         after problems and count",
        topology.session_count().total(),
        counts.held,
        counts.allocations,
        whole.held,
    );
}

fn mesh(criterion: &mut Criterion) {
    let input = meshed(NODES);
    held("mesh", &input);
    let mut group = criterion.benchmark_group("topology/mesh");
    group.sample_size(20);
    group.bench_function("build", |bencher| {
        bencher.iter(|| Topology::build(black_box(&input)));
    });
    let topology = Topology::build(&input);
    group.bench_function("count", |bencher| bencher.iter(|| topology.session_count()));
    group.bench_function("problems", |bencher| {
        bencher.iter(|| topology.problems().count());
    });
    group.bench_function("node", |bencher| {
        bencher.iter(|| topology.node(black_box("node-02500")));
    });
    let larger = Topology::build(&meshed(NODES + 1));
    group.bench_function("diff of one node more", |bencher| {
        bencher.iter(|| topology.diff(black_box(&larger)).summary());
    });
    let again = Topology::build(&input);
    group.bench_function("equal", |bencher| {
        bencher.iter(|| black_box(&topology) == black_box(&again));
    });
    group.finish();
}

fn reflectors(criterion: &mut Criterion) {
    let input = reflected(NODES, REFLECTORS);
    held("reflectors", &input);
    let mut group = criterion.benchmark_group("topology/reflectors");
    group.sample_size(20);
    group.bench_function("build", |bencher| {
        bencher.iter(|| Topology::build(black_box(&input)));
    });
    group.bench_function("build, problems and count", |bencher| {
        bencher.iter(|| {
            let topology = Topology::build(black_box(&input));
            (topology.problems().count(), topology.session_count())
        });
    });
    let topology = Topology::build(&input);
    group.bench_function("node", |bencher| {
        bencher.iter(|| topology.node(black_box("node-02500")));
    });
    group.bench_function("reflector", |bencher| {
        bencher.iter(|| topology.node(black_box("node-00000")));
    });
    group.bench_function("every node", |bencher| {
        bencher.iter(|| {
            topology
                .nodes()
                .map(|node| node.sessions.len())
                .sum::<usize>()
        });
    });
    let larger = Topology::build(&reflected(NODES + 1, REFLECTORS));
    group.bench_function("diff of one node more", |bencher| {
        bencher.iter(|| topology.diff(black_box(&larger)).summary());
    });
    group.finish();
}

/// The change that costs most: every session goes and others come.
fn migration(criterion: &mut Criterion) {
    let mesh = Topology::build(&meshed(NODES));
    let reflected = Topology::build(&reflected(NODES, REFLECTORS));
    let mut group = criterion.benchmark_group("topology/migration");
    group.sample_size(20);
    group.bench_function("diff", |bencher| {
        bencher.iter(|| mesh.diff(black_box(&reflected)).summary());
    });
    group.finish();
}

criterion_group!(topology, mesh, reflectors, migration);
criterion_main!(topology);
