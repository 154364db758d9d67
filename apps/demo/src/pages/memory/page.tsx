import { Parts } from "../../lab/parts";
import { HelloView } from "./hello/view";
import { SumView } from "./sum/view";

export function Page() {
  return (
    <Parts
      page="memory"
      parts={[
        { id: "sum", title: "The sum so far", View: SumView },
        { id: "hello", title: "HELLO", View: HelloView },
      ]}
    />
  );
}
