//! The words of several languages that speak of time, and what each means.

use foldhash::{HashMap, HashMapExt};
use std::sync::LazyLock;

use chrono::Weekday::{self, Fri, Mon, Sat, Sun, Thu, Tue, Wed};

use super::{Direction, Unit, Which};

/// Links two days or hours: "and", "to".
pub(super) const LINK: u16 = 1;
/// May stand before an hour: "at".
pub(super) const HOUR: u16 = 2;
/// May stand before a date: "on".
pub(super) const DATE: u16 = 4;
/// An article: "the".
pub(super) const THE: u16 = 8;
/// "of".
pub(super) const OF: u16 = 16;
/// "a", "an".
pub(super) const ONE: u16 = 32;
/// Puts the length before it into the past: "ago".
pub(super) const AGO: u16 = 64;
/// Puts the length after it into the future: "in".
pub(super) const AHEAD: u16 = 128;
/// Puts the length after it into the past: German "vor".
pub(super) const BACK: u16 = 256;
/// "and".
pub(super) const AND: u16 = 512;
/// An article that makes the number after it a day: French "le 15".
pub(super) const NTH: u16 = 1024;
/// "within".
pub(super) const WITHIN: u16 = 2048;
/// Comes before a German day with a full stop: "am 15."
pub(super) const DOT: u16 = 4096;
/// "every", "per".
pub(super) const EVERY: u16 = 8192;
/// May follow "the day": "after", "later".
pub(super) const AFTER: u16 = 16384;

/// A unit of length as a word names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Length {
    Second,
    Minute,
    Hour,
    Day,
    Night,
    Weekend,
    Week,
    Fortnight,
    Month,
    Year,
}

impl Length {
    pub(super) fn seconds(self) -> i64 {
        match self {
            Length::Second => 1,
            Length::Minute => 60,
            Length::Hour => 3600,
            Length::Day | Length::Night => 86_400,
            Length::Weekend => 172_800,
            Length::Week => 604_800,
            Length::Fortnight => 1_209_600,
            Length::Month => 2_592_000,
            Length::Year => 31_536_000,
        }
    }

    /// The unit of a span and how many of it make one of these.
    pub(super) fn unit(self) -> Option<(Unit, i32)> {
        match self {
            Length::Second | Length::Minute | Length::Hour => None,
            Length::Day | Length::Night => Some((Unit::Day, 1)),
            Length::Weekend => Some((Unit::Weekend, 1)),
            Length::Week => Some((Unit::Week, 1)),
            Length::Fortnight => Some((Unit::Week, 2)),
            Length::Month => Some((Unit::Month, 1)),
            Length::Year => Some((Unit::Year, 1)),
        }
    }
}

/// How much context a word needs: "may", "sat" and "about" mostly mean something else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    Alone,
    InContext,
}

/// What a known word means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Month(u32, Trust),
    Weekday(Weekday, Trust),
    /// The first half of a Portuguese weekday: "segunda" of "segunda-feira".
    BeforeFeira(Weekday),
    Count(u32),
    Ordinal(u32),
    Unit(Length),
    /// "o'clock" in other languages; `true` if it may also be a length, as "heures".
    Clock(bool),
    /// Days from today.
    Offset(i32),
    /// A part of the day by its first and last hour; the night begins at 18.
    Part(u32, u32),
    /// A part of the present day: "tonight".
    TodayPart(u32, u32),
    Noon,
    Midnight,
    Which(Which),
    /// A word that means nothing by itself; the flags say what it may do.
    Small(u16),
    Half,
    Quarter,
    QuarterOf(u32),
    /// Again after so many seconds: "weekly".
    Every(i64),
    /// A length in seconds: "overnight".
    Lasting(i64),
    /// The day before or after another: French "lendemain".
    Step(Direction),
    /// May begin the name of a day: "Christmas".
    Feast,
    Lunchtime,
    /// Hindi words for so many days from today to either side.
    Kal(i32),
    Around(Trust),
    /// Means "around" before one of these phrases.
    AroundBefore(&'static str),
    Morgen,
    Manana,
    Hier,
}

