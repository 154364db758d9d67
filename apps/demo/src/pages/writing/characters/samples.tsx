import { useEffect, useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { formatNumber } from "../../../ui/format";

interface Sample {
  readonly step: number;
  readonly text: string;
}

/** What the model wrote on the way: a sample is kept whenever the steps have doubled, and the last one stands below. */
export function Samples({ text }: { readonly text: string }) {
  const [kept, keep] = useState<readonly Sample[]>([]);
  useEffect(() => {
    const step = lab.history.value.at(-1)?.step ?? 0;
    keep((before) => {
      const earlier = before.filter((sample) => sample.step <= step); // none after a reset
      const last = earlier.at(-2)?.step ?? 0;
      const isDoubled = earlier.length < 2 || (earlier.at(-1)?.step ?? 0) >= 2 * Math.max(1, last);
      return [...(isDoubled ? earlier : earlier.slice(0, -1)), { step, text }];
    });
  }, [text]);
  return (
    <dl class="samples">
      {kept.map(({ step, text: written }) => (
        <div key={step}>
          <dt>after {formatNumber(step)} steps</dt>
          <dd>{written}</dd>
        </div>
      ))}
    </dl>
  );
}
