//! JSON, as far as the protocols of `vectors/README.md` need it.

/// A value that was read. Strings are bytes, because an escape may be a lone surrogate; such bytes
/// are not UTF-8.
pub enum Json {
    Null,
    Bool,
    /// A number that is not written with digits alone.
    OtherNumber,
    /// At most 2^64-1, which also stands for larger ones.
    Integer(u64),
    String(Vec<u8>),
    Array(Vec<Json>),
    Object(Vec<(Vec<u8>, Json)>),
}

const MAX_DEPTH: usize = 16;

impl Json {
    pub fn parse(bytes: &[u8]) -> Option<Json> {
        let mut parser = Parser { bytes, position: 0 };
        let value = parser.value(MAX_DEPTH)?;
        parser.space();
        (parser.position == bytes.len()).then_some(value)
    }

    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => {
                members.iter().find(|(key, _)| key == name.as_bytes()).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    pub fn integer(&self) -> Option<u64> {
        match self {
            Json::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Json::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub fn array(&self) -> Option<&[Json]> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.position += 1;
        Some(byte)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.position += 1;
        }
    }

    /// Whether the next byte, after white space, is this one; if so, it is read.
    fn skip(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn literal(&mut self, name: &str, value: Json) -> Option<Json> {
        let found = self.bytes[self.position..].starts_with(name.as_bytes());
        self.position += name.len();
        found.then_some(value)
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.items(b']', |parser| parser.value(depth)).map(Json::Array),
            b'"' => self.string().map(Json::String),
            b'n' => self.literal("null", Json::Null),
            b't' => self.literal("true", Json::Bool),
            b'f' => self.literal("false", Json::Bool),
            b'-' | b'0'..=b'9' => Some(self.number()),
            _ => None,
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let member = |parser: &mut Self| {
            parser.space();
            let key = parser.string()?;
            parser.skip(b':').then_some(())?;
            Some((key, parser.value(depth)?))
        };
        self.items(b'}', member).map(Json::Object)
    }

    /// Items with commas between them, after an opening bracket.
    fn items<T>(
        &mut self,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.next();
        let mut items = Vec::new();
        if self.skip(close) {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.skip(close) {
                return Some(items);
            }
            self.skip(b',').then_some(())?;
        }
    }

    fn number(&mut self) -> Json {
        let start = self.position;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.position += 1;
        }
        let number = &self.bytes[start..self.position];
        if !number.iter().all(u8::is_ascii_digit) {
            return Json::OtherNumber;
        }
        let digits = number.iter().map(|digit| u64::from(digit - b'0'));
        Json::Integer(
            digits.fold(0, |value: u64, digit| value.saturating_mul(10).saturating_add(digit)),
        )
    }

    fn string(&mut self) -> Option<Vec<u8>> {
        if self.next()? != b'"' {
            return None;
        }
        let mut string = Vec::new();
        loop {
            match self.next()? {
                b'"' => return Some(string),
                b'\\' => self.escape(&mut string)?,
                byte => string.push(byte),
            }
        }
    }

    fn escape(&mut self, string: &mut Vec<u8>) -> Option<()> {
        string.push(match self.next()? {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'u' => {
                let unit = self.unit()?;
                self.character(unit, string);
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit << 4 | char::from(self.next()?).to_digit(16)?))
    }

    /// The character of a unit of UTF-16, and of the one after it if both are a pair.
    fn character(&mut self, unit: u32, string: &mut Vec<u8>) {
        let start = self.position;
        if (0xd800..0xdc00).contains(&unit)
            && self.next() == Some(b'\\')
            && self.next() == Some(b'u')
        {
            if let Some(low @ 0xdc00..0xe000) = self.unit() {
                let code = 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
                push(char::from_u32(code), string);
                return;
            }
        }
        self.position = start;
        push(char::from_u32(unit), string);
    }
}

/// Appends a character, or a byte that UTF-8 does not have.
fn push(character: Option<char>, string: &mut Vec<u8>) {
    match character {
        Some(character) => string.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        None => string.push(0xff),
    }
}

/// Appends a string in quotation marks.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Appends items with commas between them, in brackets.
pub fn write_array<T>(
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    mut write: impl FnMut(T, &mut String),
) {
    out.push('[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}
