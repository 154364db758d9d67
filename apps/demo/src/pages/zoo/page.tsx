export { ZooView as Page } from "./view";
