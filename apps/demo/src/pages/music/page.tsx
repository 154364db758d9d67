export { TunesView as Page } from "./tunes/view";
