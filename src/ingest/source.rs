//! Opening inputs: files, standard input, gzip and Zstandard by their first bytes.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const BUFFER_BYTES: usize = 1 << 18;

/// An input that was opened.
pub struct Input {
    /// As the user named it; `-` is standard input.
    pub name: Arc<str>,
    pub reader: Box<dyn BufRead + Send>,
    /// Bytes of the file, before decompression; unknown for standard input.
    pub size: Option<u64>,
    /// Bytes read of the file so far, before decompression.
    pub read: Arc<AtomicU64>,
}

/// Why an input cannot be opened.
#[derive(Debug)]
pub struct InputError {
    pub name: String,
    pub error: io::Error,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.name, self.error)
    }
}

impl std::error::Error for InputError {}

impl Input {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    /// When it does not exist, is a folder, or cannot be read.
    pub fn open(path: &Path) -> Result<Input, InputError> {
        let name = path.display().to_string();
        let fail = |error| InputError { name: name.clone(), error };
        if name == "-" {
            return Input::from_reader("-", Box::new(io::stdin()), None).map_err(fail);
        }
        let file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(fail(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name the files in it")));
        }
        let size = metadata.is_file().then_some(metadata.len());
        Input::from_reader(&name, Box::new(file), size).map_err(fail)
    }

    /// Opens an input of which standard input may have been copied to a file.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn open_spooled(path: &Path, spool: Option<&Path>) -> Result<Input, InputError> {
        match spool.filter(|_| path.as_os_str() == "-") {
            Some(spool) => Input::open(spool).map(|input| Input { name: Arc::from("-"), ..input }),
            None => Input::open(path),
        }
    }

    /// An input from any reader.
    ///
    /// # Errors
    /// When its first bytes cannot be read.
    pub fn from_reader(name: &str, reader: Box<dyn Read + Send>, size: Option<u64>) -> io::Result<Input> {
        let read = Arc::new(AtomicU64::new(0));
        let mut counted = BufReader::with_capacity(BUFFER_BYTES, Counted { reader, read: Arc::clone(&read) });
        let start = counted.fill_buf()?;
        let reader: Box<dyn BufRead + Send> = match start {
            [0x1f, 0x8b, ..] => {
                Box::new(BufReader::with_capacity(BUFFER_BYTES, flate2::bufread::MultiGzDecoder::new(counted)))
            }
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Box::new(BufReader::with_capacity(BUFFER_BYTES, zstd::stream::read::Decoder::with_buffer(counted)?))
            }
            [0xef, 0xbb, 0xbf, ..] => {
                counted.consume(3);
                Box::new(counted)
            }
            _ => Box::new(counted),
        };
        Ok(Input { name: Arc::from(name), reader, size, read })
    }
}

struct Counted {
    reader: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
