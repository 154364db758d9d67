import { failed, judge } from "../compare";
import { Fields } from "../fields";
import type { CaseReport } from "../protocol";
import { runnerOf } from "../runners";

/** Runs one case of a golden file; undefined if `filter` leaves it out. Whatever it throws is a report too. */
export async function runCase(
  family: string,
  index: number,
  record: unknown,
  filter = "",
): Promise<CaseReport | undefined> {
  let name = `case ${index}`;
  try {
    const fields = new Fields(family, record);
    name = fields.text("name");
    if (!`${family}/${name}`.includes(filter)) return undefined;
    return judge({ family, name }, await runnerOf(fields)(fields));
  } catch (cause) {
    return failed({ family, name }, cause);
  }
}
