import type { Theme } from "vitepress";
import theme from "vitepress/theme";
import "./style.css";

const site: Theme = {
  extends: theme,
  enhanceApp({ router }) {
    if (typeof document === "undefined") return; // while the site is built
    // the layout of the front page names no region as the main one; the page is drawn after this
    router.onAfterPageLoad = () => void setTimeout(nameMainRegion);
  },
};

export default site;

function nameMainRegion(): void {
  const content = document.getElementById("VPContent");
  if (content?.classList.contains("is-home")) content.setAttribute("role", "main");
  else content?.removeAttribute("role");
}
