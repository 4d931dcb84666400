//! The counting allocator counts what this thread asks for, and nothing else.

use std::hint::black_box;
use std::thread;

use testkit::alloc::{CountingAllocator, Counts, count};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn work_on_the_stack_counts_nothing() {
    let (sum, counts) = count(|| (0..black_box(100)).sum::<u32>());
    assert_eq!(sum, 4950);
    assert_eq!(counts, Counts::default());
}

#[test]
fn each_request_is_counted_with_its_size() {
    let (bytes, counts) = count(|| {
        let mut bytes: Vec<u8> = Vec::with_capacity(black_box(64));
        bytes.extend_from_slice(&[0; 64]);
        bytes.reserve_exact(black_box(64));
        bytes
    });
    assert_eq!(bytes.capacity(), 128);
    assert_eq!((counts.allocations, counts.deallocations), (2, 0));
    assert_eq!(counts.bytes, 64 + 128);

    let ((), counts) = count(|| drop(bytes));
    assert_eq!((counts.allocations, counts.deallocations), (0, 1));
}

#[test]
fn other_threads_are_not_counted() {
    let (send, receive) = std::sync::mpsc::channel::<()>();
    let other = thread::spawn(move || {
        let mut kept = Vec::new();
        while receive.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            kept.push(black_box(String::from("noise")));
            kept.truncate(8);
        }
    });
    let ((), counts) = count(|| {
        for round in 0..10_000_u32 {
            black_box(round);
        }
    });
    drop(send);
    other.join().unwrap();
    assert_eq!(counts, Counts::default());
}
