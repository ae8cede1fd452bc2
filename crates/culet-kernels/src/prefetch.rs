//! A hint to the memory: this will be read soon.

/// Starts to fetch `slice[index]` into the nearest cache, and goes on without waiting for it.
///
/// Worth its instruction where the place is known well before its value is needed, as when many random walks advance in
/// turn. Without effect for an index out of range, and on machines other than x86-64.
#[inline(always)]
pub fn prefetch_read<T>(slice: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(value) = slice.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE belongs to x86-64, and the address is that of a living value; a prefetch changes no memory.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_index_may_be_asked_for_and_nothing_changes() {
        let numbers: Vec<u64> = (0..100).collect();
        for index in [0, 7, 99, 100, usize::MAX] {
            prefetch_read(&numbers, index);
        }
        prefetch_read::<u8>(&[], 0);
        assert_eq!(numbers.iter().sum::<u64>(), 4950);
    }
}
