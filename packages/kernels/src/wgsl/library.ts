import { activations } from "./activations";
import { gated } from "./gated";
import { random } from "./random";
import { special } from "./special";

/**
 * WGSL functions that kernels share, by name. A kernel only calls one: `defineKernel` finds the name and puts the
 * function, and what it calls itself, before the kernel's code.
 */
export const WGSL_LIBRARY: Readonly<Record<string, string>> = { ...activations, ...gated, ...random, ...special };
