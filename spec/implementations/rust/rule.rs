//! The rules that data can break, what a broken rule makes of the data (Annex E, §9.1, §11), and the
//! list of findings (§9.2).

/// The order is that of severity (§9.2): the verdict is the greatest outcome.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// No finding, or only rules of a profile.
    Valid,
    Unsupported,
    Invalid,
    Malformed,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Valid => "valid",
            Outcome::Unsupported => "unsupported",
            Outcome::Invalid => "invalid",
            Outcome::Malformed => "malformed",
        }
    }
}

macro_rules! rules {
    ($($rule:ident $id:literal $outcome:ident,)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Rule { $($rule,)* }

        impl Rule {
            pub fn id(self) -> &'static str {
                match self { $(Rule::$rule => $id,)* }
            }

            pub fn outcome(self) -> Outcome {
                match self { $(Rule::$rule => Outcome::$outcome,)* }
            }
        }
    };
}

rules! {
    Frm1 "SC-FRM-1" Malformed,
    Frm2 "SC-FRM-2" Malformed,
    Frm3 "SC-FRM-3" Invalid,
    Seq1 "SC-SEQ-1" Invalid,
    Seq2 "SC-SEQ-2" Malformed,
    Txt1 "SC-TXT-1" Malformed,
    Txt2 "SC-TXT-2" Malformed,
    Txt3 "SC-TXT-3" Malformed,
    Txt4 "SC-TXT-4" Invalid,
    Txt5 "SC-TXT-5" Malformed,
    Png1 "SC-PNG-1" Malformed,
    Png2 "SC-PNG-2" Malformed,
    Png3 "SC-PNG-3" Malformed,
    Png4 "SC-PNG-4" Invalid,
    Png5 "SC-PNG-5" Invalid,
    Png6 "SC-PNG-6" Invalid,
    Hdr1 "SC-HDR-1" Unsupported,
    Hdr2 "SC-HDR-2" Unsupported,
    Hdr3 "SC-HDR-3" Malformed,
    Chk1 "SC-CHK-1" Malformed,
    Chk2 "SC-CHK-2" Invalid,
    Leb1 "SC-LEB-1" Malformed,
    Leb2 "SC-LEB-2" Invalid,
    Siz1 "SC-SIZ-1" Unsupported,
    Siz2 "SC-SIZ-2" Invalid,
    Siz3 "SC-SIZ-3" Invalid,
    Siz4 "SC-SIZ-4" Invalid,
    Siz5 "SC-SIZ-5" Invalid,
    Mod1 "SC-MOD-1" Invalid,
    Ext1 "SC-EXT-1" Malformed,
    Ext2 "SC-EXT-2" Invalid,
    Ext3 "SC-EXT-3" Malformed,
    Ext4 "SC-EXT-4" Invalid,
    Ext5 "SC-EXT-5" Invalid,
    Ext6 "SC-EXT-6" Unsupported,
    Ext7 "SC-EXT-7" Invalid,
    Ext8 "SC-EXT-8" Invalid,
    Ext9 "SC-EXT-9" Invalid,
    Ext10 "SC-EXT-10" Invalid,
    Ext11 "SC-EXT-11" Invalid,
    Ext12 "SC-EXT-12" Invalid,
    Ext13 "SC-EXT-13" Invalid,
    Ext14 "SC-EXT-14" Invalid,
    Ext15 "SC-EXT-15" Invalid,
    Nib1 "SC-NIB-1" Invalid,
    Nib2 "SC-NIB-2" Invalid,
    Nib3 "SC-NIB-3" Invalid,
    Lex1 "SC-LEX-1" Invalid,
    Lex2 "SC-LEX-2" Invalid,
    Lex3 "SC-LEX-3" Malformed,
    Bag1 "SC-BAG-1" Invalid,
    Bag2 "SC-BAG-2" Malformed,
    Utf1 "SC-UTF-1" Malformed,
    Lim1 "SC-LIM-1" Unsupported,
    Lim2 "SC-LIM-2" Unsupported,
    Lim3 "SC-LIM-3" Unsupported,
    Lim4 "SC-LIM-4" Unsupported,
    Lim5 "SC-LIM-5" Unsupported,
    Lim6 "SC-LIM-6" Unsupported,
    Pro1 "SC-PRO-1" Valid,
    Pro2 "SC-PRO-2" Valid,
    Pro3 "SC-PRO-3" Valid,
    Pro4 "SC-PRO-4" Valid,
    Pro5 "SC-PRO-5" Valid,
    Pro6 "SC-PRO-6" Valid,
    Pro7 "SC-PRO-7" Valid,
    Pro8 "SC-PRO-8" Valid,
    Pro9 "SC-PRO-9" Valid,
    Pro10 "SC-PRO-10" Valid,
}

/// A broken rule, and its place in bits from the first bit of the data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finding {
    pub rule: Rule,
    pub offset: usize,
}

/// Reading cannot go on; the reason is in the report.
pub struct Stop;

pub type Step<T> = Result<T, Stop>;

#[derive(Default)]
pub struct Report {
    pub findings: Vec<Finding>,
}

impl Report {
    /// A finding after which reading goes on.
    pub fn add(&mut self, rule: Rule, offset: usize) {
        self.findings.push(Finding { rule, offset });
    }

    /// A finding after which it does not.
    pub fn stop<T>(&mut self, rule: Rule, offset: usize) -> Step<T> {
        self.add(rule, offset);
        Err(Stop)
    }

    pub fn verdict(&self) -> Outcome {
        self.findings.iter().map(|finding| finding.rule.outcome()).max().unwrap_or(Outcome::Valid)
    }
}
