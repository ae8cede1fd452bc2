//! The page of `culet report`: on a phone and on a desk, in light and in the dark, by keys alone.

use serde_json::json;

use crate::server::run;
use crate::site::{Site, visit};

const REPORTS: &[(&str, &[&str])] =
    &[("report-films", &["films"]), ("report-net", &["net"]), ("report-both", &["films", "control"])];

#[test]
fn reports_fit_every_screen_and_are_readable_on_it() {
    visit(None, &[], async |site: Site| {
        let control = ["train", "kgin", "films-data", "--out", "control", "--kg", "none", "--epochs", "4"];
        run(&site.folder, &control);
        for (name, runs) in REPORTS {
            let file = format!("{name}.html");
            run(&site.folder, &[&["report"], *runs, &["--out", &file]].concat());
            for (screen, width, scheme) in [("desk", 1180, "light"), ("phone", 360, "light"), ("dark", 1180, "dark")] {
                site.look(width, 800, scheme).await;
                site.open_file(&file).await;
                // What is folded is looked at too.
                site.script("document.querySelectorAll('details').forEach((one) => { one.open = true; })").await;
                let name = format!("{name}-{screen}");
                site.picture(&name).await;
                site.assert_fits(&name).await;
                site.assert_readable(&name).await;
            }
        }
    });
}

#[test]
fn a_report_is_walked_through_by_keys_and_every_drawing_is_named() {
    visit(None, &[], async |site: Site| {
        run(&site.folder, &["report", "films", "--out", "keys.html"]);
        site.look(1180, 800, "light").await;
        site.open_file("keys.html").await;
        let nameless = site
            .script(
                "return [...document.querySelectorAll('figure > svg')].filter((svg) => svg.getAttribute('role') !== 'img' \
                 || !svg.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id)?.textContent)).length",
            )
            .await;
        assert_eq!(nameless, json!(0));
        // From the top: to the content, then section by section, then what unfolds.
        site.find("body").await;
        let mut met = Vec::new();
        for _ in 0..40 {
            site.client.active_element().await.expect("a focus").send_keys("\u{e004}").await.expect("a key");
            let at = site.script("return document.activeElement.textContent.trim().slice(0, 24)").await;
            met.push(at.as_str().unwrap_or_default().to_owned());
        }
        for expected in ["To the content", "Result", "Settings", "The numbers"] {
            assert!(met.iter().any(|at| at == expected), "{expected} in {met:?}");
        }
        site.script(
            "[...document.querySelectorAll('summary')].find((one) => one.textContent === 'The numbers').focus()",
        )
        .await;
        site.client.active_element().await.expect("a focus").send_keys(" ").await.expect("a key");
        site.until("return document.activeElement.parentElement.open").await;
    });
}
