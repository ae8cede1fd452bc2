//! Query parameters, each taken once and checked; what is left over is an error.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use axum::http::Uri;
use percent_encoding::percent_decode_str;

use super::problem::Problem;

/// The parameters of a request that were not yet taken.
pub(crate) struct Params<'a> {
    left: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Params<'a> {
    /// # Errors
    /// If names or values are not UTF-8.
    pub(crate) fn new(uri: &'a Uri) -> Result<Self, Problem> {
        let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self { left: decoded.collect::<Result<_, Problem>>()? })
    }

    /// All values of a parameter that may stand several times.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        let (found, left) = std::mem::take(&mut self.left).into_iter().partition(|(own, _)| own == name);
        self.left = left;
        let found: Vec<(Cow<'_, str>, Cow<'_, str>)> = found;
        found.into_iter().map(|(_, value)| value.into_owned()).collect()
    }

    /// The values of a parameter, each a list with commas between; nothing if it does not stand there.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<String>> {
        let given = self.all(name);
        let ids = given.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|id| !id.is_empty());
        (!given.is_empty()).then(|| ids.map(str::to_owned).collect())
    }

    /// The value of a parameter that stands at most once.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(at) = self.left.iter().position(|(own, _)| own == name) else { return Ok(None) };
        let (_, value) = self.left.remove(at);
        if self.left.iter().any(|(own, _)| own == name) {
            return Err(Problem::bad_request(format!("`{name}` stands there more than once")));
        }
        Ok(Some(value.into_owned()))
    }

    /// The same of one that has to be there.
    pub(crate) fn needed(&mut self, name: &str) -> Result<String, Problem> {
        self.one(name)?.ok_or_else(|| Problem::bad_request(format!("the parameter `{name}` is missing")))
    }

    pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<usize>) -> Result<Option<usize>, Problem> {
        let Some(value) = self.one(name)? else { return Ok(None) };
        let is_plain = value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse().ok().filter(|number| is_plain && range.contains(number));
        let (least, most) = (range.start(), range.end());
        let wrong = || Problem::bad_request(format!("`{name}` has to be a number from {least} to {most}"));
        number.map(Some).ok_or_else(wrong)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.one(name)?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::bad_request(format!("`{name}` has to be `true` or `false`"))),
        }
    }

    /// # Errors
    /// If there are others.
    pub(crate) fn end(self) -> Result<(), Problem> {
        match self.left.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::bad_request(format!("there is no parameter `{name}` here"))
                .hint("`/docs` lists the parameters of each address")),
        }
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>, Problem> {
    let not_utf8 = |_| Problem::bad_request("a query parameter is not UTF-8");
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map_err(not_utf8)?;
        return Ok(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().map_err(not_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(query: &str) -> Uri {
        format!("/a?{query}").parse().unwrap()
    }

    #[test]
    fn parameters_are_decoded_and_taken_once() {
        let uri = uri("q=a%20b+c&k=7&with=r%3De&with=s=f&items=a,,b&items=c&explain=true");
        let mut params = Params::new(&uri).unwrap();
        assert_eq!(params.one("q").unwrap().unwrap(), "a b c");
        assert_eq!(params.number("k", 1..=10).unwrap(), Some(7));
        assert_eq!(params.all("with"), ["r=e", "s=f"]);
        assert_eq!(params.list("items").unwrap(), ["a", "b", "c"]);
        assert_eq!(params.list("not_items"), None);
        assert!(params.flag("explain").unwrap() && !params.flag("strict").unwrap());
        params.end().unwrap();
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for query in ["k=0", "k=11", "k=-1", "k=+1", "k=", "k=1.0", "k=99999999999999999999999", "k=1&k=2", "k=%31%00"]
        {
            let uri = uri(query);
            assert!(Params::new(&uri).unwrap().number("k", 1..=10).is_err(), "{query}");
        }
        assert!(Params::new(&uri("a=%ff")).is_err());
        assert!(Params::new(&uri("a=1")).unwrap().end().is_err());
        assert!(Params::new(&uri("explain=yes")).unwrap().flag("explain").is_err());
    }
}
