//! Making a sequence that differs as short as it gets.

/// Takes operations out as long as the rest differs. `first` returns the index of the first candidate
/// that differs.
pub fn shrink(sequence: &[String], first: impl Fn(&[Vec<String>]) -> Option<usize>) -> Vec<String> {
    let mut sequence = sequence.to_vec();
    let mut len = sequence.len().div_ceil(2);
    loop {
        let starts = (0..sequence.len()).step_by(len.max(1));
        let without = |start: usize| {
            let mut rest = sequence.clone();
            rest.drain(start..sequence.len().min(start + len));
            rest
        };
        let candidates: Vec<_> = starts.map(without).collect();
        match first(&candidates) {
            Some(index) => {
                sequence = candidates[index].clone();
                len = len.min(sequence.len().div_ceil(2)).max(1);
            }
            None if len > 1 => len = len.div_ceil(2),
            None => return sequence,
        }
    }
}
