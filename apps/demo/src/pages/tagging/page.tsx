export { TaggingView as Page } from "./view";
