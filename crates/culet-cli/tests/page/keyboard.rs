//! The page without a mouse.

use crate::site::{Site, visit};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const DOWN: &str = "\u{e015}";
const RIGHT: &str = "\u{e014}";

/// Goes on from stop to stop until a selector fits what has the focus; at each, the focus is seen.
async fn tab_to(site: &Site, selector: &str) {
    for _ in 0..80 {
        site.type_in(TAB).await;
        let seen = site.script(
            "const at = document.activeElement; const style = getComputedStyle(at);
             return at.closest('svg') !== null || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2",
        );
        assert_eq!(seen.await, true, "no focus is seen on {}", focused(site).await);
        if site.script(&format!("return document.activeElement.matches({selector:?})")).await == true {
            return;
        }
    }
    panic!("no way leads to {selector}");
}

async fn focused(site: &Site) -> String {
    let told = site.script("return document.activeElement.outerHTML.slice(0, 200)").await;
    told.as_str().expect("a string").to_owned()
}

async fn assert_heading_has_the_focus(site: &Site) {
    site.until("return document.activeElement.matches('h1')").await;
}

#[test]
fn everything_is_reached_by_keys() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        site.open("").await;
        site.type_in(TAB).await;
        assert_eq!(site.script("return document.activeElement.id").await, "skip");
        site.type_in(ENTER).await;
        assert_heading_has_the_focus(&site).await;

        site.open("#/run").await;
        site.open("").await;
        tab_to(&site, "#finder input").await;
        site.type_in("user-0000").await;
        site.find("#finder [role=option]").await;
        site.type_in(ESCAPE).await;
        assert_eq!(site.script("return document.activeElement.getAttribute('aria-expanded')").await, "false");
        site.type_in("4").await;
        site.find("#finder [role=listbox]:not([hidden]) [role=option]").await;
        site.type_in(DOWN).await;
        let marked = "const input = document.activeElement;
            return document.getElementById(input.getAttribute('aria-activedescendant')).getAttribute('aria-selected')";
        assert_eq!(site.script(marked).await, "true");
        site.picture("search").await;
        site.type_in(ENTER).await;
        site.until("return location.hash.includes('user-00004')").await;
        site.settled().await;
        assert_heading_has_the_focus(&site).await;

        tab_to(&site, ".card .acts button").await;
        site.type_in(ENTER).await;
        site.until("return document.querySelector('.card .said').textContent.startsWith('stored as event ')").await;
        tab_to(&site, ".card h3 a").await;
        site.type_in(ENTER).await;
        site.until("return location.hash.startsWith('#/explain')").await;
        site.settled().await;
        assert_heading_has_the_focus(&site).await;
        tab_to(&site, ".graph a").await;
        tab_to(&site, "details summary").await;
        site.type_in(ENTER).await;
        assert!(site.count("details[open] .lines li").await >= 1);
    });
}

#[test]
fn the_map_is_walked_through_by_keys() {
    visit(None, &[], async |site: Site| {
        site.open("#/map").await;
        tab_to(&site, "canvas").await;
        site.type_in(RIGHT).await;
        let first = site.text(".tip").await;
        site.type_in(RIGHT).await;
        assert_ne!(site.text(".tip").await, first);
        assert_eq!(site.script("return document.getElementById('said').textContent").await, site.text(".tip").await);
        site.type_in(ENTER).await;
        site.until("return location.hash.startsWith('#/recommend')").await;
        site.settled().await;
        assert_heading_has_the_focus(&site).await;
    });
}
