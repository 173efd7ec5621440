//! Numbers as JSON writes them, compared and added without rounding.

/// A decimal number of at most [`DIGITS`] digits, `mantissa * 10^exponent`; no zeros end the mantissa, so equal numbers are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i128,
    exponent: i32,
}

/// More than any counter has, and few enough that sums of three have room.
const DIGITS: usize = 30;

impl Decimal {
    /// The number that JSON has written so; `None` where it has too many digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Decimal> {
        let (number, exponent) = match text.find(['e', 'E']) {
            Some(place) => (text.get(..place)?, text.get(place + 1..)?.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() > DIGITS {
            return None;
        }
        let mantissa = [whole, fraction].concat().parse::<i128>().ok()?;
        Decimal { mantissa, exponent: exponent.checked_sub(fraction.len() as i32)? }.trimmed()
    }

    /// What both have added, on top of the base: `mine + theirs - base`; `None` where they lie too far apart.
    #[must_use]
    pub fn add_up(base: Decimal, mine: Decimal, theirs: Decimal) -> Option<Decimal> {
        let exponent = base.exponent.min(mine.exponent).min(theirs.exponent);
        let shifted = |decimal: Decimal| {
            let places = u32::try_from(decimal.exponent.checked_sub(exponent)?).ok()?;
            decimal.mantissa.checked_mul(10_i128.checked_pow(places)?)
        };
        let mantissa = shifted(mine)?.checked_add(shifted(theirs)?)?.checked_sub(shifted(base)?)?;
        Decimal { mantissa, exponent }.trimmed()
    }

    /// As JSON writes it; with an exponent where it has more zeros than digits would be read.
    #[must_use]
    pub fn written(self) -> String {
        let digits = self.mantissa.unsigned_abs().to_string();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        match usize::try_from(self.exponent) {
            Ok(zeros) if zeros <= DIGITS => format!("{sign}{digits}{}", "0".repeat(zeros)),
            Err(_) if self.exponent >= -(DIGITS as i32) => {
                let places = self.exponent.unsigned_abs() as usize;
                let digits = format!("{digits:0>width$}", width = places + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places);
                format!("{sign}{whole}.{fraction}")
            }
            _ => format!("{sign}{digits}e{}", self.exponent),
        }
    }

    /// As a double: exact for up to 15 digits and 22 places, which is all that people write by hand; beyond it may be off by a little. The
    /// standard library's parser is exact for all, at 13 KB of brotli.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let mut power = 1.0;
        for _ in 0..self.exponent.unsigned_abs().min(400) {
            power *= 10.0;
        }
        let mantissa = self.mantissa as f64;
        if self.exponent < 0 { mantissa / power } else { mantissa * power }
    }

    fn trimmed(mut self) -> Option<Decimal> {
        if self.mantissa == 0 {
            self.exponent = 0;
        }
        while self.mantissa != 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.exponent = self.exponent.checked_add(1)?;
        }
        Some(self)
    }
}
