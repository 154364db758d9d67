export { CharactersView as Page } from "./characters/view";
