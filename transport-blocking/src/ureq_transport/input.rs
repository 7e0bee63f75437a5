//! What was received and not used yet.

/// How much is read at once.
pub(super) const READ: usize = 32 * 1024;

/// Bytes that were received and not used yet.
pub(super) struct Input {
    buffer: Vec<u8>,
    consumed: usize,
    filled: usize,
    /// More than this is never received into it.
    limit: usize,
    /// The last look at the bytes used some of them.
    progress: bool,
}

impl Input {
    pub(super) fn new(max_head_bytes: usize) -> Self {
        Input {
            buffer: Vec::new(),
            consumed: 0,
            filled: 0,
            limit: max_head_bytes.saturating_add(READ),
            progress: false,
        }
    }

    pub(super) fn unread(&self) -> &[u8] {
        self.buffer
            .get(self.consumed..self.filled)
            .unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.consumed = 0;
        self.filled = 0;
    }

    /// Puts bytes in place of all that there is.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.clear();
        self.push(bytes);
        self.progress = true;
    }

    /// Puts bytes behind all that there is.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.close_gap();
        self.buffer.truncate(self.filled);
        self.buffer.extend_from_slice(bytes);
        self.filled = self.buffer.len();
    }

    fn close_gap(&mut self) {
        if self.consumed > 0 {
            self.buffer.copy_within(self.consumed..self.filled, 0);
            self.filled = self.filled.saturating_sub(self.consumed);
            self.consumed = 0;
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.unread().len() >= self.limit
    }

    pub(super) fn space(&mut self) -> &mut [u8] {
        self.close_gap();
        let wanted = self.filled.saturating_add(READ).min(self.limit);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Notes that so many bytes were put into the space.
    pub(super) fn appended(&mut self, amount: usize) {
        let filled = self.filled.saturating_add(amount);
        self.filled = filled.min(self.buffer.len());
    }

    /// Notes that so many bytes were used.
    pub(super) fn consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        let consumed = self.consumed.saturating_add(amount);
        self.consumed = consumed.min(self.filled);
    }

    /// Whether another look at the bytes may get further than the last one.
    pub(super) fn is_usable(&self) -> bool {
        self.progress && !self.unread().is_empty()
    }
}
