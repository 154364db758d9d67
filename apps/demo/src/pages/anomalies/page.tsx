export { AnomaliesView as Page } from "./view";
