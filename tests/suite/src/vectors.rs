//! The conformance vectors: what botocore sends, signs, rejects, parses and resolves.
//!
//! They are read from the compressed copy in `vectors/`, or from the directory in the environment variable
//! `NEPTUNEDATA_VECTORS`, with the same file names, plain or with `.gz`.

pub mod model;

use std::{
    env, fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;
use serde::de::DeserializeOwned;

/// The environment variable for the directory of another set of vectors.
pub const DIRECTORY: &str = "NEPTUNEDATA_VECTORS";

/// An error in the vectors: the file, the line and the reason.
pub struct VectorError {
    place: String,
    reason: String,
}

impl VectorError {
    fn new(place: impl Into<String>, reason: impl ToString) -> Self {
        VectorError {
            place: place.into(),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for VectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

// `unwrap` shows this text in a failed test.
impl fmt::Debug for VectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for VectorError {}

/// Whether the vectors are this crate's own rather than those of `NEPTUNEDATA_VECTORS`.
pub fn are_own() -> bool {
    foreign_directory().is_none()
}

/// Reads a file with one JSON value per line, such as `requests.jsonl`.
///
/// # Errors
///
/// If there is no such file, or a line is not a valid `T`.
pub fn lines<T: DeserializeOwned>(name: &str) -> Result<Vec<T>, VectorError> {
    lines_in(&directory(), name)
}

/// Reads a file with one JSON value, such as `model.json`.
///
/// # Errors
///
/// If there is no such file, or it is not a valid `T`.
pub fn document<T: DeserializeOwned>(name: &str) -> Result<T, VectorError> {
    let (path, mut reader) = open(&directory(), name)?;
    let mut text = String::new();
    reader
        .read_to_string(&mut text)
        .map_err(|error| VectorError::new(&path, error))?;
    serde_json::from_str(&text).map_err(|error| VectorError::new(path, error))
}

fn lines_in<T: DeserializeOwned>(directory: &Path, name: &str) -> Result<Vec<T>, VectorError> {
    let (path, reader) = open(directory, name)?;
    let mut values = Vec::new();
    for (index, line) in reader.lines().enumerate() {
        let place = || format!("{path}, line {}", index + 1);
        let line = line.map_err(|error| VectorError::new(place(), error))?;
        if line.is_empty() {
            continue;
        }
        let value = serde_json::from_str(&line).map_err(|error| {
            let reason = format!("{error}; it begins {:.60}", line);
            VectorError::new(place(), reason)
        })?;
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
fn open(directory: &Path, name: &str) -> Result<(String, Box<dyn BufRead>), VectorError> {
    let plain = directory.join(name);
    let compressed = directory.join(format!("{name}.gz"));
    match File::open(&plain) {
        Ok(file) => Ok((plain.display().to_string(), Box::new(BufReader::new(file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let place = compressed.display().to_string();
            let file = File::open(&compressed).map_err(|error| VectorError::new(&place, error))?;
            let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(file)));
            Ok((place, Box::new(reader)))
        }
        Err(error) => Err(VectorError::new(plain.display().to_string(), error)),
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
        let error = lines_in::<u8>(&directory, "a.jsonl")
            .unwrap_err()
            .to_string();
        assert!(error.contains("a.jsonl, line 2: "), "{error}");
        let error = lines_in::<u8>(&directory, "b.jsonl")
            .unwrap_err()
            .to_string();
        assert!(error.contains("b.jsonl.gz: "), "{error}");
        fs::remove_dir_all(directory).unwrap();
    }
}
