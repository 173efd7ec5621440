//! Generated exchanges: a request, its answer, a later request for the same URL, and a 304.
//! Judges nothing.

/// When answers arrive: 1994-11-06T08:49:37Z.
pub const ARRIVAL: i64 = 784_111_777;

/// Fields by name, in order.
pub type Fields = Vec<(&'static str, String)>;

/// One exchange. Times are in seconds from `ARRIVAL` and multiples of five, so that no two figures meet by a fraction.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The fields of the request that was answered.
    pub request: Fields,
    /// The answer's status.
    pub status: u16,
    /// The answer's fields.
    pub response: Fields,
    /// How long the answer took.
    pub delay: i64,
    /// The fields of the later request.
    pub later: Fields,
    /// When it comes.
    pub now: i64,
    /// The fields of a 304 to what it makes us ask.
    pub not_modified: Fields,
}

/// SplitMix64.
pub struct Random(u64);

impl Random {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// True so many times in a thousand.
    fn permille(&mut self, chance: u64) -> bool {
        self.next() % 1000 < chance
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.next() % choices.len() as u64) as usize]
    }
}

const SPANS: [i64; 8] = [0, 5, 10, 60, 100, 600, 3600, 100_000];
/// Never the difference of two figures above.
const STALE_SPANS: [i64; 3] = [7, 77, 3601];
const MALFORMED: [&str; 7] = ["", "=", "=x", "=-1", "=1.5", "= 60", "=99999999999999999999"];

impl Exchange {
    /// The next exchange of the sequence.
    pub fn generate(random: &mut Random) -> Exchange {
        let status = match random.next() % 100 {
            0..=59 => 200,
            60..=97 => random.of(&[203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501, 206]),
            _ => random.of(&[201, 299, 400, 403, 500, 503, 599]),
        };
        let response = response(random);
        let not_modified = not_modified(random, &response);
        let mut later = control(later_directives(random), random);
        if random.permille(30) {
            later.push(("pragma", "no-cache".to_owned()));
        }
        let mut request = Fields::new();
        if random.permille(15) {
            request.push(("cache-control", "no-store".to_owned()));
        }
        selecting(random, &mut request, &mut later);
        let delay = if random.permille(15) { random.of(&[5, 60]) } else { 0 };
        Exchange { request, status, response, delay, later, now: random.of(&SPANS[1..]), not_modified }
    }
}

fn response(random: &mut Random) -> Fields {
    let mut fields = control(response_directives(random), random);
    if random.permille(30) {
        fields.push(("pragma", "no-cache".to_owned()));
    }
    if random.permille(800) {
        let age = if random.permille(20) { random.of(&[50, 600]) } else { 0 };
        fields.push(("date", date(-age, random, 0)));
    }
    if random.permille(15) {
        fields.push(("age", random.of(&["100, 5", "x", "-1", "1.5", "5,"]).to_owned()));
    } else if random.permille(250) {
        fields.push(("age", random.of(&SPANS[..5]).to_string()));
    }
    if random.permille(300) {
        let far = random.of(&[-100, 0, 10, 60, 600, 3600]);
        let value = if random.permille(50) { "0".to_owned() } else { date(far, random, 30) };
        fields.push(("expires", value));
        if random.permille(15) {
            fields.push(("expires", date(60, random, 0)));
        }
    }
    if random.permille(600) {
        let ago = random.of(&[0, 50, 500, 5000, 50_000, 5_000_000]);
        let value = if random.permille(10) { "yesterday".to_owned() } else { date(-ago, random, 10) };
        fields.push(("last-modified", value));
    }
    if random.permille(500) {
        let tag = if random.permille(15) {
            random.of(&["a", "\"", "\"a\", \"b\""])
        } else {
            random.of(&["\"a\"", "W/\"a\"", "\"b\""])
        };
        fields.push(("etag", tag.to_owned()));
    }
    if random.permille(10) {
        fields.push(("vary", random.of(&["*", "accept, *"]).to_owned()));
    } else if random.permille(200) {
        fields.push(("vary", random.of(&["accept", "Accept-Language", "accept, x-team", "cookie"]).to_owned()));
    }
    for (name, value) in
        [("x-a", "1"), ("content-type", "text/css"), ("content-length", "9"), ("content-encoding", "br")]
    {
        if random.permille(500) {
            fields.push((name, value.to_owned()));
        }
    }
    fields
}

fn response_directives(random: &mut Random) -> Vec<String> {
    let mut all = Vec::new();
    if random.permille(350) {
        all.push(duration(random, "max-age", 30, &SPANS));
        if random.permille(40) {
            all.push(duration(random, "max-age", 0, &SPANS));
        }
    }
    for (directive, chance) in [
        ("no-cache", 60),
        ("no-store", 60),
        ("public", 100),
        ("private", 100),
        ("must-revalidate", 80),
        ("proxy-revalidate", 60),
        ("immutable", 60),
        ("no-transform", 60),
        ("s-maxage=600", 100),
        ("must-understand", 10),
        ("no-cache=\"x-a, x-b\"", 10),
        ("no-cache=x-a", 5),
        ("private=\"x-a\"", 30),
        ("x=\"max-age=600\"", 30),
        ("stale-while-revalidate=60", 15),
        ("stale-if-error=60", 15),
    ] {
        if random.permille(chance) {
            all.push(directive.to_owned());
        }
    }
    all
}

