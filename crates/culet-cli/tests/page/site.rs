//! A served page, a browser that looks at it, and the hand that moves in it.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::browser::{Driver, console_errors, tool};
use crate::server::{Server, train};

const PATIENCE: Duration = Duration::from_secs(20);

/// One browser at a time: two of them on a small machine wait for each other.
static TURN: Mutex<()> = Mutex::new(());

/// The page in a browser.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) client: Client,
    address: String,
    /// Where the runs `films` and `net` lie.
    pub(crate) folder: PathBuf,
}

/// Serves two runs, opens a browser, lets `visit` look, and asserts that the console told no error but those with one
/// of the `expected` words.
pub(crate) fn visit<F: Future<Output = ()>>(token: Option<&str>, expected: &[&str], visit: impl FnOnce(Site) -> F) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(driver) = Driver::start() else { return skip() };
    let folder = tempfile::tempdir().expect("a folder for the test");
    train(folder.path());
    let server = Server::start(folder.path(), token);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let client = runtime.block_on(driver.open(&folder.path().join("profile")));
    let site = Site { client: client.clone(), address: server.address.clone(), folder: folder.path().to_owned() };
    // The browser is closed whatever happens.
    let seen = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            visit(site).await;
            let errors = console_errors(&client).await;
            let errors: Vec<_> =
                errors.iter().filter(|error| !expected.iter().any(|word| error.contains(word))).collect();
            assert!(errors.is_empty(), "errors in the console: {errors:#?}");
        });
    }));
    runtime.block_on(client.close()).expect("the browser closes");
    if let Err(panic) = seen {
        resume_unwind(panic);
    }
}

fn skip() {
    assert!(std::env::var_os("CI").is_none(), "there is no `chromedriver` on this machine, and `CI` is set");
    eprintln!("skipped: the page is not tried in a browser, for there is no `chromedriver` on this machine");
    eprintln!("hint: on Debian install `chromium` and `chromium-driver`");
}

impl Site {
    /// Opens a view by its address.
    pub(crate) async fn open(&self, hash: &str) {
        self.client.goto(&format!("{}/{hash}", self.address)).await.expect("the page opens");
        self.settled().await;
    }

    /// Opens a file of the folder, and no server.
    pub(crate) async fn open_file(&self, name: &str) {
        let address = format!("file://{}", self.folder.join(name).display());
        self.client.goto(&address).await.expect("the file opens");
        self.find("h1").await;
    }

    /// Waits until nothing is on its way.
    pub(crate) async fn settled(&self) {
        self.until("return Boolean(document.querySelector('h1, .problem')) && !document.querySelector('[aria-busy]')")
            .await;
    }

    /// Waits until a script returns true.
    pub(crate) async fn until(&self, script: &str) {
        let started = std::time::Instant::now();
        while self.script(script).await != json!(true) {
            assert!(started.elapsed() < PATIENCE, "in vain: {script}\n{}", self.text("body").await);
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// What a script returns.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The first element that a selector fits, as soon as there is one.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE);
        wait.for_element(Locator::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.expect("the text of an element")
    }

    /// Waits for a view with this heading.
    pub(crate) async fn headed(&self, heading: &str) {
        let told = r"document.querySelector('h1')?.innerText.replace(/\s+/g, ' ').trim()";
        self.until(&format!("return {told} === {heading:?}")).await;
    }

    pub(crate) async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.expect("a list").len()
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types into what has the focus.
    pub(crate) async fn type_in(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.unwrap_or_else(|error| panic!("{keys:?}: {error}"));
    }

    /// Clicks into a search field, types, waits for what is found, and clicks on the first.
    pub(crate) async fn search(&self, field: &str, query: &str) {
        self.click(&format!("{field} input")).await;
        self.type_in(query).await;
        self.click(&format!("{field} [role=listbox]:not([hidden]) [role=option]:first-child")).await;
        self.settled().await;
    }

    /// The view's place in the address.
    pub(crate) async fn hash(&self) -> String {
        self.script("return decodeURIComponent(location.hash)").await.as_str().expect("a string").to_owned()
    }

    /// Sets the size of the window, and light or dark.
    pub(crate) async fn look(&self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        tool(&self.client, "Emulation.setDeviceMetricsOverride", size).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        tool(&self.client, "Emulation.setEmulatedMedia", media).await;
    }

    /// Keeps a picture of the whole page.
    pub(crate) async fn picture(&self, name: &str) {
        let size = self.script("return [innerWidth, Math.min(3000, document.documentElement.scrollHeight)]").await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let wanted = json!({ "captureBeyondViewport": true, "clip": clip });
        let told = tool(&self.client, "Page.captureScreenshot", wanted).await;
        let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "..", "page-screenshots"].iter().collect();
        std::fs::create_dir_all(&folder).expect("a folder for the pictures");
        let bytes = base64(told["data"].as_str().expect("a picture"));
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("a picture is written");
    }

    /// Asserts that nothing reaches beyond the window's right edge.
    pub(crate) async fn assert_fits(&self, name: &str) {
        let widths = self.script("return [document.scrollingElement.scrollWidth, innerWidth]").await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{name} is too wide: {widths}");
    }

    /// Asserts that all text stands out from what is behind it, 4.5 to 1.
    pub(crate) async fn assert_readable(&self, name: &str) {
        let pale = self.script(include_str!("contrast.js")).await;
        assert_eq!(pale, json!([]), "{name}: pale text");
    }
}

/// Decodes base64 without line breaks, as a browser writes it.
fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let bytes = text.trim_end_matches('=').as_bytes();
    let groups = bytes
        .chunks(4)
        .map(|group| group.iter().fold((0_u32, 0), |(sum, n), &byte| (sum << 6 | u32::from(digit(byte)), n + 1)));
    groups.flat_map(|(sum, n)| (sum << (6 * (4 - n))).to_be_bytes()[1..n].to_vec()).collect()
}
