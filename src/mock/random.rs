//! The random numbers of Python's `random.Random(seed)`: MT19937, as CPython 3.2 and later draw from it.
//!
//! **Invariant.** A number depends on the seed and on how many outputs were used before it, and on nothing else.

use std::cell::RefCell;

use super::meter::{self, Exceeded};

/// Outputs of the generator that are made together.
const BLOCK: usize = 624;

/// What a block costs to make, and a seeding.
const BLOCK_UNITS: u64 = 64;

/// A block of the generator's state.
struct Block {
    seed: i64,
    index: u64,
    words: [u32; BLOCK],
}

thread_local! {
    /// The block that was used last: the next number is most often in it.
    static LAST: RefCell<Option<Box<Block>>> = const { RefCell::new(None) };
}

/// Drops what is kept of earlier calls: what a call's numbers cost may not depend on them.
pub(super) fn forget() {
    LAST.set(None);
}

/// A source of random numbers of which so many 32-bit outputs are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random {
    pub seed: i64,
    pub used: u64,
}

impl Random {
    /// `random()`: a float from 0 to below 1.
    ///
    /// # Errors
    /// When the work of the call is used up.
    pub fn float(&mut self) -> Result<f64, Exceeded> {
        let (a, b) = (self.word()? >> 5, self.word()? >> 6);
        Ok((f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0)
    }

    /// `randint(low, high)`, with both ends; `None` where there is no number between them.
    ///
    /// # Errors
    /// When the work of the call is used up.
    pub fn integer(&mut self, low: i64, high: i64) -> Result<Option<i64>, Exceeded> {
        let numbers = i128::from(high) - i128::from(low) + 1;
        if numbers <= 0 {
            return Ok(None);
        }
        let bits = i128::BITS - numbers.leading_zeros();
        loop {
            let drawn = self.bits(bits)?;
            if drawn < numbers {
                return Ok(Some((i128::from(low) + drawn) as i64));
            }
        }
    }

    /// `getrandbits(bits)`, for less than 96 bits.
    fn bits(&mut self, bits: u32) -> Result<i128, Exceeded> {
        let mut drawn = 0;
        for from in (0..bits).step_by(32) {
            let word = self.word()?;
            drawn |= i128::from(word >> (32 - (bits - from).min(32))) << from;
        }
        Ok(drawn)
    }

    /// The next 32-bit output.
    fn word(&mut self) -> Result<u32, Exceeded> {
        let (index, at) = (self.used / BLOCK as u64, (self.used % BLOCK as u64) as usize);
        LAST.with_borrow_mut(|last| {
            let known = last.take().filter(|block| block.seed == self.seed && block.index <= index);
            let from = known.as_ref().map_or(0, |block| block.index);
            meter::charge(
                (index - from).saturating_mul(BLOCK_UNITS).saturating_add(BLOCK_UNITS * u64::from(known.is_none())),
            )?;
            let mut block = known.unwrap_or_else(|| Box::new(Block::first(self.seed)));
            while block.index < index {
                block.advance();
            }
            let word = tempered(block.words[at]);
            *last = Some(block);
            self.used += 1;
            Ok(word)
        })
    }
}

impl Block {
    fn first(seed: i64) -> Block {
        let seed_bits = seed.unsigned_abs();
        let both = [seed_bits as u32, (seed_bits >> 32) as u32];
        let key = if both[1] == 0 { &both[..1] } else { &both[..] };
        let mut words = [0u32; BLOCK];
        words[0] = 19_650_218;
        for at in 1..BLOCK {
            let before = words[at - 1];
            words[at] = 1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(at as u32);
        }
        let mut at = 1;
        let mixed = |words: &[u32; BLOCK], at: usize, by: u32| {
            words[at] ^ (words[at - 1] ^ (words[at - 1] >> 30)).wrapping_mul(by)
        };
        let next = |words: &mut [u32; BLOCK], at: usize| {
            if at + 1 < BLOCK {
                return at + 1;
            }
            words[0] = words[BLOCK - 1];
            1
        };
        for round in 0..BLOCK {
            let from = round % key.len();
            words[at] = mixed(&words, at, 1_664_525).wrapping_add(key[from]).wrapping_add(from as u32);
            at = next(&mut words, at);
        }
        for _ in 1..BLOCK {
            words[at] = mixed(&words, at, 1_566_083_941).wrapping_sub(at as u32);
            at = next(&mut words, at);
        }
        words[0] = 0x8000_0000;
        let mut block = Block { seed, index: 0, words };
        block.twist();
        block
    }

    fn advance(&mut self) {
        self.twist();
        self.index += 1;
    }

    fn twist(&mut self) {
        for at in 0..BLOCK {
            let both = (self.words[at] & 0x8000_0000) | (self.words[(at + 1) % BLOCK] & 0x7fff_ffff);
            let odd = if both & 1 == 1 { 0x9908_b0df } else { 0 };
            self.words[at] = self.words[(at + 397) % BLOCK] ^ (both >> 1) ^ odd;
        }
    }
}

fn tempered(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_python() {
        for (seed, small, float, large, huge, last) in [
            (0, [7, 7, 1, 5, 9], 0.48592769656281265, 5463996533652832, -431710025170174585, 0.5833820394550312),
            (1, [3, 10, 2, 5, 2], 0.49543508709194095, 8507215452428451, -7491968275375482579, 0.02834747652200631),
            (141053, [3, 5, 6, 4, 6], 0.6422889192491581, 7065456467670686, 830489557445232815, 0.05170384279267004),
            (-7, [6, 3, 7, 1, 2], 0.8212742919913083, 6587664192563217, -5262889593322647819, 0.08594723368917168),
            (
                1099511627781,
                [9, 9, 5, 1, 9],
                0.7584412456897223,
                2980681733738285,
                3444330308366527230,
                0.24759997171166281,
            ),
        ] {
            let mut random = Random { seed, used: 0 };
            for n in small {
                assert_eq!(random.integer(1, 10), Ok(Some(n)), "{seed}");
            }
            assert_eq!(random.float(), Ok(float));
            assert_eq!(random.integer(0, 1 << 53), Ok(Some(large)));
            assert_eq!(random.integer(i64::MIN, i64::MAX), Ok(Some(huge)));
            assert_eq!(random.float(), Ok(last));
        }
    }

    #[test]
    fn numbers_depend_on_what_was_used_alone() {
        let far = Random { seed: 5, used: 1_400 };
        for _ in 0..2 {
            let (mut random, mut other) = (far, Random { seed: 6, used: 3 });
            assert_eq!(random.float(), Ok(0.9569111041768784));
            assert!(other.float().is_ok());
            assert_eq!(random.integer(10_000, 99_999), Ok(Some(56058)));
        }
        assert_eq!(Random { seed: 1, used: 0 }.integer(2, 1), Ok(None));
    }
}
