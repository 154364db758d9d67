/** What the error of a call says, its class before it; "nothing" where there is none. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

/** The same of each of some calls, by their names: to be held against a snapshot. */
export function messagesOf(calls: Readonly<Record<string, () => unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, messageOf(call)]));
}
