//! `--ready-file`: the endpoint in a file, for programs that start this one and wait for it.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The file, which is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Removes the file that an earlier process may have left.
    pub(crate) fn prepare(path: PathBuf) -> io::Result<Self> {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, &error)),
            _ => Ok(Self(path)),
        }
    }

    /// Writes the file. It appears under its name only when it is complete.
    pub(crate) fn write(&self, endpoint: &str) -> io::Result<()> {
        let mut name = self.0.clone().into_os_string();
        name.push(format!(".{}", std::process::id()));
        let written = PathBuf::from(name);
        fs::write(&written, format!("{endpoint}\n"))
            .and_then(|()| fs::rename(&written, &self.0))
            .map_err(|error| failed(&self.0, &error))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // An error means that the file is already gone, or cannot be removed.
        let _ = fs::remove_file(&self.0);
    }
}

fn failed(path: &Path, error: &io::Error) -> io::Error {
    let text = format!("--ready-file: cannot write {}: {error}", path.display());
    io::Error::new(error.kind(), text)
}
