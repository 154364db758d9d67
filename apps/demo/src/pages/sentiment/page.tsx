export { OpinionsView as Page } from "./opinions/view";
