//! Days counted from today, parts of the day, and words for "about".

use super::super::calendar::is_likely_year;
use super::super::words::{DOT, EVERY, ONE, THE, Trust, Word};
use super::super::{Direction, What, Which};
use super::Scanner;
use super::reader::{Piece, Token};

impl Scanner<'_> {
    /// "tomorrow" and the like.
    pub(super) fn offset_word(&mut self, days: i32, start: usize, end: usize) -> usize {
        if self.is_word(&Token { start, end, piece: Piece::End }, "now") && self.is_filler_now(start, end) {
            return end;
        }
        let before = self.token_before(start.saturating_sub(1));
        let days = match days {
            1 if self.is_word(&before, "après") || self.ends(start, "depois de ") => 2,
            -1 if self.ends(start, "antes de ") => -2,
            days => days,
        };
        self.push(What::Offset { days }, start, end);
        end
    }

    /// Whether "now" only joins sentences, as in "now let me" or "that is all for now".
    fn is_filler_now(&self, start: usize, end: usize) -> bool {
        let before = self.token_before(start);
        let after = self.token(end);
        let ends = matches!(after.piece, Piece::End | Piece::Mark(_));
        let leads = self.is_capital(start) && after.piece != Piece::End && !after.is_mark(b':');
        leads || !ends || ["right", "for", "and", "but", "is", "are"].iter().any(|word| self.is_word(&before, word))
    }

    /// "morning" and the like, with the day that is said with it.
    pub(super) fn part_word(&mut self, from: u32, to: u32, start: usize, end: usize) -> usize {
        let before = self.token_before(start);
        let per_night = from == 18 && before.has(ONE | EVERY);
        match before.which() {
            Some(Which::This) => self.push(What::Offset { days: 0 }, before.start, end),
            Some(Which::Last) => self.push(What::Offset { days: -1 }, before.start, end),
            Some(Which::Next) => {
                self.push_directed(86_400, Direction::Later, before.start, end);
            }
            _ if per_night => {
                self.push_duration(86_400, before.start, end);
            }
            _ => {}
        }
        self.push_part(from, to, start, end)
    }

    pub(super) fn around_word(&mut self, trust: Trust, start: usize, end: usize) -> usize {
        if trust == Trust::Alone || self.is_near_a_date(end) {
            self.push(What::Around, start, end);
        }
        end
    }

    /// "give or take", "nearby dates".
    pub(super) fn around_phrase(&mut self, phrases: &str, start: usize, end: usize) -> usize {
        let Some(after) = phrases.split('|').find_map(|phrase| self.says(end, phrase)) else { return end };
        self.push(What::Around, start, after);
        after
    }

    /// Whether "around" stands before a date or a time, not before an amount or a thing.
    fn is_near_a_date(&self, end: usize) -> bool {
        let mut next = self.token(end);
        if next.has(THE) {
            next = self.token(next.end);
        }
        if self.says_any(end, &["that date", "that day", "that time", "then", "those dates", "these dates"]).is_some() {
            return true;
        }
        let number_end = match next.piece {
            Piece::Number { value, digits } if digits <= 2 || is_likely_year(value) => next.end,
            Piece::Word(Word::Count(_) | Word::Ordinal(_)) => self.spelled(&next).map_or(next.end, |(_, _, end)| end),
            Piece::Word(Word::Month(_, trust) | Word::Weekday(_, trust)) => {
                return trust == Trust::Alone || self.is_capital(next.start);
            }
            Piece::Word(Word::Noon | Word::Midnight | Word::Offset(_)) => return true,
            _ => return false,
        };
        let after = self.token(number_end);
        let decimal = self.byte(number_end) == b'.' && self.byte(number_end + 1).is_ascii_digit();
        !decimal && self.unit_after(number_end).is_none() && (next.start == end || after.piece != Piece::Unknown)
    }

    /// German "morgen": tomorrow, or the morning after "am", "heute" and the like.
    pub(super) fn morgen_word(&mut self, start: usize, end: usize) -> usize {
        let before = self.token_before(start);
        let greeting = self.is_word(&before, "guten") || self.is_word(&before, "goeden");
        let relative = matches!(before.piece, Piece::Word(Word::Offset(_) | Word::Weekday(..)));
        if greeting || relative || before.has(EVERY | DOT | THE) {
            return self.push_part(5, 12, start, end);
        }
        self.push(What::Offset { days: 1 }, start, end);
        end
    }

    /// "lunchtime", "lunch time".
    pub(super) fn lunch_word(&mut self, start: usize, end: usize) -> usize {
        let end = if self.is_word(&Token { start, end, piece: Piece::End }, "lunch") {
            let Some(after) = self.says(self.skip_dash(end), "time") else { return end };
            after
        } else {
            end
        };
        self.push(What::PartOfDay { from_minute: 690, to_minute: 840 }, start, end);
        end
    }

    /// Hindi "kal" and "parson", so many days from today to either side; verbs of the past tell that it is over.
    pub(super) fn kal_word(&mut self, days: i32, start: usize, end: usize) -> usize {
        let rest = self.slice(end, self.bytes.len().min(end + 160));
        let sentence = rest.split(|byte| matches!(byte, b'\n' | b'.' | b'?' | b'!')).next().unwrap_or(rest);
        let past = ["था", "थी", "थे", "गया", "गई", "चुका", "चुकी"];
        let over =
            sentence.split(|byte| *byte == b' ').any(|word| past.iter().any(|verb| word.starts_with(verb.as_bytes())));
        self.push(What::Offset { days: if over { -days } else { days } }, start, end);
        end
    }

    /// Spanish "mañana": the morning after "la", else tomorrow.
    pub(super) fn manana_word(&mut self, start: usize, end: usize) -> usize {
        let before = self.token_before(start);
        if before.has(THE) || self.is_word(&before, "esta") {
            return self.part_word(5, 12, start, end);
        }
        let days = if self.is_word(&before, "pasado") { 2 } else { 1 };
        self.push(What::Offset { days }, start, end);
        end
    }

    /// French "hier" is yesterday where the words around it are French; in German it means here.
    pub(super) fn hier_word(&mut self, start: usize, end: usize) -> usize {
        let before = self.token_before(start.saturating_sub(1));
        let after = self.token(end);
        let french = ["j", "je", "nous", "d", "depuis", "c"];
        let days = if self.is_word(&before, "avant") {
            -2
        } else if matches!(after.piece, Piece::Word(Word::Part(..)))
            || french.iter().any(|word| self.is_word(&after, word) || self.is_word(&before, word))
        {
            -1
        } else {
            return end;
        };
        self.push(What::Offset { days }, start, end);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::check;

    #[test]
    #[rustfmt::skip]
    fn reads_other_languages() {
        check(&[
            ("am 12. März 2024", "2024-03-12"), ("vom 3. bis 7. Juni", "6/3 6/7"), ("am 15.", "the15"),
            ("nächsten Montag um 15 Uhr", "Mon:Next 15:00!"), ("übermorgen früh, heute Abend", "+2 +0 17..24"),
            ("Übermorgen", "+2"), ("morgen um halb vier", "+1 03:30?"), ("am Morgen", "5..12"),
            ("letzte Woche", "Week[-1,-1]"), ("vor 3 Tagen", "-3"), ("in zwei Wochen", "+14 1209600s>"),
            ("um 7 am Montag", "07:00? Mon"), ("le 20 mai 2024 à 15h30", "2024-05-20 15:30!"),
            ("le 1er août", "8/1"), ("lundi prochain", "Mon:Next"), ("la semaine prochaine", "Week[1,1]"),
            ("demain après-midi", "+1 12..18"), ("après-demain", "+2"), ("aujourd'hui", "+0"),
            ("il y a 3 jours", "-3"), ("le 15", "the15"), ("el 20 de mayo de 2024", "2024-05-20"),
            ("el próximo lunes", "Mon:Next"), ("mañana por la mañana", "+1 5..12"),
            ("la semana que viene", "Week[1,1]"), ("a las 7 de la tarde", "19:00! 12..18"), ("hace 3 días", "-3"),
            ("il 3 marzo", "3/3"), ("domani alle 15", "+1 15:00!"), ("la settimana prossima", "Week[1,1]"),
            ("2 giorni fa", "-2"), ("dia 15 de março", "3/15"), ("na próxima segunda-feira", "Mon:Next"),
            ("amanhã às 7", "+1 07:00?"), ("op 5 mei 2024", "2024-05-05"), ("volgende week", "Week[1,1]"),
            ("om 7 uur", "07:00? 25200s"), ("overmorgen", "+2"),
            ("van 3 tot 7 juni 2024 om half tien", "2024-06-03 2024-06-07 09:30?"),
            ("de 3 a 7 de junho de 2024", "2024-06-03 2024-06-07"),
            ("vom 20. bis zum 23. Mai 2024 um 9:30 Uhr", "2024-05-20 2024-05-23 09:30?"),
            ("du 3 au 7 juin 2024", "2024-06-03 2024-06-07"),
            ("del 3 al 7 de junio de 2024 a las 9 y media", "2024-06-03 2024-06-07 09:30?"),
        ]);
    }
}
