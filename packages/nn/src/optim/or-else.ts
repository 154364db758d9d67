/** Takes back what was noted of work that did not happen: had it failed at once, it would not have been noted. */
export async function orElse(done: Promise<void>, undo: () => void): Promise<void> {
  try {
    await done;
  } catch (error) {
    undo();
    throw error;
  }
}
