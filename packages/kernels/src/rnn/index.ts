export { type ElmanOptions, elmanBackward, elmanForward } from "./elman";
export { GATES, gateCount } from "./gates";
export { type GRUOptions, gruBackward, gruForward } from "./gru";
export { gruResetBeforeBackward, gruResetBeforeForward } from "./gru-reset-before";
export { type LSTMOptions, lstmBackward, lstmForward } from "./lstm";
export { listSteps, orderRows, packedColumns, packRecurrent, packStack, paddedColumns, padRecurrent } from "./pack";
export { addFinalGradient, finalState, previousState, stateGradient } from "./state";
export { elmanWavefront, gruWavefront, lstmWavefront } from "./wavefront";
