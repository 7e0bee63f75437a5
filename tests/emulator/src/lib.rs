//! Amazon Neptune in memory.
