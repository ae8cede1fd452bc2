//! A slice of which several threads write different places.

/// Places of a slice, handed out for writing by several threads at once.
#[derive(Clone, Copy)]
pub(crate) struct SharedSlice<'a, T> {
    data: *mut T,
    len: usize,
    owner: std::marker::PhantomData<&'a mut [T]>,
}

// SAFETY: places are handed out by the contracts of the unsafe functions alone.
unsafe impl<T: Send> Send for SharedSlice<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for SharedSlice<'_, T> {}

impl<'a, T: Copy> SharedSlice<'a, T> {
    pub(crate) fn new(slice: &'a mut [T]) -> Self {
        Self { data: slice.as_mut_ptr(), len: slice.len(), owner: std::marker::PhantomData }
    }

    /// # Safety
    /// Nobody else uses the same place at the same time.
    #[inline(always)]
    pub(crate) unsafe fn set(self, index: usize, value: T) {
        assert!(index < self.len, "place {index} of {}", self.len);
        // SAFETY: within the slice; exclusive by the contract of this function.
        unsafe { self.data.add(index).write(value) }
    }
}
