//! Who may ask.

use std::path::PathBuf;

use culet_serve::{Access, ServeError, ServeOptions, Server};

use crate::running::{RUNS, Running, both};

const TOKEN: &str = "0123456789abcdef0123";

fn guarded(origins: &[&str]) -> Running {
    Running::new(&[&RUNS.kgin()], |options| {
        options.access = Access::Token(TOKEN.to_owned());
        options.allow_origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
    })
}

#[test]
fn without_the_token_there_is_health_and_the_page_alone() {
    let service = guarded(&[]);
    let mut client = service.client();
    for path in ["/health/live", "/health/ready", "/", "/docs", "/docs/docs.js"] {
        assert_eq!(client.get(path).status, 200, "{path}");
    }
    for path in ["/models", "/recommend/user-00003", "/metrics", "/openapi.json", "/nothing", "/search?q=a"] {
        let answer = client.get(path);
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        let wrong = client.ask("GET", path, &[("authorization", "Bearer 0123456789abcdef0124")], b"").unwrap();
        wrong.problem(401);
    }
    let bearer = format!("Bearer {TOKEN}");
    let right = [("authorization", bearer.as_str()), ("host", "any.example")];
    assert_eq!(client.ask("GET", "/models", &right, b"").unwrap().status, 200);
    let document = client.ask("GET", "/openapi.json", &right, b"").unwrap().well();
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[test]
fn a_page_of_a_stranger_gets_nothing() {
    let service = both();
    let mut client = service.client();
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example"] {
        client.ask("GET", "/models", &[("host", host)], b"").unwrap().problem(421);
        client.ask("GET", "/", &[("host", host)], b"").unwrap().problem(421);
    }
    // Nor by an address in full, or none at all.
    client.ask("GET", "http://evil.example/models", &[], b"").unwrap().problem(421);
    client.send(b"GET /models HTTP/1.0\r\n\r\n").unwrap();
    client.answer().unwrap().problem(400);
    let mut client = service.client();
    let answer = client.ask("GET", "/models", &[("origin", "https://evil.example")], b"").unwrap();
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
    // What browsers send without asking first is not taken.
    let plain = [("content-type", "text/plain"), ("origin", "https://evil.example")];
    client.ask("POST", "/feedback", &plain, b"{\"user\":\"a\"}").unwrap().problem(415);
}

#[test]
fn an_allowed_origin_may_ask_and_others_may_not() {
    let service = guarded(&["https://shop.example"]);
    let mut client = service.client();
    let preflight = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type"),
        ]
    };
    let allowed = client.ask("OPTIONS", "/recommend", &preflight("https://shop.example"), b"").unwrap();
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://shop.example"));
    let other = client.ask("OPTIONS", "/recommend", &preflight("https://evil.example"), b"").unwrap();
    assert_eq!(other.header("access-control-allow-origin"), None);
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("origin", "https://shop.example"), ("authorization", bearer.as_str())];
    let answer = client.ask("GET", "/models", &headers, b"").unwrap();
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("https://shop.example")));
}

#[test]
fn what_cannot_be_served_is_told_before_anything_listens() {
    let start = |change: fn(&mut ServeOptions)| {
        let mut options = ServeOptions::new(vec![RUNS.kgin()]);
        options.bind = "127.0.0.1:0".parse().unwrap();
        change(&mut options);
        Server::start(&options).err().unwrap()
    };
    assert!(matches!(start(|options| options.bind = "0.0.0.0:0".parse().unwrap()), ServeError::Open(_)));
    assert!(matches!(start(|options| options.access = Access::Token("short".into())), ServeError::Token(_)));
    assert!(matches!(start(|options| options.allow_origins = vec!["shop.example".into()]), ServeError::Name { .. }));
    assert!(matches!(start(|options| options.allow_hosts = vec!["a b".into()]), ServeError::Name { .. }));
    assert!(matches!(start(|options| options.runs.clear()), ServeError::NoRun));
    let error = start(|options| options.runs.push(PathBuf::from("no-such-run")));
    assert!(error.to_string().starts_with("cannot serve `no-such-run`: "), "{error}");
    let taken = both();
    let mut options = ServeOptions::new(vec![RUNS.kgin()]);
    options.bind = taken.address;
    assert!(matches!(Server::start(&options), Err(ServeError::Bind { .. })));
}
