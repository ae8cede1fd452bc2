//! A network: nodes, links, groups.

use crate::site::{Site, visit};

#[test]
fn a_node_shows_its_aspects_who_is_alike_and_its_likely_links() {
    visit(None, &[], async |site: Site| {
        site.look(1180, 800, "light").await;
        site.open("").await;
        site.click("#models option[value=net]").await;
        site.until("return document.querySelector('h1').textContent === 'net'").await;
        site.settled().await;
        site.search("#finder", "node-00007").await;
        site.headed("node-00007").await;
        assert!(site.count(".aspects .card").await >= 1);
        assert_eq!(site.count(".ranking").await, 2);
        site.picture("node").await;
        site.click(".settings option:nth-child(2)").await;
        site.until("return location.hash.includes('aspect=')").await;
        site.settled().await;

        site.click(".ranking .why").await;
        site.settled().await;
        assert!(site.text("h1").await.contains(" and "));
        site.picture("pair").await;

        site.click("#views a[href*=facets]").await;
        site.settled().await;
        assert!(site.count(".groups .card").await >= 2);
        site.picture("groups").await;
    });
}