impl Word {
    fn begins_mention(self) -> bool {
        !matches!(self, Word::Which(_) | Word::Small(_))
    }

    pub(super) fn has(self, flag: u16) -> bool {
        matches!(self, Word::Small(flags) if flags & flag != 0)
    }
}

const fn month(number: u32) -> Word {
    Word::Month(number, Trust::Alone)
}

const fn short_month(number: u32) -> Word {
    Word::Month(number, Trust::InContext)
}

const fn day_name(weekday: Weekday) -> Word {
    Word::Weekday(weekday, Trust::Alone)
}

const fn short_day(weekday: Weekday) -> Word {
    Word::Weekday(weekday, Trust::InContext)
}

/// English ordinals from the first on.
const ORDINALS: &str = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth \
                        fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth";

/// Known words in lower case with their meaning; a word stands in one group only.
#[rustfmt::skip]
const GROUPS: &[(Word, &str)] = &[
    (month(1), "january januar janvier enero gennaio janeiro januari jänner"),
    (month(2), "february februar février fevrier febrero febbraio fevereiro februari feber"),
    (month(3), "märz maerz marzo março maart"), (month(4), "april avril abril aprile"), (month(5), "maggio"),
    (month(6), "june juni juin junio giugno junho"), (month(7), "july juli juillet julio luglio julho"),
    (month(8), "august août aout agosto augustus"),
    (month(9), "september septembre septiembre setiembre settembre setembro"),
    (month(10), "october oktober octobre octubre ottobre outubro"),
    (month(11), "november novembre noviembre novembro"),
    (month(12), "december dezember décembre decembre diciembre dicembre dezembro"),
    (month(1), "январь января январе يناير जनवरी stycznia styczeń ocak"),
    (month(2), "февраль февраля феврале فبراير फरवरी फ़रवरी lutego luty şubat"),
    (month(3), "март марта марте مارس मार्च marca marzec"), (short_month(3), "mart"),
    (month(4), "апрель апреля апреле أبريل ابريل إبريل अप्रैल kwietnia kwiecień nisan"),
    (month(5), "май мая мае مايو मई mayıs"), (short_month(5), "maja maj"),
    (month(6), "июнь июня июне يونيو जून czerwca czerwiec haziran"),
    (month(7), "июль июля июле يوليو जुलाई lipca lipiec temmuz"),
    (month(8), "август августа августе أغسطس اغسطس अगस्त sierpnia sierpień ağustos"),
    (month(9), "сентябрь сентября сентябре سبتمبر सितंबर सितम्बर września wrzesień eylül"),
    (month(10), "октябрь октября октябре أكتوبر اكتوبر अक्टूबर अक्तूबर października październik ekim"),
    (month(11), "ноябрь ноября ноябре نوفمبر नवंबर नवम्बर listopada listopad kasım"),
    (month(12), "декабрь декабря декабре ديسمبر दिसंबर दिसम्बर grudnia grudzień aralık"),
    (day_name(Mon), "понедельник понедельника الاثنين الإثنين सोमवार poniedziałek pazartesi"),
    (day_name(Tue), "вторник вторника الثلاثاء मंगलवार wtorek salı"),
    (day_name(Wed), "среда среду среды الأربعاء الاربعاء बुधवार środa środę çarşamba"),
    (day_name(Thu), "четверг четверга الخميس गुरुवार czwartek perşembe"),
    (day_name(Fri), "пятница пятницу пятницы الجمعة शुक्रवार piątek cuma"),
    (day_name(Sat), "суббота субботу субботы السبت शनिवार sobota sobotę cumartesi"),
    (day_name(Sun), "воскресенье воскресенья الأحد الاحد रविवार niedziela niedzielę"),
    (Word::Offset(0), "сегодня اليوم आज dziś dzisiaj bugün"),
    (Word::Offset(1), "завтра غدا غداً غدًا jutro yarın"), (Word::Offset(2), "послезавтра pojutrze"),
    (Word::Offset(-1), "вчера أمس امس wczoraj dün"), (Word::Offset(-2), "позавчера"),
    (Word::Unit(Length::Day), "день дня дней"), (Word::Unit(Length::Week), "неделя недели недель неделю"),
    (Word::Unit(Length::Month), "месяц месяца месяцев"), (Word::Unit(Length::Minute), "минута минуту минуты минут"),
    (Word::Clock(true), "час часа часов"), (Word::Small(AHEAD), "через"), (Word::Small(AGO), "назад"),
    (Word::Kal(1), "कल"), (Word::Kal(2), "परसों"),
    (Word::Part(5, 12), "утра утром सुबह"), (Word::Part(12, 18), "दोपहर"), (Word::Part(17, 24), "вечера вечером शाम"),
    (Word::Part(18, 30), "ночи ночью रात"), (Word::Clock(false), "बजे"), (Word::Small(HOUR | DATE), "в во"),
    (short_month(1), "jan ene janv"), (short_month(2), "feb febr fév"), (short_month(3), "march mar mars mrz mrt"),
    (short_month(4), "apr avr abr"), (short_month(5), "may mai mayo maio mei"), (short_month(6), "jun giu"),
    (short_month(7), "jul juil lug"), (short_month(8), "aug"), (short_month(9), "sep sept"),
    (short_month(10), "oct okt ott"), (short_month(11), "nov"), (short_month(12), "dec dez déc dic"),
    (day_name(Mon), "monday mondays montag lundi lunes lunedì lunedi maandag"),
    (day_name(Tue), "tuesday tuesdays dienstag mardi martes martedì martedi dinsdag"),
    (day_name(Wed), "wednesday wednesdays mittwoch mercredi miércoles miercoles mercoledì mercoledi woensdag"),
    (day_name(Thu), "thursday thursdays donnerstag jeudi jueves giovedì giovedi donderdag"),
    (day_name(Fri), "friday fridays freitag vendredi viernes venerdì venerdi vrijdag"),
    (day_name(Sat), "saturday saturdays samstag sonnabend samedi sábado sabado sabato zaterdag"),
    (day_name(Sun), "sunday sundays sonntag dimanche domingo domenica zondag"), (short_day(Mon), "mon"),
    (short_day(Tue), "tue tues"), (short_day(Wed), "wed weds"), (short_day(Thu), "thu thur thurs"),
    (short_day(Fri), "fri"), (short_day(Sat), "sat"), (short_day(Sun), "sun"), (Word::BeforeFeira(Mon), "segunda"),
    (Word::BeforeFeira(Tue), "terça terca"), (Word::BeforeFeira(Wed), "quarta"), (Word::BeforeFeira(Thu), "quinta"),
    (Word::BeforeFeira(Fri), "sexta"), (Word::Count(1), "one"),
    (Word::Count(2), "two zwei deux dos due dois duas twee couple"),
    (Word::Count(3), "three drei trois tres tre três drie"),
    (Word::Count(4), "four vier quatre cuatro quattro quatro"),
    (Word::Count(5), "five fünf fuenf cinq cinco cinque vijf"), (Word::Count(6), "six sechs seis sei zes"),
    (Word::Count(7), "seven sieben siete sette sete zeven"), (Word::Count(8), "eight acht huit ocho otto oito"),
    (Word::Count(9), "nine neun neuf nueve nove negen"), (Word::Count(10), "ten zehn dix diez dieci tien"),
    (Word::Count(11), "eleven elf onze undici"), (Word::Count(12), "twelve zwölf douze doce dodici twaalf"),
    (Word::Count(13), "thirteen dreizehn treize trece tredici dertien"),
    (Word::Count(14), "fourteen vierzehn quatorze catorce quattordici veertien"),
    (Word::Count(15), "fifteen fünfzehn quinze quince quindici vijftien"), (Word::Count(16), "sixteen"),
    (Word::Count(17), "seventeen"), (Word::Count(18), "eighteen"), (Word::Count(19), "nineteen"),
    (Word::Count(20), "twenty zwanzig vingt veinte venti vinte twintig"),
    (Word::Count(30), "thirty dreißig dreissig trente treinta trenta trinta dertig"), (Word::Count(40), "forty"),
    (Word::Count(45), "fünfundvierzig"), (Word::Count(50), "fifty"), (Word::Count(60), "sixty"),
    (Word::Count(90), "ninety"), (Word::Ordinal(1), "premier primero primer ersten"), (Word::Ordinal(2), "zweiten"),
    (Word::Ordinal(3), "dritten"), (Word::Ordinal(30), "thirtieth"),
    (Word::Unit(Length::Second), "seconds sec secs sekunde sekunden seconde secondes seconden segundos secondi"),
    (Word::Unit(Length::Minute), "minute minutes min mins minuten minuto minutos minuti minuut"),
    (Word::Unit(Length::Hour), "hour hours hr hrs h stunde stunden std hora horas ora uren"),
    (Word::Unit(Length::Day), "day days tag tage tagen jour jours journée día días dia dias giorno giorni dag dagen"),
    (Word::Unit(Length::Night), "nights nächte nächten nuits nuitée nuitées noches notti noites nachten"),
    (Word::Unit(Length::Week),
     "week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane weken"),
    (Word::Unit(Length::Weekend), "weekend weekends wochenende wochenenden"),
    (Word::Unit(Length::Fortnight), "fortnight fortnights quincena quinzaine"),
    (Word::Unit(Length::Month), "month months monat monate monaten monats mois mes meses mese mesi mês maand maanden"),
    (Word::Unit(Length::Year),
     "year years yr yrs jahr jahre jahren jahres ans année années año años anno anni ano anos jaar jaren"),
    (Word::Clock(false), "uhr"), (Word::Clock(true), "heure heures uur ore"),
    (Word::Offset(0), "today now heute aujourd hoy oggi hoje vandaag"),
    (Word::Offset(1), "tomorrow tmrw demain domani amanhã"),
    (Word::Offset(2), "übermorgen uebermorgen dopodomani overmorgen"),
    (Word::Offset(-1), "yesterday gestern ayer ieri ontem gisteren"),
    (Word::Offset(-2), "vorgestern anteayer anteontem eergisteren"), (Word::Hier, "hier"), (Word::Morgen, "morgen"),
    (Word::Manana, "mañana"),
    (Word::Part(5, 12), "morning mornings morgens vormittag vormittags matin matinée mattina mattino manhã ochtend"),
    (Word::Part(12, 18), "afternoon afternoons nachmittag nachmittags tarde pomeriggio middag"),
    (Word::Part(17, 24), "evening evenings abend abends soir soirée sera avond"),
    (Word::Part(18, 30), "night nacht nachts nuit noche notte noite"),
    (Word::TodayPart(17, 24), "tonight stasera vanavond"),
    (Word::TodayPart(5, 12), "stamattina vanochtend vanmorgen"), (Word::TodayPart(12, 18), "vanmiddag"),
    (Word::TodayPart(18, 30), "stanotte vannacht"),
    (Word::Noon, "noon midday mittag mittags midi mediodía mediodia mezzogiorno"),
    (Word::Midnight, "midnight mitternacht minuit medianoche mezzanotte middernacht"),
    (Word::Which(Which::This),
     "this current ce diese diesen dieser dieses diesem cette este esta estos questo questa neste nesta deze dit"),
    (Word::Which(Which::Next),
     "next coming upcoming following nächste nächsten nächster nächstes nächstem kommende kommenden kommender \
      kommendes prochain prochaine prochains prochaines próximo próxima próximos próximas proximo proxima siguiente \
      siguientes prossimo prossima prossimi prossime volgende komende aanstaande"),
    (Word::Which(Which::AfterNext), "übernächste übernächsten übernächster übernächstes"),
    (Word::Which(Which::Last),
     "last past previous prior letzte letzten letzter letztes letztem vergangene vergangenen vorige vorigen dernier \
      dernière derniers dernières passé passée pasado pasada pasados último última últimos últimas scorso scorsa \
      scorsi scorse passato passata ultimo ultima ultimi ultime passado passada afgelopen laatste"),
    (Word::Half, "half halb halbe halben demi demie media mezza mezzo meia halve"),
    (Word::Quarter, "quarter viertel kwart quart"), (Word::QuarterOf(1), "q1"), (Word::QuarterOf(2), "q2"),
    (Word::QuarterOf(3), "q3"), (Word::QuarterOf(4), "q4"), (Word::Every(3600), "hourly stündlich"),
    (Word::Every(86_400), "daily nightly täglich quotidien diario diariamente dagelijks"),
    (Word::Lasting(86_400), "overnight"), (Word::Step(Direction::Later), "lendemain folgetag"),
    (Word::Step(Direction::Earlier), "veille vortag"),
    (Word::Feast, "christmas boxing new valentine valentines halloween heiligabend silvester neujahr"),
    (Word::Lunchtime, "lunchtime lunch mittagszeit lunchtijd"),
    (Word::Every(604_800), "weekly wöchentlich hebdomadaire semanal wekelijks"),
    (Word::Every(1_209_600), "biweekly fortnightly"),
    (Word::Every(2_592_000), "monthly monatlich mensuel mensual maandelijks"),
    (Word::Every(31_536_000), "yearly annually jährlich anual"),
    (Word::Around(Trust::Alone), "flexible flexibel flexibility flexibles flexibele flessibile flessibili flexível"),
    (Word::Around(Trust::InContext),
     "around about approximately approx roughly circa ungefähr etwa environ alrededor aproximadamente intorno \
      ongeveer rond"),
    (Word::AroundBefore("or take"), "give"), (Word::AroundBefore("date|dates|day|days|time|times"), "nearby"),
    (Word::Small(LINK | AND), "and und et y e"), (Word::Small(LINK), "or oder ou o al"),
    (Word::Small(LINK | HOUR | DATE), "to until till til hasta até tot"),
    (Word::Small(LINK | HOUR | DATE | DOT), "bis"), (Word::Small(LINK | DATE), "through thru"),
    (Word::Small(LINK | DATE | NTH), "au"), (Word::Small(LINK | HOUR), "à alle"),
    (Word::Small(HOUR | DATE),
     "from between by since von zwischen desde entre dalle van vanaf tussen ab seit dès depuis"),
    (Word::Small(HOUR | DATE | AFTER), "before after"),
    (Word::Small(AFTER), "davor danach vorher nachher anterior suivant suivante précédent précédente"),
    (Word::Small(AFTER), "later earlier hence afterwards später früher"), (Word::Small(HOUR | DATE | DOT), "vom"),
    (Word::Small(HOUR), "at um gegen vers às om"), (Word::Small(HOUR | BACK), "vor"),
    (Word::Small(BACK), "hace há"), (Word::Small(DATE | AHEAD), "in dans em"),
    (Word::Small(DATE | AHEAD | LINK), "en"), (Word::Small(AHEAD), "over tra fra binnen"),
    (Word::Small(WITHIN), "within innerhalb"), (Word::Small(OF | DATE), "of de di"),
    (Word::Small(OF | DATE | NTH), "du del"), (Word::Small(OF), "do da d"),
    (Word::Small(DATE), "on during early late mid for starting ending im op no"), (Word::Small(DATE | DOT), "am"),
    (Word::Small(DATE | NTH), "dal"), (Word::Small(DOT | THE), "den der zum"),
    (Word::Small(DATE | EVERY), "every each per pro jede jeden jedes chaque cada ogni elke"),
    (Word::Small(THE), "the die das la les los lo het"), (Word::Small(THE | HOUR), "las"),
    (Word::Small(THE | NTH), "le el il"), (Word::Small(ONE | LINK), "a"),
    (Word::Small(ONE), "an ein eine einen einer einem eines un une una uno uma een"),
    (Word::Small(AGO), "ago geleden fa atrás"),
];

