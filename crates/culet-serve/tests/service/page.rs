//! The page and the description, out of the program itself.

use crate::running::both;

#[test]
fn files_are_told_by_type_and_sent_once() {
    let service = both();
    let mut client = service.client();
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/page/index.html", "text/html; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/docs.js", "text/javascript; charset=utf-8"),
        ("/docs/docs.css", "text/css; charset=utf-8"),
    ] {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let tag = answer.header("etag").unwrap().to_owned();
        let again = client.ask("GET", path, &[("if-none-match", &tag)], b"").unwrap();
        assert_eq!((again.status, again.body.len()), (304, 0));
        let other = client.ask("GET", path, &[("if-none-match", "\"other\"")], b"").unwrap();
        assert_eq!(other.body, answer.body);
    }
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let service = both();
    let mut client = service.client();
    for path in ["/", "/docs", "/docs/docs.js", "/docs/docs.css"] {
        let text = String::from_utf8(client.get(path).body).unwrap();
        for outside in ["src=\"http", "href=\"http", "url(http", "import(\"http", "@import"] {
            assert!(!text.contains(outside), "{outside} in {path}");
        }
    }
}
