import { type Part, Parts } from "../../lab/parts";
import { GapView } from "./gap/view";
import { SurfaceView } from "./surface/view";

const parts: readonly [Part, ...Part[]] = [
  { id: "gap", title: "Across a gap", View: GapView },
  { id: "surface", title: "The error surface", View: SurfaceView },
];

export function Page() {
  return <Parts page="gradients" parts={parts} />;
}
