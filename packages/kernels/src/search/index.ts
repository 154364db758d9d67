export { beamSelect, EVENT_WORDS, MOST_BEAMS } from "./beam-select";
export { ANY_TOKEN, constrain, NOT_THE_END } from "./constrain";
