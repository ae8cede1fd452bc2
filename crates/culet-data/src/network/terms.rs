//! What the columns of a kind of table are called, in headers and in messages.

use super::options::Column;
use super::sample::word;
use super::sources::DataKind;

/// What the columns of a kind of table are called.
#[derive(Debug, PartialEq)]
pub(crate) struct Terms {
    /// In headers, as [`word`] writes them; of several names for one thing the first counts.
    pub(crate) headers: &'static [(Column, &'static [&'static str])],
    /// In messages: source, target, weight and time.
    words: [(Column, &'static str); 4],
    /// Whether a header may tell the sort of a column behind a colon.
    typed_headers: bool,
    /// Whether a row that names one of the ends is a header, too.
    either_end: bool,
    /// Whether edges may have a relation between their ends.
    pub(crate) related: bool,
    /// Whether times may be dates.
    pub(crate) dates: bool,
    /// What a third column of large whole numbers is taken for.
    pub(crate) third_time: &'static str,
}

/// An edge a line.
pub(crate) static EDGES: Terms = Terms {
    headers: &[
        (Column::Source, SOURCE),
        (Column::Target, TARGET),
        (Column::Relation, RELATION),
        (Column::Weight, WEIGHT),
        (Column::Time, TIME),
    ],
    words: [(Column::Source, "source"), (Column::Target, "target"), (Column::Weight, "weight"), (Column::Time, "time")],
    typed_headers: false,
    either_end: false,
    related: true,
    dates: false,
    third_time: "is left out; if it is a weight, say `--columns source,target,weight`",
};

/// An interaction of a user with an item a line.
pub(crate) static INTERACTIONS: Terms = Terms {
    headers: &[(Column::Source, USER), (Column::Target, ITEM), (Column::Weight, RATING), (Column::Time, TIME)],
    words: [(Column::Source, "user"), (Column::Target, "item"), (Column::Weight, "rating"), (Column::Time, "time")],
    // As RecBole writes them: `user_id:token`.
    typed_headers: true,
    // No user is called `user`, but what the items are called nobody can list.
    either_end: true,
    related: false,
    dates: true,
    third_time: "is taken for one; if it is a rating, say `--columns user,item,rating`",
};

impl Default for &Terms {
    fn default() -> Self {
        &EDGES
    }
}

impl Terms {
    /// A column in a word.
    pub(crate) fn word(&self, column: Column) -> &'static str {
        self.words.iter().find(|(own, _)| *own == column).map_or_else(|| column.word(), |&(_, word)| word)
    }

    /// The name of a column as headers are compared.
    pub(crate) fn header_word(&self, column: &[u8]) -> String {
        let colon = column.iter().position(|&byte| byte == b':').filter(|&at| at > 0 && self.typed_headers);
        word(&column[..colon.unwrap_or(column.len())])
    }

    /// Whether a row names both ends.
    pub(crate) fn names_ends(&self, row: &[Vec<u8>]) -> bool {
        [Column::Source, Column::Target].into_iter().all(|end| self.names(row, |column| column == end))
    }

    /// Whether a row is a header by its names.
    pub(crate) fn is_header(&self, row: &[Vec<u8>]) -> bool {
        let either = |column| column == Column::Source || column == Column::Target;
        self.names_ends(row) || (self.either_end && row.len() > 1 && self.names(row, either))
    }

    /// Whether a row names any column.
    pub(crate) fn names_any(&self, row: &[Vec<u8>]) -> bool {
        self.names(row, |_| true)
    }

    /// Whether a name of a header is one of a column's.
    pub(crate) fn names_column(&self, name: &[u8], wanted: Column) -> bool {
        let word = self.header_word(name);
        self.headers.iter().any(|(column, names)| *column == wanted && names.contains(&word.as_str()))
    }

    fn names(&self, row: &[Vec<u8>], wanted: impl Fn(Column) -> bool) -> bool {
        let known = || self.headers.iter().filter(|(column, _)| wanted(*column)).flat_map(|(_, names)| *names);
        row.iter().any(|column| {
            let word = self.header_word(column);
            known().any(|name| *name == word)
        })
    }
}

/// Where columns stand among those of these names, as readers of tables find them: source, target, weight and time of edges, or
/// user, item, rating and time of interactions. What no name tells, is none; of two columns none of which is called as an
/// item, a rating or a time is, the one that is not the user is the item.
#[must_use]
pub fn usual_columns(names: &[String], kind: DataKind) -> [Option<usize>; 4] {
    let terms = if kind == DataKind::Catalogue { &INTERACTIONS } else { &EDGES };
    let words: Vec<String> = names.iter().map(|name| terms.header_word(name.as_bytes())).collect();
    let of = |wanted: Column| {
        let (_, usual) = terms.headers.iter().find(|(own, _)| *own == wanted)?;
        usual.iter().find_map(|name| words.iter().position(|word| word == name))
    };
    match [Column::Source, Column::Target, Column::Weight, Column::Time].map(of) {
        [user, None, None, None] if kind == DataKind::Catalogue && names.len() == 2 => {
            let user = user.unwrap_or(0);
            [Some(user), Some(1 - user), None, None]
        }
        found => found,
    }
}

const SOURCE: &[&str] = &[
    "source",
    "sources",
    "src",
    "from",
    "head",
    "subject",
    "node1",
    "id1",
    "sourceid",
    "sourcenode",
    "srcid",
    "fromid",
    "fromnode",
    "fromnodeid",
    "startid",
    "user1",
    "nodea",
];
const TARGET: &[&str] = &[
    "target",
    "targets",
    "tgt",
    "dst",
    "dest",
    "destination",
    "to",
    "tail",
    "object",
    "node2",
    "id2",
    "targetid",
    "targetnode",
    "dstid",
    "toid",
    "tonode",
    "tonodeid",
    "endid",
    "user2",
    "nodeb",
];
const RELATION: &[&str] =
    &["relation", "relations", "rel", "relationtype", "relationship", "predicate", "edgetype", "type", "kind"];
const WEIGHT: &[&str] = &["weight", "weights", "w", "value", "count", "strength", "score"];
const TIME: &[&str] = &[
    "time",
    "timestamp",
    "timestamps",
    "date",
    "t",
    "unixts",
    "epoch",
    "datetime",
    "unixtime",
    "unixreviewtime",
    "createdat",
];
const USER: &[&str] = &[
    "userid",
    "user",
    "uid",
    "users",
    "userno",
    "userindex",
    "customerid",
    "customer",
    "reviewerid",
    "reviewer",
    "visitorid",
    "visitor",
    "memberid",
    "member",
    "sessionid",
    "session",
    "readerid",
    "listenerid",
    "listener",
    "customerno",
    "accountid",
    "personid",
    "username",
    "clientid",
    "client",
    "buyerid",
    "buyer",
    "shopperid",
    "subscriberid",
    "profileid",
    "deviceid",
];
/// What a column of items is called.
pub(crate) const ITEM: &[&str] = &[
    "itemid",
    "item",
    "iid",
    "items",
    "itemno",
    "itemindex",
    "movieid",
    "movie",
    "filmid",
    "film",
    "artistid",
    "artist",
    "albumid",
    "trackid",
    "track",
    "songid",
    "song",
    "bookid",
    "isbn",
    "book",
    "productid",
    "product",
    "asin",
    "parentasin",
    "businessid",
    "business",
    "gameid",
    "game",
    "appid",
    "articleid",
    "article",
    "newsid",
    "videoid",
    "video",
    "showid",
    "animeid",
    "recipeid",
    "poiid",
    "venueid",
    "placeid",
    "jobid",
    "courseid",
    "sku",
    "skuid",
    "goodsid",
    "offerid",
    "contentid",
    "documentid",
    "docid",
    "hotelid",
    "restaurantid",
    "beerid",
    "jokeid",
];
const RATING: &[&str] = &[
    "rating",
    "ratings",
    "bookrating",
    "stars",
    "score",
    "overall",
    "value",
    "label",
    "weight",
    "playcount",
    "plays",
    "listens",
    "count",
];
