//! What a scenario is given: browsers, a server, its engine's name. Holds what must be cleaned up after it.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use serde_json::Value;

use crate::engine::{Browser, Engine, Options};
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;

/// What every scenario of a run shares.
pub struct Setup {
    /// The demo server's program.
    pub server: PathBuf,
    /// The runtime's files.
    pub dist: PathBuf,
    /// Where pictures go.
    pub screenshots: Option<PathBuf>,
}

/// The surroundings of one scenario.
pub struct Cx {
    /// The engine under test.
    pub engine: Engine,
    /// The run's programs and folders.
    pub setup: Rc<Setup>,
    /// The browser that scenarios share, started by the first that needs it.
    pub shared: Rc<RefCell<Option<Rc<Browser>>>>,
}

impl Cx {
    /// The shared browser.
    pub async fn browser(&self) -> Outcome<Rc<Browser>> {
        let running = self.shared.borrow().clone();
        match running {
            Some(browser) => Ok(browser),
            None => {
                let browser = Rc::new(Browser::start(self.engine, Options::default()).await?);
                *self.shared.borrow_mut() = Some(browser.clone());
                Ok(browser)
            }
        }
    }

    /// A browser for this scenario alone.
    pub async fn own_browser(&self, options: Options) -> Outcome<Rc<Browser>> {
        Ok(Rc::new(Browser::start(self.engine, options).await?))
    }

    /// A browser whose worker can be stopped: in Firefox that takes one of its own.
    pub async fn stoppable_browser(&self) -> Outcome<Rc<Browser>> {
        let options = Options { short_idle: true, ..Options::default() };
        match self.engine {
            Engine::Firefox => self.own_browser(options).await,
            Engine::Chromium | Engine::WebKit => self.browser().await,
        }
    }

    /// A server for a site.
    pub async fn serve(&self, site: Site) -> Outcome<Server> {
        Server::start(&self.setup.server, &self.setup.dist, site).await
    }

    /// A server for the plain site with a worker of this config.
    pub async fn serve_plain(&self, config: Value) -> Outcome<Server> {
        let site = Site::new("plain")?;
        site.worker(&config)?;
        self.serve(site).await
    }

    /// Opens a page in the shared browser and waits until its worker controls it.
    pub async fn open(&self, server: &Server) -> Outcome<Page> {
        self.open_in(&self.browser().await?, server).await
    }

    /// Opens a page in any browser and waits until its worker controls it.
    pub async fn open_in(&self, browser: &Rc<Browser>, server: &Server) -> Outcome<Page> {
        let page = Page::open(browser, &server.url("/")).await?;
        ready(&page).await?;
        Ok(page)
    }

    /// Skips the scenario unless it runs in one of these engines.
    pub fn only(&self, engines: &[Engine], why: &str) -> Outcome {
        if engines.contains(&self.engine) { Ok(()) } else { Err(Fail::Skip(why.into())) }
    }

    /// Keeps a picture, if pictures are wanted.
    pub async fn picture(&self, page: &Page, name: &str) -> Outcome {
        match &self.setup.screenshots {
            Some(folder) => page.screenshot(&folder.join(format!("{}-{name}.png", self.engine.name()))).await,
            None => Ok(()),
        }
    }
}

/// Waits until a fixture page is controlled by its worker; shows what `register` said when it is not.
pub async fn ready(page: &Page) -> Outcome {
    page.until(
        "controlling worker",
        "window.ready === true || (() => { throw window.registerError ?? new Error('not yet') })()",
    )
    .await
    .map(|_| ())
}
