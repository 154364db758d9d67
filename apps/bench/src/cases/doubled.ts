/** The sizes that double, one in each table. */
export const DOUBLED = ["T", "B", "H"] as const;
