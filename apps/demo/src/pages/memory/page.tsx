import { type Part, Parts } from "../../lab/parts";
import { GatesView } from "./gates/view";
import { HelloView } from "./hello/view";
import { SumView } from "./sum/view";

const parts: readonly [Part, ...Part[]] = [
  { id: "sum", title: "The sum so far", View: SumView },
  { id: "gates", title: "Be the gates", View: GatesView },
  { id: "hello", title: "HELLO", View: HelloView },
];

export function Page() {
  return <Parts page="memory" parts={parts} />;
}
