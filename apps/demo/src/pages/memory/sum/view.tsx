import { useState } from "preact/hooks";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { formatFixed, formatNumber } from "../../../ui/format";
import { share } from "../../../ui/score";
import { Scrollable } from "../../../ui/scrollable";
import { Unrolled } from "../../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { settings } from "./settings";
import worker from "./worker?worker&url";

const score = share("sums right");

export function SumView() {
  return (
    <LabView
      path="memory/sum"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Each step brings −1, 0 or 1, and the network must say the sum of all steps so far. No single input tells it:
          the answer is in what the cell remembers. Train one with the LSTM, then with the simple cell, and ask both for
          more steps than they were trained on.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[
            { input: "1", output: "1" },
            { input: "1", output: "2" },
            { input: "0", output: "2" },
            { input: "−1", output: "1" },
            { input: "1", output: "2" },
          ]}
          label="Five steps: each number goes into the cell, whose state goes on to the next step, and each step gives the sum so far."
        />
      }
      tryIt={<TrySum />}
    />
  );
}

function TrySum() {
  const [numbers, setNumbers] = useState<readonly number[]>([1, 1, -1, 1]);
  const sums = useAnswer<typeof experiment>(numbers.length > 0 ? numbers : null) ?? [];
  let sum = 0;
  return (
    <>
      <div class="buttons">
        {[1, 0, -1].map((number) => (
          <button type="button" key={number} onClick={() => setNumbers([...numbers, number])}>
            {number > 0 && "+"}
            {formatNumber(number)}
          </button>
        ))}
        <button type="button" onClick={() => setNumbers([])}>
          Clear
        </button>
      </div>
      <Scrollable label="What the network says">
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Number</th>
              <th scope="col">Sum</th>
              <th scope="col">The network says</th>
            </tr>
          </thead>
          <tbody data-answer="sums">
            {numbers.map((number, step) => {
              sum += number;
              const said = sums[step];
              const isRight = said !== undefined && Math.round(said) === sum;
              return (
                <tr key={step}>
                  <td>{step + 1}</td>
                  <td>{formatNumber(number)}</td>
                  <td>{formatNumber(sum)}</td>
                  <td class={isRight ? "good" : "bad"}>
                    {said === undefined ? "–" : `${formatFixed(said, 2)} ${isRight ? "✓" : "✗"}`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scrollable>
    </>
  );
}
