import { render } from "preact";
import { App } from "./app/app";
import "./app/style.css";

const root = document.querySelector("#app");
if (!root) throw new Error("index.html should hold an element #app.");
render(<App />, root);

// Only the build has a service worker; a page that is served while it is written should be fresh.
if (import.meta.env.MODE === "production" && "serviceWorker" in navigator)
  void navigator.serviceWorker.register("./service-worker.js");