const LONGEST_WORD: usize = 31;

/// The words, and what is needed to pass quickly over most of the others.
struct Table {
    words: HashMap<&'static [u8], Word>,
    /// By the first two letters, the lengths of the words that begin a mention, one bit each.
    lengths: [u32; 1024],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { words: HashMap::new(), lengths: [0; 1024] };
    let ordinals = ORDINALS.split(' ').zip(1..).map(|(word, number)| (Word::Ordinal(number), word));
    for (means, words) in ordinals.chain(GROUPS.iter().copied()) {
        for word in words.split(' ').map(str::as_bytes) {
            table.words.insert(word, means);
            if means.begins_mention() {
                table.note_beginning(word);
            }
        }
    }
    table
});

impl Table {
    /// Notes the length and the first letters of a word, also in capitals where these are other bytes.
    fn note_beginning(&mut self, word: &[u8]) {
        self.lengths[first_letters(word)] |= 1 << word.len();
        let Ok(text) = std::str::from_utf8(word) else { return };
        let Some(first) = text.chars().next().filter(|first| !first.is_ascii()) else { return };
        let capital: String = first.to_uppercase().chain(text.chars().skip(1)).collect();
        for written in [capital, text.to_uppercase()] {
            self.lengths[first_letters(written.as_bytes())] |= 1 << written.len().min(LONGEST_WORD);
        }
    }
}

