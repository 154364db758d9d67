export { MorseView as Page } from "./morse/view";
