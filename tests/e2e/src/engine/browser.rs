//! A running browser with its driver and profile. Knows nothing of sites and scenarios.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::cdp::Cdp;
use thirtyfour::session::handle::SessionHandle;
use thirtyfour::{Capabilities, WebDriver, WindowHandle};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::{Engine, chromium, firefox, webkit};
use crate::fail::{Fail, Outcome};
use crate::port::Port;
use crate::process::{self, Guard};

/// What a browser of one's own should be like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Firefox: end idle and outstaying workers after 0.3 s, so that one can be stopped.
    pub short_idle: bool,
    /// Prefer the dark colour scheme from the start.
    pub dark: bool,
    /// Firefox: do not round the clock of pages and workers.
    pub exact_clock: bool,
    /// Chromium: keep nothing in the browser's own HTTP cache.
    pub uncached: bool,
    /// Firefox: a disk on which a site may store 10 MB.
    pub small_disk: bool,
}

/// How long WebKit lets a worker live on after its last page has gone, and a little more.
const WEBKIT_LEAVE: Duration = Duration::from_secs(18);

/// How long Firefox takes to end a worker under [`Options::short_idle`], and a little more.
const FIREFOX_IDLE: Duration = Duration::from_secs(4);

/// A browser and everything that runs for it; dropped, all of it is killed.
pub struct Browser {
    /// Which engine it is.
    pub engine: Engine,
    /// What it was started with.
    options: Options,
    /// What changes when it is killed and started again; pages hold on to the browser meanwhile.
    running: RefCell<Running>,
    /// The virtual screen, for WebKit.
    screen: Option<(Guard, String)>,
    /// The profile's folder, kept over a restart.
    profile: TempDir,
}

/// The processes of a browser between start and end.
struct Running {
    /// The WebDriver session.
    session: Arc<SessionHandle>,
    /// The browser's own process id where the driver tells it.
    pid: Option<u32>,
    /// The driver; none once it has been killed.
    driver: Option<Guard>,
    /// The driver's port.
    _port: Port,
}

impl Browser {
    /// Starts a browser with a new profile.
    pub async fn start(engine: Engine, options: Options) -> Outcome<Self> {
        let profile = tempfile::Builder::new().prefix("longshore-e2e-").tempdir()?;
        let screen = match engine {
            Engine::WebKit => Some(webkit::start_screen().await?),
            Engine::Chromium | Engine::Firefox => None,
        };
        let display = screen.as_ref().map_or("", |(_, name)| name.as_str());
        let running = RefCell::new(connect(engine, options, &profile, display).await?);
        Ok(Self { engine, options, running, screen, profile })
    }

    /// The session, focused on one tab.
    pub async fn focus(&self, window: &WindowHandle) -> Outcome<Arc<SessionHandle>> {
        let session = self.session();
        session.switch_to_window(window.clone()).await?;
        Ok(session)
    }

    /// The session, with whatever tab is focused.
    pub fn session(&self) -> Arc<SessionHandle> {
        self.running.borrow().session.clone()
    }

    /// Its name and version.
    pub fn name(&self) -> String {
        let session = self.session();
        let version = session.capabilities().get("browserVersion").and_then(Value::as_str);
        format!("{} {}", self.engine.name(), version.unwrap_or("of unknown version"))
    }

    /// The process that all of the browser's processes descend from: its own, or its driver's where that does not tell.
    pub fn root(&self) -> Option<u32> {
        let running = self.running.borrow();
        running.pid.or_else(|| running.driver.as_ref().map(Guard::id))
    }

    /// An empty tab: the one that nobody has used yet, or a new one.
    ///
    /// WebKit opens new tabs behind the first and does not paint those.
    pub async fn new_tab(&self) -> Outcome<WindowHandle> {
        let session = self.session();
        let Some(first) = session.windows().await?.into_iter().next() else {
            return Err(Fail::Browser("no window is left".into()));
        };
        // A closed focused tab has no successor by itself.
        session.switch_to_window(first.clone()).await?;
        let blank = session.current_url().await.is_ok_and(|url| url.scheme() != "http");
        if blank { Ok(first) } else { Ok(session.new_tab().await?) }
    }

    /// Closes every tab but one, which is left empty; workers lose their pages.
    pub async fn tidy(&self) -> Outcome {
        let session = self.session();
        let mut windows = session.windows().await?;
        let Some(kept) = windows.pop() else {
            return Err(Fail::Browser("no window is left".into()));
        };
        for window in windows {
            session.switch_to_window(window).await?;
            session.close_window().await?;
        }
        session.switch_to_window(kept).await?;
        session.goto("about:blank").await?;
        if self.engine == Engine::Chromium {
            self.stop_all_workers().await?;
        }
        Ok(())
    }

