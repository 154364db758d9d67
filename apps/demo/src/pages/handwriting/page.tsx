export { DigitsView as Page } from "./digits/view";