fn first_letters(word: &[u8]) -> usize {
    let letter = |at: usize| usize::from(word.get(at).unwrap_or(&0) & 31);
    // Letters beyond ASCII share a place of their own.
    let first = if word.first().is_some_and(u8::is_ascii) { letter(0) } else { 0 };
    first << 5 | letter(1)
}

/// Whether it is worth looking a word up to see whether a mention begins with it.
pub(super) fn may_begin_mention(word: &[u8]) -> bool {
    word.len() <= LONGEST_WORD && TABLE.lengths[first_letters(word)] & (1 << word.len()) != 0
}

/// The meaning of a word in any case.
pub(super) fn look_up(word: &[u8]) -> Option<Word> {
    let mut lower = [0u8; LONGEST_WORD];
    let lower = lower.get_mut(..word.len())?;
    if word.iter().any(|byte| (0xc4..=0xd1).contains(byte)) {
        return look_up_lowered(word);
    }
    let mut previous = 0;
    for (to, &byte) in lower.iter_mut().zip(word) {
        // The capitals of the Latin-1 letters lie 32 below the small ones.
        *to = if previous == 0xc3 && byte < 0xa0 && byte != 0x9f { byte | 0x20 } else { byte.to_ascii_lowercase() };
        previous = byte;
    }
    TABLE.words.get(&*lower).copied()
}

/// The meaning of a word of a script beyond Latin-1 that has capitals.
fn look_up_lowered(word: &[u8]) -> Option<Word> {
    let text = std::str::from_utf8(word).ok()?;
    let mut lower = [0u8; LONGEST_WORD];
    let mut end = 0;
    for letter in text.chars().flat_map(char::to_lowercase) {
        letter.encode_utf8(lower.get_mut(end..end + letter.len_utf8())?);
        end += letter.len_utf8();
    }
    TABLE.words.get(&lower[..end]).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_in_two_groups() {
        let mut seen = std::collections::HashSet::new();
        for word in GROUPS.iter().flat_map(|(_, words)| words.split(' ')).chain(ORDINALS.split(' ')) {
            assert!(seen.insert(word), "{word}");
            assert!(look_up(word.as_bytes()).is_some(), "{word}");
            assert!(look_up(word.to_uppercase().as_bytes()).is_some() || word.contains(['ß', 'ı']), "{word}");
        }
    }
}
