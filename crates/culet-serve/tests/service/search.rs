//! Search over HTTP.

use serde_json::Value;

use crate::client::Client;
use crate::running::{both, wait_until};

fn results(client: &mut Client, path: &str) -> Vec<Value> {
    // Until the names are in order, the service says so.
    wait_until("names can be searched", || {
        client.get("/search?q=a").status == 200 && client.get("/search?q=a&model=net").status == 200
    });
    client.get(path).well()["results"].as_array().unwrap().clone()
}

#[test]
fn users_items_and_nodes_are_found() {
    let service = both();
    let mut client = service.client();
    let found = results(&mut client, "/search?q=user-00007");
    assert_eq!((found[0]["id"].as_str(), found[0]["kind"].as_str()), (Some("user-00007"), Some("user")));
    assert_eq!(found[0]["match"], "exact");
    let items = results(&mut client, "/search?q=the&kind=item&limit=5");
    assert!(!items.is_empty() && items.iter().all(|item| item["kind"] == "item"), "{items:?}");
    let several = results(&mut client, "/search?q=user&kind=item&kind=user&limit=100");
    assert!(several.len() >= 60 && several[..60].iter().all(|one| one["kind"] == "user"));
    let nodes = results(&mut client, "/search?q=11&model=net&limit=3");
    assert_eq!((nodes.len(), nodes[0]["id"].as_str()), (3, Some("11")));
    assert!(results(&mut client, "/search?q=qqqqqqqq").is_empty());
}

#[test]
fn an_unknown_id_is_answered_with_what_was_perhaps_meant() {
    let service = both();
    let mut client = service.client();
    results(&mut client, "/search?q=a");
    let answer = client.get("/similar/user-0007?kind=user");
    answer.problem(404);
    assert!(answer.json()["hint"].as_str().unwrap().contains("`user-000"), "{:?}", answer.json());
}
