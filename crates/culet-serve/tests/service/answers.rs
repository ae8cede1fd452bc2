//! What models answer arrives whole, and is what the run itself answers.

use std::thread;

use culet_answers::CatalogueAnswers;
use culet_answers::catalogue::Asked;
use serde_json::{Value, json};

use crate::running::{RUNS, both};

fn ids(document: &Value) -> Vec<String> {
    let items = document["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap()
}

#[test]
fn recommendations_are_those_of_the_run_alone_and_in_company() {
    let service = both();
    let answers = CatalogueAnswers::open(&RUNS.kgin()).unwrap();
    let users: Vec<&str> = (0..60).map(|user| answers.vocabulary().users.id(user)).collect();
    // Through the text, in which a score is as short as it can be.
    let expected = |user: &str, k: usize| -> Value {
        let found = answers.recommend(user, &Asked::new(k), &pool()).unwrap();
        serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap()
    };
    thread::scope(|scope| {
        // Many at a time, so that some are ranked together.
        for part in users.chunks(6) {
            let (service, expected) = (&service, &expected);
            scope.spawn(move || {
                let mut client = service.client();
                for (n, user) in part.iter().enumerate() {
                    let k = 1 + 7 * n;
                    let mut document = client.get(&format!("/recommend/{user}?k={k}")).well();
                    assert_eq!(document["model"]["name"], "kgin");
                    document.as_object_mut().unwrap().remove("model");
                    assert_eq!(document, expected(user, k), "{user}");
                }
            });
        }
    });
}

#[test]
fn filters_reasons_and_histories_are_heeded() {
    let service = both();
    let mut client = service.client();
    let all = ids(&client.get("/recommend/user-00003?k=80").well());
    let some = client.get(&format!("/recommend/user-00003?items={},{}&not_items={}", all[1], all[4], all[4])).well();
    assert_eq!(ids(&some), [all[1].as_str()]);
    let told = client.get("/recommend/user-00003?k=2&explain=true").well();
    let reason = &told["items"][0]["reason"];
    assert!(reason["text"].as_str().unwrap().starts_with("because of "), "{reason}");
    let mut seen = client.get("/recommend/user-00003?k=80&keep_seen=true").well();
    assert_eq!(ids(&seen).len(), 80);
    seen = client.get("/recommend/nobody?k=3").well();
    assert_eq!((&seen["known"], ids(&seen).len()), (&json!(false), 3));
    client.get("/recommend/nobody?strict=true").problem(404);
    let body = json!({"history": [all[0], "unknown"], "k": 3, "skip_unknown": true}).to_string();
    let folded = client.post("/recommend", &body).well();
    assert_eq!((&folded["history"], &folded["skipped"]), (&json!(1), &json!(["unknown"])));
    assert!(!ids(&folded).contains(&all[0]));
    client.post("/recommend", &json!({"history": ["unknown"]}).to_string()).problem(404);
}

#[test]
fn neighbours_explanations_facets_and_maps_are_told_for_both_kinds() {
    let service = both();
    let mut client = service.client();
    let first = ids(&client.get("/recommend/user-00003").well()).remove(0);
    for path in [
        format!("/similar/{first}?k=3"),
        "/similar/user-00003?kind=user&k=3".to_owned(),
        "/similar/5?model=net&k=3".to_owned(),
        "/similar/5?model=net&k=3&aspect=2".to_owned(),
    ] {
        let document = client.get(&path).well();
        assert_eq!(document["similar"].as_array().unwrap().len(), 3, "{path}");
    }
    assert_eq!(client.get("/links/5?model=net&k=4").well()["links"].as_array().unwrap().len(), 4);
    let explanation = client.get(&format!("/explain?user=user-00003&item={first}")).well();
    let parts = explanation["from_history"].as_array().unwrap();
    let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
    let (own, score) = (explanation["own"].as_f64().unwrap(), explanation["score"].as_f64().unwrap());
    assert!((sum + own - score).abs() < 1e-4 * (1.0 + score.abs()), "{sum} + {own} for {score}");
    assert_eq!(client.get("/explain?source=5&target=6&model=net").well()["source"]["id"], "5");
    let folded = client.post("/explain", &json!({"history": [parts[0]["id"]], "item": first}).to_string()).well();
    assert_eq!(folded["item"]["id"], first.as_str());
    assert!(!client.get("/facets").well()["intents"].as_array().unwrap().is_empty());
    assert_eq!(client.get("/facets/user-00003").well()["node"]["kind"], "user");
    let groups = client.get("/facets?model=net").well();
    assert_eq!(groups, client.get("/facets?model=net").well());
    assert_eq!(client.get("/facets/7?model=net").well()["facets"].as_array().unwrap().len(), 3);
    assert_eq!(client.get("/map?n=20").well()["points"].as_array().unwrap().len(), 20);
    assert_eq!(client.get("/map?n=20&model=net").well()["of"], "nodes");
}

#[test]
fn models_tell_what_they_are() {
    let service = both();
    let mut client = service.client();
    let models = client.get("/models").well();
    let names: Vec<&str> =
        models["models"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["kgin", "net"]);
    assert_eq!(models["models"][0]["default"], true);
    let manifest = std::fs::read(RUNS.kgin().join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let version = models["models"][0]["version"].as_str().unwrap();
    assert!(version.len() == 12 && manifest["manifest_sha256"].as_str().unwrap().starts_with(version));
    let full = client.get("/models/kgin").well();
    assert_eq!((&full["history"][0]["epoch"], &full["config"]["data"]), (&json!(1), &manifest["config"]["data"]));
    assert_eq!(full["metrics"]["test"], manifest["metrics"]["test"]);
    assert_eq!(client.get("/models/net").well()["kind"], "network");
}

#[test]
fn what_a_kind_of_run_does_not_tell_is_a_problem() {
    let service = both();
    let mut client = service.client();
    for path in ["/recommend/5?model=net", "/links/user-00003", "/similar/user-00003?kind=node", "/similar/5?aspect=1"]
    {
        client.get(path).problem(404);
    }
    client.get("/explain?source=1&target=2").problem(400);
    client.get("/explain?user=1&item=2&model=net").problem(400);
    client.get("/recommend/user-00003?model=none").problem(404);
}

#[test]
fn the_description_names_every_address() {
    let service = both();
    let document = service.client().get("/openapi.json").well();
    let paths = document["paths"].as_object().unwrap();
    let mut described: Vec<String> = Vec::new();
    for (path, operations) in paths {
        described.extend(operations.as_object().unwrap().keys().map(|method| format!("{method} {path}")));
    }
    described.sort();
    assert_eq!(
        described,
        [
            "get /explain",
            "get /facets",
            "get /facets/{node}",
            "get /health/live",
            "get /health/ready",
            "get /links/{node}",
            "get /map",
            "get /metrics",
            "get /models",
            "get /models/{name}",
            "get /recommend/{user}",
            "get /search",
            "get /similar/{node}",
            "post /explain",
            "post /feedback",
            "post /recommend",
        ]
    );
    // Every reference leads somewhere.
    let text = document.to_string();
    for name in text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
}
