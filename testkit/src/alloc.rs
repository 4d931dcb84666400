//! An allocator that counts, for tests and benchmarks that claim "no allocation".
//!
//! A binary installs it once and measures a closure:
//!
//! ```
//! use testkit::alloc::{CountingAllocator, count};
//!
//! #[global_allocator]
//! static ALLOCATOR: CountingAllocator = CountingAllocator;
//!
//! let (sum, counts) = count(|| [1, 2, 3].iter().sum::<u32>());
//! assert_eq!(sum, 6);
//! assert_eq!(counts.allocations, 0);
//! ```
//!
//! Counts are kept for each thread, so that tests that run side by side do not disturb
//! one another; work that the closure hands to other threads is not seen.
#![expect(
    unsafe_code,
    reason = "GlobalAlloc is an unsafe trait; every call is passed on to the system allocator unchanged"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

/// What one thread has asked of the allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls that asked for memory: `alloc`, `alloc_zeroed` and `realloc`.
    pub allocations: u64,
    /// Calls that gave memory back: `dealloc`.
    pub deallocations: u64,
    /// Bytes asked for, the whole new size in the case of `realloc`.
    pub bytes: u64,
    /// Bytes asked for and not given back; negative when older memory was freed.
    pub held: i64,
}

impl Counts {
    const ZERO: Self = Self {
        allocations: 0,
        deallocations: 0,
        bytes: 0,
        held: 0,
    };

    const fn since(self, earlier: Self) -> Self {
        Self {
            allocations: self.allocations.wrapping_sub(earlier.allocations),
            deallocations: self.deallocations.wrapping_sub(earlier.deallocations),
            bytes: self.bytes.wrapping_sub(earlier.bytes),
            held: self.held.wrapping_sub(earlier.held),
        }
    }

    const fn asked(&mut self, bytes: usize) {
        self.allocations = self.allocations.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(bytes as u64);
        self.held = self.held.wrapping_add_unsigned(bytes as u64);
    }

    const fn given_back(&mut self, bytes: usize) {
        self.held = self.held.wrapping_sub_unsigned(bytes as u64);
    }
}

/// The system allocator with a count beside it.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator;

// SAFETY: every method passes its arguments to `System` unchanged and returns what
// `System` returned. `record` neither allocates nor unwinds: the counter is a
// const-initialised `Cell` without a destructor.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        record(|counts| counts.asked(layout.size()));
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        record(|counts| counts.asked(layout.size()));
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        record(|counts| {
            counts.asked(new_size);
            counts.given_back(layout.size());
        });
        // SAFETY: the caller keeps the contract of `GlobalAlloc::realloc`.
        unsafe { System.realloc(pointer, layout, new_size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        record(|counts| {
            counts.deallocations = counts.deallocations.wrapping_add(1);
            counts.given_back(layout.size());
        });
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Runs `work` and tells what this thread asked of the allocator meanwhile.
///
/// # Panics
///
/// When [`CountingAllocator`] is not the global allocator of the binary: every count
/// would be zero, and a test that relies on it could not fail.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, Counts) {
    let installed = current();
    drop(black_box(Box::new(0_u8)));
    assert_ne!(
        installed,
        current(),
        "CountingAllocator is not the global allocator"
    );

    let before = current();
    let result = work();
    (result, current().since(before))
}

thread_local! {
    static COUNTS: Cell<Counts> = const { Cell::new(Counts::ZERO) };
}

fn current() -> Counts {
    COUNTS.with(Cell::get)
}

fn record(change: impl FnOnce(&mut Counts)) {
    // The allocator also serves a thread that is being torn down; nobody reads its
    // counts any more.
    let _ = COUNTS.try_with(|cell| {
        let mut counts = cell.get();
        change(&mut counts);
        cell.set(counts);
    });
}
