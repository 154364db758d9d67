/**
 * Counts changes of parameters, so that an operation recorded before a change and run after it is noticed. Every node
 * notes the time it was recorded, every parameter the time it last changed.
 */
export const clock = { now: 0 };
