//! What is asked of a split, and whether it can be.

use culet_graph::{Amount, Cut};

use crate::{DataError, Moment};

/// By what a catalogue is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitBy {
    /// A share of each user's items, at random.
    Random,
    /// The last items of each user.
    Last,
    /// Everything from a time on.
    Time,
    /// A share of the items, with all their pairs.
    ColdItems,
    /// A share of the users, with all their pairs.
    ColdUsers,
}

impl SplitBy {
    /// All ways.
    pub const ALL: [Self; 5] = [Self::Random, Self::Last, Self::Time, Self::ColdItems, Self::ColdUsers];

    /// The name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Last => "last",
            Self::Time => "time",
            Self::ColdItems => "cold-items",
            Self::ColdUsers => "cold-users",
        }
    }

    /// The way of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// Whether it needs the times of the pairs.
    #[must_use]
    pub fn needs_times(self) -> bool {
        matches!(self, Self::Last | Self::Time)
    }
}

/// How a catalogue is to be split.
///
/// A part is told by a share, by a number of items of each user (by random or last) or by the time it begins at (by
/// time), whichever fits and not several. Where nothing tells the test part it is 0.2 of each user's items at random,
/// the last item, the last 0.2 of all pairs, or 0.1 of the items or users; where nothing tells the validation part it
/// is empty. A test share of 0 keeps the test part that the data set came with.
#[derive(Debug, Clone, PartialEq)]
pub struct CataloguePlan {
    /// By what.
    pub by: SplitBy,
    /// The share of the test part, at least 0 and below 1.
    pub test_share: Option<f64>,
    /// The share of the validation part, at least 0; both together below 1.
    pub valid_share: Option<f64>,
    /// The items of each user in the test part.
    pub test_items: Option<usize>,
    /// The items of each user in the validation part.
    pub valid_items: Option<usize>,
    /// The time at which the test part begins; a date is turned into the unit of the data's times.
    pub cut: Option<Moment>,
    /// The time at which the validation part begins, before that of the test part.
    pub valid_cut: Option<Moment>,
    /// First leave out users and items with fewer pairs, until none is left with fewer; `None` leaves all.
    pub k_core: Option<usize>,
    /// The seed of all draws.
    pub seed: u64,
}

impl CataloguePlan {
    /// The usual parts.
    #[must_use]
    pub fn new(by: SplitBy) -> Self {
        Self {
            by,
            test_share: None,
            valid_share: None,
            test_items: None,
            valid_items: None,
            cut: None,
            valid_cut: None,
            k_core: None,
            seed: 0,
        }
    }
}

/// How a part is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Size {
    Share(f64),
    Items(usize),
    From(f64),
}

impl Size {
    pub(super) fn is_nothing(self) -> bool {
        matches!(self, Self::Share(0.0) | Self::Items(0))
    }

    /// As a number of items of a user.
    pub(super) fn amount(self) -> Amount {
        match self {
            Self::Share(share) => Amount::Share(share),
            Self::Items(items) => Amount::Items(items),
            Self::From(_) => unreachable!("a time tells no number of items"),
        }
    }

    /// As a place in time.
    pub(super) fn cut(self) -> Cut {
        match self {
            Self::Share(share) => Cut::LastShare(share),
            Self::From(time) => Cut::At(time),
            Self::Items(_) => unreachable!("a number of items is no place in time"),
        }
    }

    /// As a share of items or users.
    pub(super) fn share(self) -> f64 {
        match self {
            Self::Share(share) => share,
            Self::Items(_) | Self::From(_) => unreachable!("only a share tells a number of items or users"),
        }
    }
}

/// Both parts of a plan that makes sense.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sizes {
    pub(super) test: Size,
    pub(super) valid: Size,
}

impl Sizes {
    /// Fills in what is left open.
    ///
    /// # Errors
    /// A part told in two ways or in one that does not fit, a share out of range, nothing asked for.
    pub(super) fn new(plan: &CataloguePlan, [cut, valid_cut]: [Option<f64>; 2]) -> Result<Self, DataError> {
        let usual = match plan.by {
            SplitBy::Random | SplitBy::Time => Size::Share(0.2),
            SplitBy::Last => Size::Items(1),
            SplitBy::ColdItems | SplitBy::ColdUsers => Size::Share(0.1),
        };
        let test = size(plan.by, [("test_share", plan.test_share), ("cut", cut)], ("test_items", plan.test_items))?;
        let valid = size(
            plan.by,
            [("valid_share", plan.valid_share), ("valid_cut", valid_cut)],
            ("valid_items", plan.valid_items),
        )?;
        let sizes = Self { test: test.unwrap_or(usual), valid: valid.unwrap_or(Size::Share(0.0)) };
        if let (Size::Share(test), Size::Share(valid)) = (sizes.test, sizes.valid)
            && test + valid >= 1.0
        {
            return Err(bad(
                "valid_share",
                valid,
                &format!("a share that makes less than 1 with that of the test part, {test}"),
            ));
        }
        if sizes.test.is_nothing() && sizes.valid.is_nothing() {
            let name = sizes.name_of_test();
            return Err(bad(name, 0, "more than 0, or a validation part"));
        }
        if plan.k_core == Some(0) {
            return Err(bad("k_core", 0, "a whole number from 1 up"));
        }
        Ok(sizes)
    }

    /// The setting that told the size of the test part.
    pub(super) fn name_of_test(self) -> &'static str {
        match self.test {
            Size::Share(_) => "test_share",
            Size::Items(_) => "test_items",
            Size::From(_) => "cut",
        }
    }

    /// The setting that told the size of the validation part.
    pub(super) fn name_of_valid(self) -> &'static str {
        match self.valid {
            Size::Share(_) => "valid_share",
            Size::Items(_) => "valid_items",
            Size::From(_) => "valid_cut",
        }
    }
}

/// The one of the settings that is given.
fn size(
    by: SplitBy,
    [share, cut]: [(&'static str, Option<f64>); 2],
    items: (&'static str, Option<usize>),
) -> Result<Option<Size>, DataError> {
    let fits_items = matches!(by, SplitBy::Random | SplitBy::Last);
    if let (name, Some(time)) = cut
        && by != SplitBy::Time
    {
        return Err(bad(name, time, &format!("nothing, as a split by {} is not by time", by.name())));
    }
    if let (name, Some(items)) = items
        && !fits_items
    {
        return Err(bad(name, items, &format!("nothing, as a split by {} takes a share", by.name())));
    }
    match (share, cut, items) {
        ((name, Some(share)), ..) if !(0.0..1.0).contains(&share) => {
            Err(bad(name, share, "a number from 0 to below 1"))
        }
        ((name, Some(share)), (other, Some(_)), _) | ((name, Some(share)), _, (other, Some(_))) => {
            Err(bad(name, share, &format!("nothing beside `{other}`")))
        }
        ((_, Some(share)), ..) => Ok(Some(Size::Share(share))),
        (_, (name, Some(time)), _) if !time.is_finite() => Err(bad(name, time, "a number")),
        (_, (_, Some(time)), _) => Ok(Some(Size::From(time))),
        (.., (_, Some(items))) => Ok(Some(Size::Items(items))),
        _ => Ok(None),
    }
}

pub(super) fn bad(name: &'static str, found: impl ToString, expected: &str) -> DataError {
    DataError::BadSetting { name, found: found.to_string(), expected: expected.to_owned() }
}
