//! Every view on a phone and on a desk, in light and in the dark: nothing too wide, nothing pale.

use crate::site::{Site, visit};

const VIEWS: &[(&str, &str)] = &[
    ("start", "#/?model=films"),
    ("recommend", "#/recommend?user=user-00001&k=5"),
    ("unknown", "#/recommend?user=nobody&k=5"),
    ("someone", "#/someone?h=film-00003&h=film-00007&k=5&as=new-1"),
    ("similar", "#/similar?id=film-00003&kind=item"),
    ("facets", "#/facets"),
    ("map", "#/map"),
    ("run", "#/run"),
    ("net-start", "#/?model=net"),
    ("net-node", "#/node?model=net&id=node-00007"),
    ("net-groups", "#/facets?model=net"),
    ("net-map", "#/map?model=net"),
    ("net-run", "#/run?model=net"),
];

async fn look_at_all(site: &Site, screen: &str) {
    for (name, hash) in VIEWS {
        site.open(hash).await;
        check(site, &format!("{name}-{screen}")).await;
    }
    site.open("#/recommend?user=user-00001").await;
    site.click(".card .why").await;
    site.settled().await;
    check(site, &format!("explain-{screen}")).await;
    site.open("#/node?model=net&id=node-00007").await;
    site.click(".ranking .why").await;
    site.settled().await;
    check(site, &format!("pair-{screen}")).await;
    site.click("#finder input").await;
    site.type_in("node-0").await;
    site.find("#finder [role=option]").await;
    check(site, &format!("search-{screen}")).await;
}

async fn check(site: &Site, name: &str) {
    site.picture(name).await;
    site.assert_fits(name).await;
    site.assert_readable(name).await;
}

#[test]
fn every_view_fits_a_phone() {
    visit(None, &[], async |site: Site| {
        site.look(360, 740, "light").await;
        look_at_all(&site, "phone").await;
    });
}

#[test]
fn every_view_is_readable_in_the_dark() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "dark").await;
        look_at_all(&site, "dark").await;
        site.look(360, 740, "dark").await;
        look_at_all(&site, "phone-dark").await;
    });
}

#[test]
fn every_view_is_readable_by_day() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        look_at_all(&site, "light").await;
    });
}
