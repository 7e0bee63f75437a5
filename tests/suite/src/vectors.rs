//! The conformance vectors: what botocore sends, signs, rejects, parses and resolves.
//!
//! They are read from the compressed copy in `vectors/`, or from the directory in the environment variable
//! `NEPTUNEDATA_VECTORS`, with the same file names, plain or with `.gz`.

pub mod model;

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;
use serde::de::DeserializeOwned;

/// The environment variable for the directory of another set of vectors.
pub const DIRECTORY: &str = "NEPTUNEDATA_VECTORS";

/// Whether the vectors are this crate's own rather than those of `NEPTUNEDATA_VECTORS`.
pub fn are_own() -> bool {
    foreign_directory().is_none()
}

/// Reads a file with one JSON value per line, such as `requests.jsonl`.
///
/// # Errors
///
/// If there is no such file, or a line is not a valid `T`.
pub fn lines<T: DeserializeOwned>(name: &str) -> Result<Vec<T>, String> {
    lines_in(&directory(), name)
}

/// Reads a file with one JSON value, such as `model.json`.
///
/// # Errors
///
/// If there is no such file, or it is not a valid `T`.
pub fn document<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    let (path, mut reader) = open(&directory(), name)?;
    let mut text = String::new();
    reader
        .read_to_string(&mut text)
        .map_err(|error| format!("{path}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
}

fn lines_in<T: DeserializeOwned>(directory: &Path, name: &str) -> Result<Vec<T>, String> {
    let (path, reader) = open(directory, name)?;
    let mut values = Vec::new();
    for (index, line) in reader.lines().enumerate() {
        let place = || format!("{path}, line {}", index + 1);
        let line = line.map_err(|error| format!("{}: {error}", place()))?;
        if line.is_empty() {
            continue;
        }
        let value = serde_json::from_str(&line)
            .map_err(|error| format!("{}: {error}; it begins {line:.60}", place()))?;
        values.push(value);
    }
    Ok(values)
}

fn foreign_directory() -> Option<PathBuf> {
    env::var_os(DIRECTORY)
        .filter(|directory| !directory.is_empty())
        // Tests run in their package's folder, but a relative path is probably relative to the workspace's root.
        .map(|directory| {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(directory)
        })
}

fn directory() -> PathBuf {
    foreign_directory().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"))
}

/// Opens the file or its compressed form. Returns the name of the file that was opened.
fn open(directory: &Path, name: &str) -> Result<(String, Box<dyn BufRead>), String> {
    let plain = directory.join(name);
    let compressed = directory.join(format!("{name}.gz"));
    match File::open(&plain) {
        Ok(file) => Ok((plain.display().to_string(), Box::new(BufReader::new(file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let place = compressed.display().to_string();
            let file = File::open(&compressed).map_err(|error| format!("{place}: {error}"))?;
            let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(file)));
            Ok((place, Box::new(reader)))
        }
        Err(error) => Err(format!("{}: {error}", plain.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, process};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn plain_files_win_over_compressed_ones_and_errors_name_the_line() {
        let directory = env::temp_dir().join(format!("neptunedata-vectors-{}", process::id()));
        fs::create_dir_all(&directory).unwrap();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"1\n2\n").unwrap();
        fs::write(directory.join("a.jsonl.gz"), gzip.finish().unwrap()).unwrap();
        assert_eq!(lines_in::<u8>(&directory, "a.jsonl").unwrap(), [1, 2]);

        fs::write(directory.join("a.jsonl"), "3\nx\n").unwrap();
        let error = lines_in::<u8>(&directory, "a.jsonl").unwrap_err();
        assert!(error.contains("a.jsonl, line 2: "), "{error}");
        let error = lines_in::<u8>(&directory, "b.jsonl").unwrap_err();
        assert!(error.contains("b.jsonl.gz: "), "{error}");
        fs::remove_dir_all(directory).unwrap();
    }
}
