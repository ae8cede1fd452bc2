//! Times as numbers and as dates.

use std::fs;

use crate::{
    CatalogueOptions, CataloguePlan, CatalogueSplit, DataError, Moment, SplitBy, UnsplitCatalogue, read_unsplit,
    split_catalogue,
};

fn unsplit(name: &str, text: &str) -> Result<UnsplitCatalogue, DataError> {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(name);
    fs::write(&path, text).unwrap();
    read_unsplit(&path, &CatalogueOptions::default(), true)
}

#[test]
fn dates_are_times() {
    let expected = Some(vec![1_506_816_000.0, 1_506_853_800.25]);
    let (day, moment) = ("2017-10-01", "2017-10-01T12:30:00.25+02:00");
    for (name, text) in [
        ("log.csv", format!("user,item,date\na,1,{day}\nb,1,{moment}\n")),
        ("log.csv", format!("a,1,{day}\nb,1,{moment}\n")),
        ("log.csv", format!("a,1,5,{day}\nb,1,4,{moment}\n")),
        ("x.inter", format!("user_id:token\titem_id:token\ttimestamp:token\na\t1\t{day}\nb\t1\t{moment}\n")),
    ] {
        assert_eq!(unsplit(name, &text).unwrap().times, expected, "{text}");
    }
    let guess = "`log.csv` has a third column that looks like a time (`2017-10-01`) and is taken for one; if it is a \
                 rating, say `--columns user,item,rating`";
    assert_eq!(unsplit("log.csv", "a,1,2017-10-01\n").unwrap().notes[0], guess);
}

#[test]
fn times_that_are_not_understood_are_told() {
    let told = |text: &str| {
        let error = unsplit("log.csv", text).unwrap_err();
        let message = error.to_string();
        (message.rsplit_once("log.csv").unwrap().1.to_owned(), error.hint().unwrap())
    };
    let hint = "write dates as `2017-10-01`, `2017-10-01 12:30:00` or `2017-10-01T12:30:00+02:00`, or numbers such as \
                seconds since 1970";
    let error = ":2: expected a time (a number or a date), found `01.10.2017`";
    assert_eq!(told("user,item,time\na,1,01.10.2017\n"), (error.into(), hint.into()));
    let (error, _) = told("user,item,time\na,1,17\nb,1,2017-10-01\n");
    assert_eq!(error, ":3: expected a time as a number, as before, found `a date`");
}

fn split(text: &str, cut: &str) -> Result<CatalogueSplit, DataError> {
    let plan = CataloguePlan { cut: Moment::parse(cut), ..CataloguePlan::new(SplitBy::Time) };
    split_catalogue(unsplit("log.csv", text)?, &plan)
}

#[test]
fn a_date_cuts_times_of_any_unit() {
    for (unit, zeros, cut) in [
        ("seconds", "", "1506816000"),
        ("milliseconds", "000", "1506816000000"),
        ("microseconds", "000000", "1506816000000000"),
        ("nanoseconds", "000000000", "1506816000000000000"),
    ] {
        let text = format!("user,item,time\na,1,1506815999{zeros}\nb,1,1506816000{zeros}\nb,2,1506816001{zeros}\n");
        let split = split(&text, "2017-10-01").unwrap();
        assert_eq!((split.dataset.train.n_pairs(), split.dataset.test.n_pairs()), (1, 2), "{unit}");
        assert_eq!(split.dataset.notes, [format!("times are taken for {unit} since 1970: 2017-10-01 is {cut}")]);
    }
    let dates = "user,item,time\na,1,2017-09-30\nb,1,2017-10-01\nb,2,2017-10-02\n";
    assert_eq!(split(dates, "2017-10-01").unwrap().dataset.test.n_pairs(), 2);
    let by_number = split(dates, "1506816000").unwrap();
    assert_eq!((by_number.dataset.test.n_pairs(), by_number.dataset.notes.len()), (2, 0));
    let error = split("user,item,time\na,1,1\nb,1,2\n", "2017-10-01").unwrap_err();
    assert_eq!(error.to_string(), "`cut` is 1506816000, expected a time above 1, the first, and at most 2, the last");
}
