//! Recommendations, explanations, someone new, feedback.

use crate::site::{Site, visit};

#[test]
fn a_user_is_found_gets_recommendations_and_an_explanation() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        site.open("").await;
        site.headed("films").await;
        site.picture("start").await;
        site.search("#finder", "user-00001").await;
        site.headed("For user-00001").await;
        assert_eq!(site.count(".card").await, 10);
        assert!(site.count(".shares .legend li").await >= 2, "the intents of the user are told");
        let reason = site.text(".card .reason").await;
        assert!(reason.starts_with("because of "), "{reason}");
        site.picture("recommend").await;

        site.click(".settings select option[value='5']").await;
        site.until("return document.querySelectorAll('.card').length === 5").await;
        assert!(site.hash().await.ends_with("&k=5"), "the view can be linked: {}", site.hash().await);

        let name = site.text(".card h3").await;
        site.click(".card h3 a").await;
        site.settled().await;
        site.headed(&format!("Why {name} for user-00001")).await;
        assert_adds_up(&site).await;
        assert!(site.count(".graph svg .node").await >= 3, "user, something of the history, item");
        site.click("section details summary").await;
        assert!(site.count(".lines li").await >= 1);
        site.picture("explain").await;

        site.client.back().await.unwrap();
        site.settled().await;
        site.headed("For user-00001").await;
        assert_eq!(site.count(".card").await, 5, "the address kept the length");
    });
}

/// The parts of the score as they stand there add up to the score beside them.
async fn assert_adds_up(site: &Site) {
    let sums = "
        const number = (text) => Number(text.replace('−', '-').replaceAll(',', ''));
        const parts = [...document.querySelectorAll('.beams .figure')].map((one) => number(one.textContent));
        return [parts.length, parts.reduce((a, b) => a + b, 0), number(document.querySelector('.sum .figure').textContent)]";
    let told = site.script(sums).await;
    let [n, sum, score] = [0, 1, 2].map(|index| told[index].as_f64().expect("a number"));
    // Each part is written with three digits behind the point at least.
    assert!(n >= 2.0 && (sum - score).abs() <= 0.0005 * (n + 1.0), "{told}");
}

#[test]
fn an_unknown_user_gets_what_is_popular_and_is_told_so() {
    visit(None, &[], async |site: Site| {
        site.open("").await;
        site.click("#finder input").await;
        site.type_in("<b>nobody</b>").await;
        site.click("#finder [role=option]:last-child").await;
        site.settled().await;
        site.headed("For <b>nobody</b>").await;
        assert_eq!(site.count(".note").await, 1);
        assert!(site.count(".card").await > 0);
        site.picture("unknown").await;
    });
}

#[test]
fn someone_new_is_recommended_to_by_a_history_put_together() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        site.open("").await;
        site.click("#views a[href*=someone]").await;
        site.settled().await;
        site.headed("Someone new").await;
        assert_eq!(site.count(".card").await, 0);
        site.search(".composer", "film-00003").await;
        site.search(".composer", "film-00007").await;
        assert_eq!(site.count(".history li").await, 2);
        assert_eq!(site.count(".card").await, 10);
        assert!(site.hash().await.contains("h=film-00003&h=film-00007"), "{}", site.hash().await);
        site.picture("someone").await;

        site.click(".card .why").await;
        site.settled().await;
        assert!(site.text("h1").await.ends_with(" for someone new"));
        assert_adds_up(&site).await;

        site.client.back().await.unwrap();
        site.settled().await;
        site.until("return document.querySelectorAll('.history li').length === 2").await;
        site.click(".history li:first-child button").await;
        site.until("return document.querySelectorAll('.history li').length === 1").await;
        site.settled().await;
        assert_eq!(site.count(".card .acts button").await, 10, "without an id nothing is kept of what somebody says");
    });
}

#[test]
fn feedback_is_stored_and_the_page_says_so() {
    visit(None, &[], async |site: Site| {
        site.open("#/recommend?user=user-00002").await;
        site.click(".card:nth-child(1) .acts button:nth-of-type(1)").await;
        site.until("return document.querySelector('.card .said').textContent.startsWith('stored as event ')").await;
        site.click(".card:nth-child(2) .acts button:nth-of-type(2)").await;
        site.until("return document.querySelectorAll('.acts [aria-pressed=true]').length === 2").await;
        let said = site.text(".card:nth-child(2) .said").await;
        assert!(said.starts_with("stored as event "), "{said}");
        site.picture("feedback").await;
    });
}

#[test]
fn facets_and_the_run_are_shown() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        site.open("").await;
        site.click("#views a[href*=facets]").await;
        site.settled().await;
        assert_eq!(site.count(".heat thead tr:first-child th").await, 5, "a relation, four intents");
        assert_eq!(site.count(".heat tbody tr").await, 10, "ten relations");
        assert!(site.text(".heat .cell").await.ends_with('%'));
        site.picture("facets").await;

        site.click("#views a[href*=run]").await;
        site.settled().await;
        assert_eq!(site.text(".figures caption").await, "test part");
        assert_eq!(site.count(".chart polyline").await, 2, "loss, and a metric");
        assert!(site.text(".run-of").await.contains("films-data"), "the settings are told");
        site.picture("run").await;
    });
}

#[test]
fn the_map_tells_whom_it_points_at_and_opens_them() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        site.open("#/map").await;
        assert!(site.count(".legend button").await >= 2);
        site.click(".legend button").await;
        assert_eq!(site.count(".legend [aria-pressed=false]").await, 1);
        site.click(".legend button").await;
        site.picture("map").await;
        // Where a point lies is told by the keys; a click in its place opens it.
        site.script("document.querySelector('canvas[tabindex]').focus()").await;
        site.type_in("\u{e014}").await;
        let named = site.text(".tip").await;
        site.type_in("\u{e007}").await;
        site.settled().await;
        let id = named.split(',').next().unwrap();
        site.headed(&format!("For {id}")).await;
    });
}

#[test]
fn a_wrong_address_is_told_where_it_occurs() {
    visit(None, &["404"], async |site: Site| {
        site.open("#/similar?id=nothing&kind=item").await;
        assert!(site.text(".problem").await.contains("nothing"));
        site.open("#/nowhere").await;
        site.headed("there is no such view").await;
        site.open("#/run?model=other").await;
        site.headed("no model is called “other”").await;
    });
}

#[test]
fn a_token_is_asked_for_once() {
    visit(Some("a-secret-of-the-test"), &["401"], async |site: Site| {
        site.open("#/facets").await;
        assert!(site.text(".problem").await.contains("asks for a token"));
        site.picture("token").await;
        site.click("#token").await;
        site.type_in("wrong\u{e007}").await;
        site.until("return Boolean(document.querySelector('.problem')?.textContent.includes('not accepted'))").await;
        site.click("#token").await;
        site.type_in("a-secret-of-the-test\u{e007}").await;
        site.until("return document.querySelector('h1')?.textContent === 'Facets'").await;
        site.open("#/run").await;
        site.headed("The run").await;
        site.client.refresh().await.unwrap();
        site.settled().await;
        site.headed("The run").await;
    });
}
