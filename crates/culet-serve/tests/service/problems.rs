//! Whatever is asked, the answer is defined, and is a problem document where it is a problem.

use crate::running::both;

#[test]
fn what_makes_no_sense_is_a_problem() {
    let service = both();
    let mut client = service.client();
    for (path, status) in [
        ("/recommend/user-00003?k=0", 400),
        ("/recommend/user-00003?k=1001", 400),
        ("/recommend/user-00003?k=-1", 400),
        ("/recommend/user-00003?k=ten", 400),
        ("/recommend/user-00003?k=1&k=2", 400),
        ("/recommend/user-00003?explain=perhaps", 400),
        ("/recommend/user-00003?colour=red", 400),
        ("/recommend/user-00003?items=", 404),
        ("/recommend/user-00003?items=none-such", 404),
        ("/recommend/user-00003?with=nonsense", 400),
        ("/recommend/%ff%fe", 400),
        ("/recommend/user-00003?model=%ff", 400),
        ("/recommend/", 404),
        ("/recommend/a/b", 404),
        ("/similar/%00", 404),
        ("/similar/user-00003?kind=cat", 400),
        ("/similar/5?model=net&aspect=0", 400),
        ("/similar/5?model=net&aspect=9", 404),
        ("/links/nobody?model=net", 404),
        ("/explain", 400),
        ("/explain?user=nobody&item=none", 404),
        ("/facets/nobody", 404),
        ("/search", 400),
        ("/search?q=", 400),
        ("/search?q=a&limit=101", 400),
        ("/search?q=a&kind=cat", 400),
        ("/map?n=9", 400),
        ("/map?n=5001", 400),
        ("/models/none", 404),
        ("/models?verbose=1", 400),
        ("/page/none.js", 404),
        ("/page/..%2f..%2fCargo.toml", 404),
        ("/nothing", 404),
    ] {
        client.get(path).problem(status);
    }
    let long = "x".repeat(201);
    client.get(&format!("/search?q={long}")).problem(400);
}

#[test]
fn bodies_that_make_no_sense_are_problems() {
    let service = both();
    let mut client = service.client();
    for (path, body, status) in [
        ("/recommend", "", 400),
        ("/recommend", "{", 400),
        ("/recommend", "[]", 422),
        ("/recommend", "null", 422),
        ("/recommend", r#"[["a"], 5]"#, 422),
        ("/recommend", "{}", 422),
        ("/recommend", r#"{"history": []}"#, 422),
        ("/recommend", r#"{"history": "a"}"#, 422),
        ("/recommend", r#"{"history": ["a"], "k": 0}"#, 422),
        ("/recommend", r#"{"history": ["a"], "k": 1e99}"#, 422),
        ("/recommend", r#"{"history": ["a"], "k": 1.5}"#, 422),
        ("/recommend", r#"{"history": ["a"], "k": 2.0}"#, 404),
        ("/recommend", r#"{"history": ["a"], "colour": 1}"#, 422),
        ("/explain", r#"{"history": ["a"]}"#, 422),
        ("/feedback", r#"{"user": "a", "item": "b", "kind": "take"}"#, 404),
    ] {
        client.post(path, body).problem(status);
    }
    let json = [("content-type", "application/json; charset=utf-8")];
    client.ask("POST", "/recommend", &json, b"{\"history\": [\"\xff\"]}").unwrap().problem(400);
    client.ask("POST", "/recommend", &[], b"{}").unwrap().problem(415);
    client.ask("POST", "/recommend", &[("content-type", "application/jsonp")], b"{}").unwrap().problem(415);
    // Deep nesting is an error and no overflow of the stack.
    client.post("/recommend", &format!("{{\"history\": {}", "[".repeat(100_000))).problem(422);
}

#[test]
fn other_methods_are_told_which_there_are() {
    let service = both();
    let mut client = service.client();
    for (method, path, allowed) in [
        ("DELETE", "/models", "GET,HEAD"),
        ("GET", "/recommend", "POST"),
        ("PUT", "/feedback", "POST"),
        ("POST", "/search?q=a", "GET,HEAD"),
        ("OPTIONS", "/map", "GET,HEAD"),
        ("BREW", "/", "GET,HEAD"),
    ] {
        let answer = client.ask(method, path, &[], b"").unwrap();
        answer.problem(405);
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    let head = client.ask("HEAD", "/models", &[], b"").unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(client.get("/models").status, 200);
}

#[test]
fn what_is_no_http_ends_the_connection_and_nothing_else() {
    let service = both();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET /\xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /models HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"POST /recommend HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let mut client = service.client();
        client.send(bytes).unwrap();
        if let Ok(answer) = client.answer() {
            assert!((400..500).contains(&answer.status), "{answer:?}");
        }
        assert!(client.is_ended());
    }
    let mut client = service.client();
    let long = format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(200_000));
    // The service may hang up before all of it is sent.
    let _ = client.send(long.as_bytes());
    if let Ok(answer) = client.answer() {
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    assert_eq!(service.client().get("/health/live").status, 200);
}

#[test]
fn every_answer_has_its_headers_and_a_name() {
    let service = both();
    let mut client = service.client();
    for path in ["/models", "/nothing", "/", "/health/live", "/metrics"] {
        let answer = client.get(path);
        assert_eq!(answer.header("content-security-policy"), Some("default-src 'self'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert!(answer.header("x-request-id").is_some());
    }
    let named = client.ask("GET", "/models", &[("x-request-id", "from-the-proxy.7")], b"").unwrap();
    assert_eq!(named.header("x-request-id"), Some("from-the-proxy.7"));
    let odd = client.ask("GET", "/models", &[("x-request-id", "<b>")], b"").unwrap();
    assert_ne!(odd.header("x-request-id"), Some("<b>"));
    let metrics = String::from_utf8(client.get("/metrics").body).unwrap();
    for line in [
        "culet_requests_total{method=\"GET\",route=\"/models\",status=\"200\"} 3",
        "culet_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "culet_model_info{model=\"kgin\",name=\"kgin\"",
        "culet_request_seconds_bucket{route=\"/models\",le=\"0.005\"}",
        "culet_requests_in_flight 1",
        "process_resident_memory_bytes ",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}
