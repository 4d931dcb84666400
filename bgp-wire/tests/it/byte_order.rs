//! The codec reads and writes the same octets on every processor: numbers are put together
//! from octets in network order, nowhere by the order of the machine.

use std::fs;
use std::path::Path;

#[test]
fn no_number_depends_on_the_order_of_the_machine() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    let mut directories = vec![source];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for word in [
                "_ne_bytes",
                "_le_bytes",
                "swap_bytes",
                "target_endian",
                "transmute",
            ] {
                assert!(!text.contains(word), "{} in {}", word, path.display());
            }
            files += 1;
        }
    }
    assert!(files > 50, "{files} files");
}
