//! The UPDATEs that everybody reads.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bgp_wire::mrt::{Body, Records};
use flate2::read::MultiGzDecoder;

/// UPDATEs with four-octet AS numbers, headers included.
#[derive(Debug)]
pub struct Corpus {
    pub name: String,
    pub messages: Vec<Vec<u8>>,
}

/// A file of UPDATEs in MRT, gzipped or not, or a directory as `data/mrt` among the shared
/// data.
pub const VARIABLE: &str = "BGP_CORPUS";

/// What a corpus holds at most: beyond it only time is spent.
const MOST: usize = 20_000;

/// The archives that are there: those of [`VARIABLE`], of the shared data, or else a made
/// table of the same shape.
///
/// # Errors
///
/// When the file that was asked for cannot be read.
pub fn corpora() -> io::Result<Vec<Corpus>> {
    let known = [
        ("updates-2016", "bgpdump/updates.20160811.1600.gz"),
        ("full-feed-2015", "bgpdump/updates.et-header.2015.gz"),
    ];
    let directory = match std::env::var_os(VARIABLE).map(std::path::PathBuf::from) {
        Some(file) if file.is_file() => return Ok(vec![read("given", &file)?]),
        Some(directory) => Some(directory),
        None => testkit::shared::path("data/mrt"),
    };
    match directory {
        Some(directory) => known
            .into_iter()
            .map(|(name, file)| read(name, &directory.join(file)))
            .collect(),
        None => Ok(vec![made()]),
    }
}

fn read(name: &str, path: &Path) -> io::Result<Corpus> {
    let mut octets = Vec::new();
    let mut file = File::open(path)?;
    file.read_to_end(&mut octets)?;
    if octets.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut octets);
        MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut octets)?;
    }
    let mut messages = messages(&octets);
    messages.truncate(MOST);
    Ok(Corpus {
        name: name.to_owned(),
        messages,
    })
}

/// The UPDATEs with AS numbers of four octets; what cannot be read is left out.
fn messages(octets: &[u8]) -> Vec<Vec<u8>> {
    let bodies = Records::new(octets).filter_map(|record| record.ok()?.decode().ok());
    let message = |body| match body {
        Body::Message(said) if said.ends.four_octet_as => Some(said.message),
        _ => None,
    };
    bodies
        .filter_map(message)
        .filter(|message| message.get(18) == Some(&2))
        .map(<[u8]>::to_vec)
        .collect()
}

/// UPDATEs like those, of the workload that our own benchmark has.
fn made() -> Corpus {
    let context = bgp_wire::Context::new(bgp_wire::PeerType::Internal);
    Corpus {
        name: "made".to_owned(),
        messages: benches::updates::encode(&benches::updates::routes(MOST as u32), &context)
            .unwrap_or_default(),
    }
}
