//! Logarithms and square roots to as many digits as are asked for, with the texts that Python's `mpmath` and `decimal` show.
//!
//! Numbers are integers times powers of two, as in mpmath; each operation rounds the exact result once, to nearest. A logarithm
//! is computed with 64 bits to spare, so that only one in 2^60 could round otherwise.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::ToPrimitive;

use super::meter::{self, Exceeded};
use crate::json::Json;

/// Digits that are computed at most.
pub const DIGITS_MAX: i64 = 10_000;

/// Bits beyond the precision, for rounding.
const GUARD_BITS: u64 = 64;
/// Square roots taken of an argument before its series is summed.
const ROOTS: u32 = 8;
/// Largest power of ten in a text that is read as a number.
const TEXT_EXPONENT_MAX: i64 = 400;

/// A number of mpmath.
#[derive(Clone, Debug, PartialEq)]
enum Real {
    Zero,
    Infinite { negative: bool },
    NotANumber,
    Finite { negative: bool, man: BigUint, exp: i64 },
}

use Real::{Finite, Infinite, NotANumber, Zero};

/// What a logarithm is: a number, or one with an imaginary part.
enum Log {
    Real(Real),
    Complex(Real, Real),
}

/// Why there is no logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLog {
    /// An argument is no number and no text of one.
    NoNumber,
    /// The logarithm of the base is zero.
    Division,
    Exceeded(Exceeded),
    Digits,
}

/// `mpmath.log(value) / mpmath.log(base)` with `mpmath.mp.dps = digits`, as its `repr` shows it.
///
/// # Errors
/// When there is none, or it takes too much.
pub fn log(value: &Json, base: &Json, digits: i64) -> Result<String, NoLog> {
    affordable(digits)?;
    let prec = bits_of(digits);
    let value = number(value, prec).ok_or(NoLog::NoNumber)?.log(prec);
    let base = number(base, prec).ok_or(NoLog::NoNumber)?.log(prec);
    let shown = |number: &Real| number.shown(shown_digits(prec));
    Ok(match value.divided(&base, prec).ok_or(NoLog::Division)? {
        Log::Real(number) => format!("mpf('{}')", shown(&number)),
        Log::Complex(re, im) => format!("mpc(real='{}', imag='{}')", shown(&re), shown(&im)),
    })
}

/// `Decimal(number).sqrt()` with a precision of so many digits, as `str` shows it.
///
/// # Errors
/// When it takes too much.
///
/// # Panics
/// When the number is negative or not finite, or there are no digits.
pub fn square_root(number: &Json, digits: i64) -> Result<String, NoLog> {
    assert!(digits > 0, "a number has digits");
    let Finite { negative, man, exp } = self::number(number, 0).ok_or(NoLog::NoNumber)? else { return Ok("0".into()) };
    assert!(!negative, "a negative number has no real root");
    // The number in decimal: a coefficient, and an exponent that is even.
    let (mut coefficient, mut exponent) = match exp {
        0.. => (man << exp, 0),
        _ => (man * BigUint::from(5u8).pow(-exp as u32), exp),
    };
    if exponent % 2 != 0 {
        coefficient *= 10u8;
        exponent -= 1;
    }
    exponent /= 2;
    let mut root = coefficient.sqrt();
    let exact = &root * &root == coefficient;
    if !exact {
        affordable(digits)?;
        // With two digits to spare. They are not all zero, and no tie, because the root never ends.
        let more = (digits as usize + 2).saturating_sub(coefficient.to_string().len() / 2);
        root = (coefficient * BigUint::from(10u8).pow(2 * more as u32)).sqrt();
        exponent -= more as i64;
    }
    let mut text = root.to_string();
    let digits = digits as usize;
    if text.len() > digits {
        exponent += (text.len() - digits) as i64;
        let rest = text.split_off(digits);
        let half = rest.as_bytes()[0] == b'5' && exact && rest[1..].bytes().all(|digit| digit == b'0');
        let odd = text.ends_with(['1', '3', '5', '7', '9']);
        if rest.as_bytes()[0] >= b'5' && (!half || odd) && carried(&mut text) {
            text.pop();
            exponent += 1;
        }
    }
    Ok(decimal(&text, exponent))
}

/// Digits of the largest integer that Python writes out.
const INTEGER_DIGITS_MAX: usize = 4_300;

