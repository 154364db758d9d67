export { LanguagesView as Page } from "./languages/view";
