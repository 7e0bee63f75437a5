//! Files that are loaded, and the buckets that they appear in.

use std::collections::BTreeMap;
use std::io::Read;
#[cfg(feature = "server")]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

/// Files to load: those of a folder, or texts in memory. See [`Config::s3`](crate::Config::s3) and
/// [`Emulator::load_files`](crate::Emulator::load_files).
///
/// ```
/// use neptunedata_emulator::Files;
///
/// let files = Files::in_memory([
///     ("people.csv", "~id,~label,name:String\nv1,person,Ada\n"),
///     ("more/knows.csv", "~id,~from,~to,~label\ne1,v1,v1,knows\n"),
/// ]);
/// # let _ = files;
/// ```
#[derive(Clone, Debug)]
pub struct Files(Source);

#[derive(Clone, Debug)]
enum Source {
    Memory(Arc<BTreeMap<String, Bytes>>),
    #[cfg(feature = "server")]
    Folder(PathBuf),
}

impl Files {
    /// Files with these names and contents. Slashes in a name separate folders.
    pub fn in_memory<N: Into<String>, C: Into<Bytes>>(
        files: impl IntoIterator<Item = (N, C)>,
    ) -> Self {
        let files = files.into_iter();
        let files = files.map(|(name, content)| (name.into(), content.into()));
        Self(Source::Memory(Arc::new(files.collect())))
    }

    /// The files in this folder and the folders in it, except those whose name begins with a dot. They are listed and
    /// read each time they are loaded.
    #[cfg(feature = "server")]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self(Source::Folder(path.into()))
    }

    /// The names of the files, in alphabetical order.
    pub(super) fn names(&self) -> Result<Vec<String>, String> {
        match &self.0 {
            Source::Memory(files) => Ok(files.keys().cloned().collect()),
            #[cfg(feature = "server")]
            Source::Folder(path) => {
                let mut names = Vec::new();
                list(path, "", &mut names)
                    .map_err(|error| format!("cannot list {}: {error}", path.display()))?;
                names.sort();
                Ok(names)
            }
        }
    }

    /// The content of a file, unpacked if its name ends with `.gz` or `.bz2`.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, ReadError> {
        let packed = match &self.0 {
            Source::Memory(files) => {
                let content = files.get(name).cloned();
                content.ok_or_else(|| ReadError::Storage("no such file".to_owned()))?
            }
            #[cfg(feature = "server")]
            Source::Folder(path) => {
                let read = std::fs::read(path.join(name));
                read.map_err(|error| ReadError::Storage(error.to_string()))?
                    .into()
            }
        };
        let mut unpacked = Vec::new();
        let mut reader: Box<dyn Read> = if name.ends_with(".gz") {
            Box::new(flate2::read::MultiGzDecoder::new(packed.as_ref()))
        } else if name.ends_with(".bz2") {
            Box::new(bzip2::read::MultiBzDecoder::new(packed.as_ref()))
        } else {
            return Ok(packed.into());
        };
        match reader.read_to_end(&mut unpacked) {
            Ok(_) => Ok(unpacked),
            Err(error) => Err(ReadError::Content(format!("Cannot decompress: {error}"))),
        }
    }
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// It is not there, or not readable.
    Storage(String),
    /// It is not valid for its compression.
    Content(String),
}

#[cfg(feature = "server")]
fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // A link to a folder is not followed, because links may form a cycle.
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{prefix}{name}/"), names)?;
        } else if entry.path().is_file() {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

/// Files that appear in a bucket.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    bucket: String,
    /// Ends with a slash, unless it is empty.
    prefix: String,
    files: Files,
}

/// An object of a bucket.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) uri: String,
    pub(super) files: &'a Files,
    pub(super) name: String,
}

impl Mapping {
    pub(crate) fn new(uri: &str, files: Files) -> Self {
        let (bucket, key) = split(uri);
        let key = key.trim_end_matches('/');
        let slash = if key.is_empty() { "" } else { "/" };
        Self {
            bucket: bucket.to_owned(),
            prefix: format!("{key}{slash}"),
            files,
        }
    }

    /// Whether objects whose names begin with this source may be in the mapping.
    pub(super) fn may_have(&self, source: &str) -> bool {
        let (bucket, key) = split(source);
        let prefix = self.prefix.as_str();
        let folder = prefix.trim_end_matches('/');
        self.bucket == bucket
            && (prefix.starts_with(key) || key.starts_with(prefix) || key == folder)
    }

    /// The objects whose names begin with this source.
    pub(super) fn objects(&self, source: &str) -> Result<Vec<Object<'_>>, String> {
        let (_, key) = split(source);
        let names = self.files.names()?.into_iter();
        let begins = |name: &String| format!("{}{name}", self.prefix).starts_with(key);
        let objects = names.filter(begins).map(|name| Object {
            uri: format!("s3://{}/{}{name}", self.bucket, self.prefix),
            files: &self.files,
            name,
        });
        Ok(objects.collect())
    }
}

/// The bucket and the key of `s3://bucket/key`, `https://s3.amazonaws.com/bucket/key` or
/// `https://s3.us-east-1.amazonaws.com/bucket/key`.
fn split(uri: &str) -> (&str, &str) {
    let path = match uri.strip_prefix("https://") {
        Some(rest) => rest.split_once('/').map_or("", |(_, path)| path),
        None => uri.strip_prefix("s3://").unwrap_or(uri),
    };
    path.split_once('/').unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_prefixes() {
        let files = [("bc", ""), ("c/d", ""), ("c/e/f", "")];
        let mapping = Mapping::new("s3://bucket/a/", Files::in_memory(files));
        let all = [
            "s3://bucket/a/bc",
            "s3://bucket/a/c/d",
            "s3://bucket/a/c/e/f",
        ];
        for (source, expected) in [
            ("s3://bucket", Some(&all[..])),
            ("s3://bucket/", Some(&all)),
            ("s3://bucket/a", Some(&all)),
            ("s3://bucket/a/", Some(&all)),
            ("https://s3.amazonaws.com/bucket/a/c", Some(&all[1..])),
            (
                "https://s3.us-east-1.amazonaws.com/bucket/a/b",
                Some(&all[..1]),
            ),
            ("s3://bucket/a/c/e/f", Some(&all[2..])),
            ("s3://bucket/a/x", Some(&[])),
            ("s3://bucket/b", None),
            ("s3://bucket/ab", None),
            ("s3://other/a", None),
            ("s3://buck", None),
        ] {
            let found = mapping.may_have(source).then(|| {
                let objects = mapping.objects(source).expect("objects");
                objects.into_iter().map(|it| it.uri).collect::<Vec<_>>()
            });
            let expected = expected.map(|it| it.iter().map(|it| it.to_string()).collect());
            assert_eq!(found, expected, "{source}");
        }
    }
}
