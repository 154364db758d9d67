export { NoBrowserError, PageError, StalledPageError } from "./errors";
export { findBrowser } from "./find-browser";
export { type AdapterChoice, closeChrome, killChrome, type LaunchOptions, launchChrome } from "./launch-chrome";
export { type Json, type RunPageOptions, runPage } from "./run-page";
export { type DirectoryServer, type ServeOptions, serveDirectory } from "./serve-directory";
export { type SiteCommand, serveSite } from "./serve-site";
