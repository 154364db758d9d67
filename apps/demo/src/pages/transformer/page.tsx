export { TransformerView as Page } from "./view";