/// The exact result of an operation on integers, written out; `None` where it has more digits than Python writes.
///
/// # Errors
/// When it takes too much.
///
/// # Panics
/// For other operators than `+`, `-`, `*` and `**`, and negative exponents.
pub fn exact(a: &BigInt, operator: &str, b: &BigInt) -> Result<Option<BigInt>, Exceeded> {
    let result = match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "**" => {
            assert!(b.sign() != Sign::Minus, "an exponent from 0");
            let small = a.bits() <= 1;
            // The result has at least so many bits.
            let bits = b.to_u64().map_or(u64::MAX, |b| b.saturating_mul(a.bits().saturating_sub(1)));
            if !small && bits > 4 * INTEGER_DIGITS_MAX as u64 {
                return Ok(None);
            }
            meter::charge(1 + bits.min(1 << 20) / 16)?;
            match b.to_u32() {
                Some(b) => a.pow(b),
                // Of 0, 1 and -1 only whether it is even counts.
                None => a.pow(if b.bit(0) { 1 } else { 2 }),
            }
        }
        other => panic!("no operator of integers: {other}"),
    };
    let digits = (result.bits() as f64 * std::f64::consts::LOG10_2) as usize;
    let long = digits > INTEGER_DIGITS_MAX
        || digits + 1 >= INTEGER_DIGITS_MAX && result.magnitude().to_string().len() > INTEGER_DIGITS_MAX;
    Ok(if long { None } else { Some(result) })
}

/// The float that is nearest to the quotient of two integers; `None` where the divisor is zero or the result beyond all floats.
pub fn quotient(a: &BigInt, b: &BigInt) -> Option<f64> {
    let quotient = integer(a.clone()).divided(&integer(b.clone()), u64::from(f64::MANTISSA_DIGITS))?;
    let Finite { negative, man, exp } = quotient else { return Some(0.0) };
    // Integers that scripts have are far from the smallest floats, so that nothing is rounded twice.
    let size = man.to_u64()? as f64 * 2f64.powi(i32::try_from(exp).ok()?);
    size.is_finite().then_some(if negative { -size } else { size })
}

/// Charges the call for computing so many digits.
fn affordable(digits: i64) -> Result<(), NoLog> {
    if digits > DIGITS_MAX {
        return Err(NoLog::Digits);
    }
    let digits = digits.max(0) as u64;
    meter::charge(1 + digits / 4 + digits * digits / 32).map_err(NoLog::Exceeded)
}

/// The bits that hold so many digits.
fn bits_of(digits: i64) -> u64 {
    (((digits as f64 + 1.0) * 3.321_928_094_887_362_6).round_ties_even() as u64).max(1)
}

/// The digits that tell numbers of so many bits apart.
fn shown_digits(prec: u64) -> usize {
    let digits = ((prec as f64 / 3.321_928_094_887_362_6).round_ties_even() as i64 - 1).max(1) as usize;
    if digits == 15 { 17 } else { digits + 3 }
}

/// An argument as a number. Integers and floats are what they are, texts are rounded.
fn number(value: &Json, prec: u64) -> Option<Real> {
    match value {
        Json::Bool(b) => Some(integer(i64::from(*b).into())),
        Json::Int(n) => Some(integer((*n).into())),
        Json::Uint(n) => Some(integer((*n).into())),
        Json::Float(n) => Some(float(*n)),
        Json::Text(text) => parsed(text, prec),
        Json::Null | Json::List(_) | Json::Map(_) => None,
    }
}

fn integer(n: BigInt) -> Real {
    finite(n.sign() == Sign::Minus, n.into_parts().1, 0)
}

fn float(n: f64) -> Real {
    let bits = n.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    let negative = n.is_sign_negative();
    match exponent {
        0x7ff if fraction == 0 => Infinite { negative },
        0x7ff => NotANumber,
        0 => finite(negative, fraction.into(), -1074),
        _ => {
            let man = fraction | 1 << 52;
            let zeros = man.trailing_zeros();
            finite(negative, (man >> zeros).into(), exponent - 1075 + i64::from(zeros))
        }
    }
}

fn finite(negative: bool, man: BigUint, exp: i64) -> Real {
    if man == BigUint::ZERO { Zero } else { Finite { negative, man, exp } }
}

