//! The vector registers of each instruction set, as far as tiles and scans need them.

/// A register of `LANES` numbers.
///
/// # Safety
/// The methods may run only where the machine has the instruction set of the type, within a function compiled for it;
/// pointers must be valid for `LANES` numbers. Nothing needs alignment.
pub(crate) unsafe trait Vector: Copy {
    /// Numbers in a register, at most 32.
    const LANES: usize;
    /// The same number in all lanes.
    unsafe fn splat(x: f32) -> Self;
    /// Reads `LANES` numbers.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes `LANES` numbers.
    unsafe fn store(self, to: *mut f32);
    /// `self + other`
    unsafe fn add(self, other: Self) -> Self;
    /// `self * by + to`, fused where that is one instruction.
    unsafe fn multiply_add(self, by: Self, to: Self) -> Self;
    /// A bit for each lane: whether not `self <= limit`, so set if either is not a number.
    unsafe fn not_at_most(self, limit: Self) -> u32;
}

/// Four lanes without intrinsics: SSE2, NEON and any other baseline. Not fused.
pub(crate) type Four = [f32; 4];

// SAFETY: plain Rust, which runs everywhere.
unsafe impl Vector for Four {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        [x; 4]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: valid for four numbers by the contract of the trait.
        unsafe { from.cast::<Self>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: valid for four numbers by the contract of the trait.
        unsafe { to.cast::<Self>().write_unaligned(self) }
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        std::array::from_fn(|k| self[k] + other[k])
    }

    #[inline(always)]
    unsafe fn multiply_add(self, by: Self, to: Self) -> Self {
        std::array::from_fn(|k| self[k] * by[k] + to[k])
    }

    #[inline(always)]
    unsafe fn not_at_most(self, limit: Self) -> u32 {
        // The negation is meant: it holds for what is not a number.
        #[allow(clippy::neg_cmp_op_on_partial_ord)]
        (0..4).map(|k| u32::from(!(self[k] <= limit[k])) << k).sum()
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Vector;

    // SAFETY: AVX2 and FMA instructions, under the contract of the trait.
    unsafe impl Vector for __m256 {
        const LANES: usize = 8;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the contract of the trait; so are those below.
            unsafe { _mm256_set1_ps(x) }
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_loadu_ps(from) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: as above.
            unsafe { _mm256_storeu_ps(to, self) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_add_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn multiply_add(self, by: Self, to: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm256_fmadd_ps(self, by, to) }
        }

        #[inline(always)]
        unsafe fn not_at_most(self, limit: Self) -> u32 {
            // SAFETY: as above.
            unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_NLE_UQ>(self, limit)) as u32 }
        }
    }

    // SAFETY: AVX-512 F instructions, under the contract of the trait.
    unsafe impl Vector for __m512 {
        const LANES: usize = 16;

        #[inline(always)]
        unsafe fn splat(x: f32) -> Self {
            // SAFETY: the contract of the trait; so are those below.
            unsafe { _mm512_set1_ps(x) }
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_loadu_ps(from) }
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: as above.
            unsafe { _mm512_storeu_ps(to, self) }
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_add_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn multiply_add(self, by: Self, to: Self) -> Self {
            // SAFETY: as above.
            unsafe { _mm512_fmadd_ps(self, by, to) }
        }

        #[inline(always)]
        unsafe fn not_at_most(self, limit: Self) -> u32 {
            // SAFETY: as above.
            unsafe { u32::from(_mm512_cmp_ps_mask::<_CMP_NLE_UQ>(self, limit)) }
        }
    }
}
