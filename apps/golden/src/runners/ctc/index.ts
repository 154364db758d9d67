export { runCtcBeamSearch, runCtcGreedy } from "./decode";
export { runCtcLoss } from "./loss";
