import { type Part, Parts } from "../../lab/parts";
import { DatesView } from "./dates/view";
import { KindsView } from "./kinds/view";
import { PairsView } from "./pairs/view";

const parts: readonly [Part, ...Part[]] = [
  { id: "dates", title: "Dates", View: DatesView },
  { id: "kinds", title: "Kinds of attention", View: KindsView },
  { id: "pairs", title: "Your own pairs", View: PairsView },
];

export function Page() {
  return <Parts page="translation" parts={parts} />;
}
