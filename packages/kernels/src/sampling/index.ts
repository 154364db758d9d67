export { categorical } from "./categorical";