fn later_directives(random: &mut Random) -> Vec<String> {
    let mut all = Vec::new();
    if random.permille(600) {
        return all;
    }
    if random.permille(200) {
        all.push(duration(random, "max-age", 20, &SPANS));
    }
    if random.permille(250) {
        let any = random.permille(300);
        all.push(if any { "max-stale".to_owned() } else { duration(random, "max-stale", 20, &STALE_SPANS) });
    }
    if random.permille(150) {
        all.push(duration(random, "min-fresh", 20, &SPANS[1..]));
    }
    for (directive, chance) in [("no-cache", 100), ("no-transform", 100), ("only-if-cached", 80), ("no-store", 30)] {
        if random.permille(chance) {
            all.push(directive.to_owned());
        }
    }
    all
}

/// A directive with so many seconds; malformed so many times in a thousand.
fn duration(random: &mut Random, name: &str, malformed: u64, spans: &[i64]) -> String {
    if random.permille(malformed) {
        // `max-stale` alone is well formed.
        let from = usize::from(name == "max-stale");
        return format!("{name}{}", random.of(&MALFORMED[from..]));
    }
    let seconds = random.of(spans);
    if random.permille(50) { format!("{name}=\"{seconds}\"") } else { format!("{name}={seconds}") }
}

/// Directives in one line or two, in odd case at times.
fn control(directives: Vec<String>, random: &mut Random) -> Fields {
    let mut lines = vec![String::new()];
    for mut directive in directives {
        if random.permille(10) {
            directive = directive.to_ascii_uppercase();
        }
        if random.permille(25) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "" } else { random.of(&[", ", ","]) });
            line.push_str(&directive);
        }
    }
    lines.into_iter().filter(|line| !line.is_empty()).map(|line| ("cache-control", line)).collect()
}

/// Fields that answers may depend on: mostly the same in both requests.
fn selecting(random: &mut Random, request: &mut Fields, later: &mut Fields) {
    for (name, values) in
        [("accept", ["a", "b", "a, b"]), ("accept-language", ["en", "de", "de, en"]), ("x-team", ["1", "2", "3"])]
    {
        let value = random.of(&values);
        if random.permille(600) {
            request.push((name, value.to_owned()));
        }
        if random.permille(600) {
            later.push((name, value.to_owned()));
        } else if random.permille(100) {
            later.push((name, random.of(&["A", "a,b", "a , b", "en, de", "DE", "2 "]).trim().to_owned()));
        } else if random.permille(50) {
            later.extend(["a", "b"].map(|value| (name, value.to_owned())));
        }
    }
}

/// What a 304 says: mostly what the stored answer said, or another value of the same fields.
fn not_modified(random: &mut Random, stored: &Fields) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in stored {
        let other = match *name {
            "etag" => random.of(&["\"a\"", "W/\"a\"", "\"c\""]).to_owned(),
            "last-modified" => date(-500, random, 0),
            "cache-control" => "max-age=60".to_owned(),
            "expires" => date(600, random, 0),
            "x-a" => "2".to_owned(),
            "content-type" => "text/html".to_owned(),
            "content-length" => "0".to_owned(),
            "content-encoding" => "gzip".to_owned(),
            _ => continue,
        };
        let validator = matches!(*name, "etag" | "last-modified");
        if random.permille(if validator { 970 } else { 500 }) {
            fields.push((name, if random.permille(if validator { 850 } else { 500 }) { value.clone() } else { other }));
        }
    }
    if random.permille(15) {
        fields.push((random.of(&["x-b", "expires", "etag", "last-modified"]), "\"new\"".to_owned()));
    }
    fields
}

/// A date so many seconds from `ARRIVAL`, in another of the forms (or no form) so many times in a thousand.
fn date(seconds: i64, random: &mut Random, odd: u64) -> String {
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs((ARRIVAL + seconds).unsigned_abs());
    let imf = httpdate::fmt_http_date(at);
    if !random.permille(odd) {
        return imf;
    }
    // Of `Sun, 06 Nov 1994 08:49:37 GMT`.
    let part = |from: usize, to: usize| imf.get(from..to).unwrap_or_default();
    let (day, month, year, time) = (part(5, 7), part(8, 11), part(12, 16), part(17, 25));
    let padded = day.strip_prefix('0').map_or(day.to_owned(), |digit| format!(" {digit}"));
    match random.next() % 5 {
        0 => format!("Sunday, {day}-{month}-{} {time} GMT", part(14, 16)),
        1 => format!("{} {month} {padded} {time} {year}", part(0, 3)),
        2 => imf.to_ascii_lowercase(),
        3 => imf.replace("GMT", "+0000"),
        _ => imf.replace("GMT", "EST"),
    }
}
