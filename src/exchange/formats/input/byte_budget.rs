//! Limits the bytes that are read of a foreign file at a time, so that it cannot fill the memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// A number of bytes that may still be read; shared by the stream and its reader.
#[derive(Clone, Debug)]
pub(in crate::exchange) struct ByteBudget {
    left: Rc<Cell<u64>>,
    most: u64,
}

impl ByteBudget {
    /// A budget of so many bytes, full.
    pub(in crate::exchange) fn of(most: u64) -> Self {
        Self { left: Rc::new(Cell::new(most)), most }
    }

    /// Refills the budget.
    pub(in crate::exchange) fn renew(&self) {
        self.left.set(self.most);
    }

    /// Lifts the limit: what is read next is not kept.
    pub(in crate::exchange) fn lift(&self) {
        self.left.set(u64::MAX);
    }

    /// The limit, if it has been exceeded.
    pub(in crate::exchange) fn exceeded(&self) -> Option<u64> {
        (self.left.get() == 0).then_some(self.most)
    }
}

/// A stream that fails beyond its budget.
pub(in crate::exchange) struct LimitedReader<R> {
    pub(in crate::exchange) input: R,
    pub(in crate::exchange) budget: ByteBudget,
}

impl<R: Read> Read for LimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)? as u64;
        let left = self.budget.left.get().saturating_sub(read);
        self.budget.left.set(left);
        if left == 0 && read > 0 {
            return Err(io::Error::other(format!("an entry of more than {} bytes", self.budget.most)));
        }
        Ok(read as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_there_is_room_for_is_not_given() {
        let budget = ByteBudget::of(5);
        let mut paced = LimitedReader { input: &b"0123456789ab"[..], budget: budget.clone() };
        let mut buffer = [0; 4];
        assert_eq!(paced.read(&mut buffer).unwrap(), 4);
        budget.renew();
        assert_eq!(paced.read(&mut buffer).unwrap(), 4);
        assert_eq!(budget.exceeded(), None);
        assert!(paced.read(&mut buffer).is_err());
        assert_eq!(budget.exceeded(), Some(5));
    }

    #[test]
    fn what_is_not_kept_may_be_of_any_size() {
        let budget = ByteBudget::of(1);
        budget.lift();
        let mut paced = LimitedReader { input: io::repeat(b' ').take(1 << 20), budget: budget.clone() };
        assert_eq!(io::copy(&mut paced, &mut io::sink()).unwrap(), 1 << 20);
        assert_eq!(budget.exceeded(), None);
    }
}