    /// Sends a DevTools command to the focused tab; Chromium only.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Outcome<Value> {
        Ok(Cdp::new(self.session()).send_raw(command, parameters).await?)
    }

    /// Ends every service worker at once; Chromium only.
    async fn stop_all_workers(&self) -> Outcome {
        self.devtools("ServiceWorker.enable", json!({})).await?;
        self.devtools("ServiceWorker.stopAllWorkers", json!({})).await?;
        Ok(())
    }

    /// Ends the worker in this engine's way, also with work pending, and shows `url` in `window` afterwards.
    ///
    /// Firefox needs [`Options::short_idle`] for it, and WebKit has the page leave meanwhile.
    pub async fn stop_worker(&self, window: &WindowHandle) -> Outcome {
        let session = self.focus(window).await?;
        match self.engine {
            Engine::Chromium => self.stop_all_workers().await?,
            Engine::Firefox if !self.options.short_idle => {
                return Err(Fail::assert("this scenario must ask for a browser with short_idle"));
            }
            Engine::Firefox => sleep(FIREFOX_IDLE).await,
            Engine::WebKit => {
                let url = session.current_url().await?;
                session.goto("about:blank").await?;
                sleep(WEBKIT_LEAVE).await;
                session.goto(url.as_str()).await?;
            }
        }
        Ok(())
    }

    /// SIGKILLs the browser at once; its profile stays. Not possible in WebKit, which keeps nothing.
    pub async fn kill(&self) -> Outcome {
        let (pid, driver) = {
            let mut running = self.running.borrow_mut();
            (running.pid.take(), running.driver.take())
        };
        let Some(pid) = pid else {
            return Err(Fail::Skip("the driver tells no process id".into()));
        };
        process::kill_tree(pid);
        if let Some(mut driver) = driver {
            driver.kill().await;
        }
        Ok(())
    }

    /// Starts again on the same profile after [`Browser::kill`].
    pub async fn restart(&self) -> Outcome {
        let display = self.screen.as_ref().map_or("", |(_, name)| name.as_str());
        let running = connect(self.engine, self.options, &self.profile, display).await?;
        self.running.replace(running);
        Ok(())
    }

    /// Closes and reopens as far as this engine lets a test do so: killed and restarted on its
    /// profile, or (WebKit) with no page for 18 s. The caller opens its pages afresh.
    pub async fn reopen(&self) -> Outcome {
        match self.engine {
            Engine::Chromium | Engine::Firefox => {
                self.kill().await?;
                self.restart().await
            }
            Engine::WebKit => {
                self.tidy().await?;
                sleep(WEBKIT_LEAVE).await;
                Ok(())
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(pid) = self.running.get_mut().pid {
            process::kill_tree(pid);
        }
    }
}

/// Starts a driver on a free port and opens a session; the driver's death ends the session.
async fn connect(engine: Engine, options: Options, profile: &TempDir, display: &str) -> Outcome<Running> {
    let missing = || Fail::Browser(format!("{} is not installed", engine.name()));
    let (browser, driver) = match engine {
        Engine::Chromium => (chromium::browser(), chromium::driver()),
        Engine::Firefox => (firefox::browser(), firefox::driver()),
        Engine::WebKit => (webkit::browser(), webkit::driver()),
    };
    let (browser, driver) = (browser.ok_or_else(missing)?, driver.ok_or_else(missing)?);
    let lease = Port::lease()?;
    let port = lease.number();
    let (mut command, capabilities) = match engine {
        Engine::Chromium => {
            (chromium::command(&driver, port), chromium::capabilities(&browser, profile.path(), &options))
        }
        Engine::Firefox => (firefox::command(&driver, port), firefox::capabilities(&browser, profile.path(), &options)),
        Engine::WebKit => (webkit::command(&driver, port, display, &options), webkit::capabilities(&browser)),
    };
    let (guard, mut lines) = Guard::spawn(&mut command)?;
    // What the driver prints must be taken away, or it blocks on a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let deadline = Instant::now() + Duration::from_secs(15);
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if Instant::now() > deadline {
            let errors = guard.errors();
            return Err(Fail::Browser(format!("{} did not open its port; its errors: {errors}", driver.display())));
        }
        sleep(Duration::from_millis(20)).await;
    }
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(90)).build()?;
    let Value::Object(capabilities) = capabilities else {
        return Err(missing());
    };
    let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), Capabilities::from(capabilities))
        .client(client)
        .await
        .map_err(|error| Fail::Browser(format!("no session: {error}")))?;
    let session = driver.handle().clone();
    // The guard ends the browser; thirtyfour would block on a driver that is gone already.
    drop(driver.leak());
    Ok(Running { pid: browser_pid(&session), session, driver: Some(guard), _port: lease })
}

/// The browser's process id from what the driver told at the start.
fn browser_pid(session: &SessionHandle) -> Option<u32> {
    let capabilities = session.capabilities();
    let pid = capabilities.get("goog:processID").or_else(|| capabilities.get("moz:processID"))?;
    pid.as_u64().and_then(|pid| u32::try_from(pid).ok())
}
