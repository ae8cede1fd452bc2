//! What is refused at once: wrong bytes, wrong ways, wrong answers.

use culet_testkit::web::{Act, TestServer, reply};

use super::*;

#[test]
fn wrong_bytes_are_refused_with_both_checksums() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("200 OK", &[], b"something else"));
    let problem = Order::of(folder.path(), &content()).problem(server.address());
    let (expected, found) = (sha256(&content()), sha256(b"something else"));
    assert_eq!(
        problem,
        FetchProblem::WrongContent { kind: "SHA-256", expected: expected.clone(), found: found.clone() }
    );
    let message = format!("has not the content it should have: SHA-256 {found}, expected {expected}");
    assert_eq!(problem.to_string(), message);
    assert_eq!(server.asked().len(), 1, "the same would come again");
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_git_object_id_tells_wrong_bytes_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|asked, _| match asked.path.as_str() {
        "/right" => reply("200 OK", &[], b"abc"),
        _ => reply("200 OK", &[], b"abd"),
    });
    // `printf abc | git hash-object --stdin`
    let checksum = Checksum::GitBlob("f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f".into());
    let order = Order { checksum, ..Order::unknown(folder.path()) };
    assert!(matches!(order.problem(server.address()), FetchProblem::WrongContent { kind: "git object id", .. }));
    order.from(&format!("{}/right", server.address())).0.unwrap();
}

#[test]
fn a_wrong_size_is_refused_before_the_body() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("200 OK", &[], &content()));
    let order = Order { bytes: Some(7), ..Order::unknown(folder.path()) };
    assert_eq!(order.problem(server.address()), FetchProblem::WrongSize { expected: 7, found: 200_000 });
    let order = Order { limit: 1_000, ..Order::unknown(folder.path()) };
    assert_eq!(order.problem(server.address()), FetchProblem::TooLarge { limit: 1_000 });
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_body_without_an_end_is_left_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        std::iter::once(Act::Send(head)).chain((0..100).map(|_| Act::Send(vec![b'x'; 100_000]))).collect()
    });
    let problem = Order::unknown(folder.path()).problem(server.address());
    assert_eq!(problem, FetchProblem::TooLarge { limit: 1 << 20 });
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_body_shorter_than_known_is_cut_off_even_if_nothing_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| vec![Act::Send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc".to_vec())]);
    let order = Order { bytes: Some(7), ..Order::unknown(folder.path()) };
    let FetchProblem::GaveUp { last, .. } = order.problem(server.address()) else { panic!("it is given up") };
    assert_eq!(*last, FetchProblem::CutOff { found: 3, expected: Some(7) });
}

#[test]
fn redirects_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let other = TestServer::start(|_, _| reply("200 OK", &[], &content()));
    let address = format!("{}/there", other.address());
    let server = TestServer::start(move |asked, _| match asked.path.as_str() {
        "/a" => reply("301 Moved Permanently", &[("Location", "/b?x=1")], b"moved"),
        _ => reply("302 Found", &[("Location", &address)], b""),
    });
    Order::of(folder.path(), &content()).from(&format!("{}/a", server.address())).0.unwrap();
    assert_eq!(server.asked()[1].path, "/b?x=1");
    assert_eq!(other.asked()[0].path, "/there");
    assert_eq!(other.asked()[0].headers["accept-encoding"], "identity");
}

#[test]
fn a_circle_of_redirects_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("302 Found", &[("Location", "/again")], b""));
    let problem = Order::of(folder.path(), &content()).problem(server.address());
    assert_eq!(problem, FetchProblem::TooManyRedirects { limit: 8 });
    assert_eq!(server.asked().len(), 9);
}

#[test]
fn redirects_to_nowhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let order = Order::of(folder.path(), &content());
    let problem_of = |location: Option<&'static str>| {
        let server = TestServer::start(move |_, _| match location {
            Some(location) => reply("302 Found", &[("Location", location)], b""),
            None => reply("302 Found", &[], b""),
        });
        order.problem(server.address())
    };
    // An address without a host is one of the same server, which only sends it on again.
    for location in ["file:///etc/passwd", "http://"] {
        assert_eq!(problem_of(Some(location)), FetchProblem::TooManyRedirects { limit: 8 }, "{location}");
    }
    for location in [None, Some("ftp://a.org/b")] {
        let problem = problem_of(location);
        assert!(matches!(problem, FetchProblem::BadRedirect { .. }), "{location:?}: {problem:?}");
    }
    // Port 9 of this machine: nobody listens there.
    let problem = problem_of(Some("http://127.0.0.1:9/a"));
    assert!(matches!(problem, FetchProblem::NoConnection { .. }), "{problem:?}");
}

#[test]
fn a_secure_address_is_not_left_for_another() {
    let folder = tempfile::tempdir().unwrap();
    // A server without certificates: the agreement fails, and nothing is asked for in the clear.
    let server = TestServer::start(|_, _| reply("200 OK", &[], &content()));
    let address = server.address().replace("http://", "https://");
    let problem = Order::of(folder.path(), &content()).problem(&address);
    assert!(!problem.is_wrong_input(), "{problem:?}");
    assert!(server.asked().iter().all(|asked| asked.path != "/"), "{:?}", server.asked());
}

#[test]
fn a_file_that_is_not_there_or_not_for_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("404 Not Found", FetchProblem::NotFound { status: 404 }),
        ("410 Gone", FetchProblem::NotFound { status: 410 }),
        ("401 Unauthorized", FetchProblem::Forbidden { status: 401 }),
        ("403 Forbidden", FetchProblem::Forbidden { status: 403 }),
        ("204 No Content", FetchProblem::Unexpected { found: "status 204".into() }),
        ("418 I'm a teapot", FetchProblem::Unexpected { found: "status 418".into() }),
        ("206 Partial Content", FetchProblem::Unexpected { found: "status 206".into() }),
    ];
    for (status, expected) in cases {
        let server = TestServer::start(move |_, _| reply(status, &[], b""));
        assert_eq!(Order::of(folder.path(), &content()).problem(server.address()), expected);
        assert_eq!(server.asked().len(), 1, "{status}");
    }
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn packed_content_and_no_http_at_all_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("200 OK", &[("Content-Encoding", "gzip")], b"\x1f\x8b"));
    let problem = Order::of(folder.path(), &content()).problem(server.address());
    assert_eq!(problem.to_string(), "gave an answer that does not fit: its content is packed as `gzip`");
    let server = TestServer::start(|_, _| vec![Act::Send(b"220 mail.example ESMTP\r\n".to_vec())]);
    let problem = Order::of(folder.path(), &content()).problem(server.address());
    assert!(matches!(problem, FetchProblem::Unexpected { .. }), "{problem:?}");
}

#[test]
fn nobody_at_home() {
    let folder = tempfile::tempdir().unwrap();
    let order = Order::of(folder.path(), &content());
    let problem = order.problem("http://127.0.0.1:9/a.bin");
    assert_eq!(problem, FetchProblem::NoConnection { cause: "connection refused".into() });
    // RFC 6761 keeps this name from ever being one.
    let problem = order.problem("http://no-such-host.invalid/a.bin");
    assert!(matches!(problem, FetchProblem::NoHost | FetchProblem::GaveUp { .. }), "{problem:?}");
}
