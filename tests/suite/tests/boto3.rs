//! boto3 against the emulator: the transcript in `boto3/transcript.jsonl`, replayed without Python, network and clock.
//!
//! With `NEPTUNEDATA_BOTO3=1` boto3 itself is installed and run, and has to give the same transcript again. See
//! `boto3/README.md`.

#[path = "boto3/cluster.rs"]
mod cluster;
#[path = "boto3/findings.rs"]
mod findings;
#[path = "boto3/live.rs"]
mod live;
#[path = "boto3/replay.rs"]
mod replay;
#[path = "boto3/transcript.rs"]
mod transcript;
