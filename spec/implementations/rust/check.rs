//! The check at the end of a core (§5.6).

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Check {
    None,
    Crc8,
    Crc16,
    Crc32,
}

impl Check {
    pub const ALL: [Check; 4] = [Check::None, Check::Crc8, Check::Crc16, Check::Crc32];

    pub fn from_bits(kk: u8) -> Check {
        Check::ALL[usize::from(kk & 3)]
    }

    pub fn name(self) -> &'static str {
        ["none", "crc8", "crc16", "crc32"][self as usize]
    }

    pub fn bytes(self) -> usize {
        [0, 1, 2, 4][self as usize]
    }

    /// Whether `check` is the check of these bytes.
    pub fn matches(self, bytes: &[u8], check: &[u8]) -> bool {
        let mut expected = Vec::new();
        self.append(bytes, &mut expected);
        expected == check
    }

    /// Appends the check of `bytes`, big endian.
    pub fn append(self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Check::None => {}
            Check::Crc8 => out.push(crc8(bytes)),
            Check::Crc16 => out.extend(crc16(bytes).to_be_bytes()),
            Check::Crc32 => out.extend(crc32(&[bytes]).to_be_bytes()),
        }
    }
}

const fn table8() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut register = byte as u8;
        let mut bit = 0;
        while bit < 8 {
            register = (register << 1) ^ if register & 0x80 != 0 { 0x2f } else { 0 };
            bit += 1;
        }
        table[byte] = register;
        byte += 1;
    }
    table
}

const fn table16() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut register = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            register = (register << 1) ^ if register & 0x8000 != 0 { 0x1021 } else { 0 };
            bit += 1;
        }
        table[byte] = register;
        byte += 1;
    }
    table
}

const fn table32() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut register = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            // Reflected, so the polynomial 04c11db7 is too.
            register = (register >> 1) ^ if register & 1 != 0 { 0xedb8_8320 } else { 0 };
            bit += 1;
        }
        table[byte] = register;
        byte += 1;
    }
    table
}

static TABLE8: [u8; 256] = table8();
static TABLE16: [u16; 256] = table16();
static TABLE32: [u32; 256] = table32();

fn crc8(bytes: &[u8]) -> u8 {
    !bytes.iter().fold(0xff, |register: u8, byte| TABLE8[usize::from(register ^ byte)])
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |register: u16, byte| {
        register << 8 ^ TABLE16[usize::from((register >> 8) as u8 ^ byte)]
    })
}

/// CRC-32 of parts, one after another; also that of a PNG chunk (§7.5).
pub fn crc32(parts: &[&[u8]]) -> u32 {
    !parts.iter().flat_map(|part| part.iter()).fold(u32::MAX, |register, byte| {
        register >> 8 ^ TABLE32[usize::from(register as u8 ^ byte)]
    })
}
