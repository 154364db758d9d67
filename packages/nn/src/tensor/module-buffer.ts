import { Parameter } from "./parameter";

/**
 * A tensor that belongs to a model and is saved with it, and that no optimizer is to change: the running mean of a batch
 * normalisation, or frozen weights. It keeps its place like a parameter; `Module.parameters` leaves it out.
 */
export class ModuleBuffer extends Parameter {}