/// The number that a text writes in decimal, rounded.
fn parsed(text: &str, prec: u64) -> Option<Real> {
    let text = text.trim().to_ascii_lowercase();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (digits, exponent) = match text.split_once('e') {
        Some((digits, exponent)) => (digits, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || all.len() > 1_000 || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let man = BigUint::parse_bytes(all.as_bytes(), 10)?;
    let exponent = exponent.checked_sub(fraction.len() as i64)?;
    if exponent.abs() > TEXT_EXPONENT_MAX {
        return None;
    }
    let power = BigUint::from(10u8).pow(exponent.unsigned_abs() as u32);
    Some(match exponent {
        0.. => finite(negative, man * power, 0).rounded(prec),
        _ => finite(negative, man, 0).divided(&finite(false, power, 0), prec)?,
    })
}

impl Real {
    fn is_negative(&self) -> bool {
        matches!(self, Infinite { negative: true } | Finite { negative: true, .. })
    }

    fn negated(self) -> Real {
        match self {
            Infinite { negative } => Infinite { negative: !negative },
            Finite { negative, man, exp } => Finite { negative: !negative, man, exp },
            other => other,
        }
    }

    /// To so many bits, ties to even.
    fn rounded(self, prec: u64) -> Real {
        let Finite { negative, man, exp } = self else { return self };
        let Some(extra) = man.bits().checked_sub(prec).filter(|extra| *extra > 0) else {
            return Finite { negative, man, exp };
        };
        let kept = &man >> extra;
        let up = man.bit(extra - 1) && (kept.bit(0) || man.trailing_zeros() < Some(extra - 1));
        Finite { negative, man: if up { kept + 1u8 } else { kept }, exp: exp + extra as i64 }
    }

    fn times(&self, other: &Real) -> Real {
        match (self, other) {
            (Finite { negative: a, man: m, exp: e }, Finite { negative: b, man: n, exp: f }) => {
                Finite { negative: a != b, man: m * n, exp: e + f }
            }
            (NotANumber, _) | (_, NotANumber) => NotANumber,
            (Zero, Infinite { .. }) | (Infinite { .. }, Zero) => NotANumber,
            (Zero, _) | (_, Zero) => Zero,
            _ => Infinite { negative: self.is_negative() != other.is_negative() },
        }
    }

    /// The sum of two numbers that are finite.
    fn plus(&self, other: &Real, prec: u64) -> Real {
        let (Finite { exp: e, .. }, Finite { exp: f, .. }) = (self, other) else {
            return match (self, other) {
                (Zero, number) | (number, Zero) => number.clone().rounded(prec),
                _ => NotANumber,
            };
        };
        let exp = *e.min(f);
        let sum = self.scaled(exp) + other.scaled(exp);
        finite(sum.sign() == Sign::Minus, sum.into_parts().1, exp).rounded(prec)
    }

    /// The integer that this number is, in units of a power of two that is no larger than its own.
    fn scaled(&self, exp: i64) -> BigInt {
        let Finite { negative, man, exp: own } = self else { return BigInt::ZERO };
        let sign = if *negative { Sign::Minus } else { Sign::Plus };
        BigInt::from_biguint(sign, man << (own - exp))
    }

    /// `None` where the divisor is zero.
    fn divided(&self, by: &Real, prec: u64) -> Option<Real> {
        Some(match (self, by) {
            (_, Zero) => return None,
            (Finite { negative: a, man: m, exp: e }, Finite { negative: b, man: n, exp: f }) => {
                let extra = (prec + n.bits() + 5).saturating_sub(m.bits()).max(5);
                let shifted = m << extra;
                let quotient = &shifted / n;
                // What is left decides ties.
                let sticky = u8::from(&quotient * n != shifted);
                Finite { negative: a != b, man: (quotient << 1) + sticky, exp: e - f - extra as i64 - 1 }.rounded(prec)
            }
            (NotANumber, _) | (_, NotANumber) | (Infinite { .. }, Infinite { .. }) => NotANumber,
            (Infinite { .. }, _) => Infinite { negative: self.is_negative() != by.is_negative() },
            (_, _) => Zero,
        })
    }

    fn log(self, prec: u64) -> Log {
        match self {
            Zero => Log::Real(Infinite { negative: true }),
            NotANumber => Log::Real(NotANumber),
            Infinite { negative: false } => Log::Real(self),
            Infinite { negative: true } => Log::Complex(Infinite { negative: false }, pi(prec)),
            Finite { negative: false, ref man, exp } => Log::Real(log_of(man, exp, prec)),
            Finite { negative: true, ref man, exp } => Log::Complex(log_of(man, exp, prec), pi(prec)),
        }
    }

    /// As mpmath writes it with at most so many digits: cut off three digits later, and then rounded.
    fn shown(&self, digits: usize) -> String {
        let Finite { negative, man, exp } = self else {
            return match self {
                Zero => "0.0",
                Infinite { negative: true } => "-inf",
                Infinite { .. } => "+inf",
                _ => "nan",
            }
            .into();
        };
        let log2_10 = std::f64::consts::LOG2_10;
        let fixed_bits = (((digits + 3) as f64 * log2_10) as i64 + 10 - exp - man.bits() as i64).max(0);
        let fixed_digits = (fixed_bits as f64 / log2_10 + 0.5) as i64;
        let shift = fixed_bits + exp;
        let fixed = if shift >= 0 { man << shift } else { man >> -shift };
        let decimal: BigUint = (fixed * BigUint::from(10u8).pow(fixed_digits as u32)) >> fixed_bits;
        let mut text = decimal.to_string();
        let mut exponent = text.len() as i64 - fixed_digits - 1;
        if text.len() > digits {
            let up = text.as_bytes()[digits] >= b'5';
            text.truncate(digits);
            if up && carried(&mut text) {
                text.pop();
                exponent += 1;
            }
        }
        let plain = -(digits as i64 / 3).max(5) < exponent && exponent < digits as i64;
        let mut split = 1;
        if plain && exponent < 0 {
            text.insert_str(0, &"0".repeat(exponent.unsigned_abs() as usize));
        } else if plain {
            split = exponent as usize + 1;
            text.extend(std::iter::repeat_n('0', split.saturating_sub(text.len())));
        }
        text.insert(split, '.');
        text.truncate(text.trim_end_matches('0').len());
        if text.ends_with('.') {
            text.push('0');
        }
        let sign = if *negative { "-" } else { "" };
        match (plain || exponent == 0, exponent < 0) {
            (true, _) => format!("{sign}{text}"),
            (false, true) => format!("{sign}{text}e{exponent}"),
            (false, false) => format!("{sign}{text}e+{exponent}"),
        }
    }
}

impl Log {
    /// `None` where the divisor is zero.
    fn divided(&self, by: &Log, prec: u64) -> Option<Log> {
        let wide = prec + 10;
        Some(match (self, by) {
            (Log::Real(a), Log::Real(c)) => Log::Real(a.divided(c, prec)?),
            (Log::Complex(a, b), Log::Real(c)) => Log::Complex(a.divided(c, prec)?, b.divided(c, prec)?),
            (Log::Real(p), Log::Complex(a, b)) => {
                let size = a.times(a).plus(&b.times(b), wide);
                let imaginary = b.times(p).negated();
                Log::Complex(a.times(p).divided(&size, prec)?, imaginary.divided(&size, prec)?)
            }
            (Log::Complex(a, b), Log::Complex(c, d)) => {
                let size = c.times(c).plus(&d.times(d), wide);
                let re = a.times(c).plus(&b.times(d), wide);
                let im = b.times(c).plus(&a.times(d).negated(), wide);
                Log::Complex(re.divided(&size, prec)?, im.divided(&size, prec)?)
            }
        })
    }
}

/// Adds one to the last digit. Whether the text became longer by that.
fn carried(text: &mut String) -> bool {
    let kept = text.trim_end_matches('9').len();
    let nines = text.len() - kept;
    text.truncate(kept);
    let longer = match text.pop() {
        Some(digit) => {
            text.push(char::from(digit as u8 + 1));
            false
        }
        None => {
            text.push('1');
            true
        }
    };
    text.extend(std::iter::repeat_n('0', nines));
    longer
}

/// A coefficient and an exponent as Python's `Decimal` writes them.
fn decimal(text: &str, exponent: i64) -> String {
    let len = text.len() as i64;
    let point = len + exponent;
    if exponent <= 0 && point > -6 {
        return match point {
            _ if exponent == 0 => text.to_owned(),
            1.. => format!("{}.{}", &text[..point as usize], &text[point as usize..]),
            _ => format!("0.{}{text}", "0".repeat(point.unsigned_abs() as usize)),
        };
    }
    let (first, rest) = text.split_at(1);
    let point_rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
    format!("{first}{point_rest}E{:+}", point - 1)
}

/// The natural logarithm of a positive number.
fn log_of(man: &BigUint, exp: i64, prec: u64) -> Real {
    // The number as m * 2^k, m near 1, so that nothing cancels but in m itself.
    let bits = man.bits();
    let mut k = exp + bits as i64;
    // Below 3/4, twice of it is nearer to 1.
    let low = bits > 1 && !man.bit(bits - 2) || bits == 1;
    let unit_bits = if low { bits - 1 } else { bits };
    k -= i64::from(low);
    let one = BigUint::from(1u8) << unit_bits;
    let distance = if *man > one { man - &one } else { &one - man };
    if distance == BigUint::ZERO && k == 0 {
        return Zero;
    }
    let cancelled = if k == 0 { unit_bits.saturating_sub(distance.bits()) } else { 0 };
    let wide = prec + GUARD_BITS + cancelled + 16;
    let mut x = if wide >= unit_bits { man << (wide - unit_bits) } else { man >> (unit_bits - wide) };
    for _ in 0..ROOTS {
        x = (x << wide).sqrt();
    }
    let (x, one) = (BigInt::from(x), BigInt::from(1u8) << wide);
    let v = ((&x - &one) << wide) / (&x + &one);
    let square = (&v * &v) >> wide;
    let (mut sum, mut power, mut n) = (v.clone(), v, 3u32);
    loop {
        power = (power * &square) >> wide;
        let term: BigInt = &power / n;
        // A negative power is never shifted to zero.
        if term == BigInt::ZERO {
            break;
        }
        sum += term;
        n += 2;
    }
    sum <<= 1 + ROOTS;
    if k != 0 {
        sum += ln2(wide) * k;
    }
    finite(sum.sign() == Sign::Minus, sum.into_parts().1, -(wide as i64)).rounded(prec)
}

/// The sum of `1/x - s/(3x^3) + 1/(5x^5) - ...`, `s` being -1 for the inverse hyperbolic cotangent.
fn inverse(x: u32, alternating: bool, wide: u64) -> BigInt {
    let mut power = (BigInt::from(1u8) << wide) / x;
    let mut sum = power.clone();
    let mut n = 3u32;
    while power != BigInt::ZERO {
        power /= x * x;
        let term = &power / n;
        if alternating && n % 4 == 3 {
            sum -= term
        } else {
            sum += term
        }
        n += 2;
    }
    sum
}

fn ln2(wide: u64) -> BigInt {
    let part = |factor: i32, x: u32| inverse(x, false, wide + 20) * factor;
    (part(18, 26) + part(-2, 4_801) + part(8, 8_749)) >> 20
}

fn pi(prec: u64) -> Real {
    let wide = prec + GUARD_BITS;
    let fixed: BigInt = inverse(5, true, wide) * 16 - inverse(239, true, wide) * 4;
    finite(false, fixed.into_parts().1, -(wide as i64)).rounded(prec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn log_is(value: &str, base: &str, digits: i64, shown: &str) {
        let json = |text: &str| serde_json::from_str::<Json>(text).expect("the test writes JSON");
        let found = log(&json(value), &json(base), digits);
        assert_eq!(found.as_deref(), Ok(shown), "log({value}) / log({base}), {digits} digits");
    }

    #[test]
    fn logarithms_are_those_of_mpmath() {
        log_is("100", "10", 5, "mpf('2.0')");
        log_is("1", "10", 5, "mpf('0.0')");
        log_is("0", "10", 5, "mpf('-inf')");
        log_is("10", "0", 5, "mpf('0.0')");
        log_is("0", "0", 5, "mpf('nan')");
        log_is("-8", "2", 5, "mpc(real='3.0', imag='4.5323639')");
        log_is("8", "-2", 5, "mpc(real='0.13926077', imag='-0.63118076')");
        log_is("-8", "-2", 5, "mpc(real='1.0928402', imag='-0.42078733')");
        log_is("-1", "-1", 5, "mpc(real='1.0', imag='0.0')");
        log_is("0", "-2", 3, "mpc(real='-inf', imag='+inf')");
        log_is("-2", "0", 3, "mpc(real='0.0', imag='0.0')");
        log_is(r#""100""#, "10", 5, "mpf('2.0')");
        log_is(r#"" 1.5e3 ""#, "10", 8, "mpf('3.1760912612')");
        log_is(r#""-2.5""#, "10", 8, "mpc(real='0.3979400089', imag='1.364376355')");
        log_is("true", "2", 3, "mpf('0.0')");
        log_is("8", "2", -3, "mpf('4.0')");
        log_is("8", "2", 0, "mpf('2.5')");
        log_is("7", "2", 1, "mpf('2.813')");
        log_is("7", "3", -1, "mpf('2.0')");
        log_is("20", "10", 2, "mpf('1.3027')");
        log_is("980.0", "20", 10, "mpf('2.299121531134')");
        log_is("2.718281828459045", "10", 15, "mpf('0.43429448190325176')");
        log_is("0.1", "10", 20, "mpf('-0.99999999999999997589175')");
        log_is("1.0000000000000002", "10", 10, "mpf('9.643274665541e-17')");
        log_is("0.9999999999999999", "3", 12, "mpf('-1.01056854731807e-16')");
        log_is("1e+300", "2", 10, "mpf('996.5784284621')");
        log_is("5e-324", "7", 40, "mpf('-382.566518954015817576226181773386028465796')");
        log_is("12345.678", "1.0000001", 6, "mpf('94210608.0')");
        log_is("3", "1e-09", 16, "mpf('-0.05301347274662916113')");
        log_is("2", "9223372036854775807", 50, "mpf('0.015873015873015873015912425626040964418655807100649295')");
        log_is(
            "7",
            "5",
            100,
            "mpf('1.209061955122167556763316345547360071116555929710833128706236200852878200997499986599017318971675172569')",
        );
        let of = |value: Json, base: Json| log(&value, &base, 5);
        assert_eq!(of(Json::Int(10), Json::Int(1)), Err(NoLog::Division));
        assert_eq!(of(Json::text("ten"), Json::Int(2)), Err(NoLog::NoNumber));
        assert_eq!(log(&Json::Int(2), &Json::Int(3), DIGITS_MAX + 1), Err(NoLog::Digits));
    }

    #[test]
    fn integers_are_exact_as_long_as_python_writes_them() {
        let of = |a: i64, operator: &str, b: i64| {
            exact(&a.into(), operator, &b.into()).expect("nothing is metered").map(|n| n.to_string())
        };
        assert_eq!(of(i64::MAX, "+", 1).as_deref(), Some("9223372036854775808"));
        assert_eq!(of(i64::MIN, "-", 1).as_deref(), Some("-9223372036854775809"));
        assert_eq!(of(i64::MAX, "*", -3).as_deref(), Some("-27670116110564327421"));
        assert_eq!(of(-3, "**", 41).as_deref(), Some("-36472996377170786403"));
        assert_eq!(of(10, "**", 4_299).map(|text| text.len()), Some(4_300));
        assert_eq!(of(10, "**", 4_300), None);
        assert_eq!(of(2, "**", i64::MAX), None);
        assert_eq!(of(-1, "**", i64::MAX).as_deref(), Some("-1"));
        assert_eq!(of(0, "**", 1 << 40).as_deref(), Some("0"));
        let quotient = |a: i64, b: i64| quotient(&a.into(), &b.into());
        assert_eq!(quotient(17, 9_007_199_254_740_993), Some(1.887_379_141_862_765_6e-15));
        assert_eq!(quotient(-4_611_686_018_431_372_603, 3), Some(-1.537_228_672_810_457_6e18));
        assert_eq!((quotient(0, 3), quotient(3, 0)), (Some(0.0), None));
    }

    #[test]
    fn square_roots_are_those_of_decimal() {
        for (number, digits, shown) in [
            ("2", 10, "1.414213562"),
            ("4", 10, "2"),
            ("2.25", 3, "1.5"),
            ("100", 1, "1E+1"),
            ("10000000000000000000000", 5, "1.0000E+11"),
            ("1e+22", 5, "1.0000E+11"),
            ("0", 4, "0"),
            ("1e-10", 5, "0.000010000"),
            ("1e-20", 3, "1.00E-10"),
            ("1e+300", 3, "1.00E+150"),
            ("5e-324", 4, "2.223E-162"),
            ("0.25", 5, "0.5"),
            ("0.1", 30, "0.316227766016837941976973025885"),
            ("100000.0", 2, "3.2E+2"),
            ("12345678", 4, "3514"),
            ("99999", 2, "3.2E+2"),
            ("9223372036854775807", 9, "3.03700050E+9"),
            ("99980001", 3, "1.00E+4"),
            ("1e-07", 3, "0.000316"),
            ("0.99999", 3, "1.00"),
            ("12.25", 2, "3.5"),
            ("4.25e-13", 20, "6.5192024052026487652E-7"),
            ("3", 40, "1.732050807568877293527446341505872366943"),
        ] {
            let json = serde_json::from_str::<Json>(number).expect("the test writes JSON");
            assert_eq!(square_root(&json, digits).as_deref(), Ok(shown), "{number}, {digits} digits");
        }
    }
}
