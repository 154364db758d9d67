import { useEffect, useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { Equations } from "../../../ui/equations";
import { formatNumber } from "../../../ui/format";
import { NumberField } from "../../../ui/number-field";
import { Scrollable } from "../../../ui/scrollable";
import { SourceCode } from "../../../ui/source-code";
import { type Gates, type Step, stepCell } from "./cell";
import code from "./cell.ts?code";
import { CellDrawing } from "./drawing";
import equations from "./equations.tex";

/** How large an input may be: the memory's box is of as much. */
const MOST = 9;
const WRITE: Gates = { input: 1, forget: 1, output: 0 };

const GATES = [
  ["input", "Input gate i", "writes"],
  ["forget", "Forget gate f", "keeps"],
  ["output", "Output gate o", "shows"],
] as const;

/** A cell in the visitor's hands: nothing here is learned. */
export function GatesView() {
  const [x, setX] = useState(3);
  const [gates, setGates] = useState<Gates>(WRITE);
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const last = steps.at(-1);
  const isInput = Math.abs(x) <= MOST; // not so while it is no number
  useEffect(() => {
    void lab.close(); // nothing here is trained
  }, []);
  return (
    <div class="lab">
      <p>
        Be the gates. Write a 3 and a 4, keep them for some steps whatever comes in, and show their sum: input gate open
        to write, forget gate open to keep, output gate open to show. An LSTM learns to do this by itself.
      </p>
      <CellDrawing x={isInput ? x : null} memory={last?.c ?? 0} shown={last?.h ?? 0} gates={gates} />
      <Equations url={equations} />
      <form
        class="controls"
        aria-label="The next step"
        onSubmit={(event) => {
          event.preventDefault();
          if (isInput) setSteps([...steps, stepCell(last?.c ?? 0, x, gates)]);
        }}
      >
        <NumberField
          id="gates-x"
          label="Input x"
          value={x}
          from={-MOST}
          to={MOST}
          note={{ text: `From ${formatNumber(-MOST)} to ${MOST}.`, isProblem: !isInput }}
          onChange={setX}
        />
        {GATES.map(([name, label, does]) => (
          <div class="control" key={name}>
            <label for={`gates-${name}`}>{label}</label>
            <input
              id={`gates-${name}`}
              type="range"
              min={0}
              max={1}
              step={0.1}
              value={gates[name]}
              onInput={(event) => setGates({ ...gates, [name]: event.currentTarget.valueAsNumber })}
            />
            <small class="muted">
              {does} {formatNumber(100 * gates[name])} %
            </small>
          </div>
        ))}
        <button type="submit" class="primary" disabled={!isInput}>
          Step
        </button>
        <button type="button" onClick={() => setSteps([])}>
          Begin anew
        </button>
      </form>
      <Scrollable label="Steps so far">
        <table>
          <thead>
            <tr>
              {["Step", "x", "i", "f", "o", "Memory c", "Output h"].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody data-answer="steps">
            {steps.map((step, at) => (
              <tr key={at}>
                <td>{at + 1}</td>
                {[step.x, step.input, step.forget, step.output, step.c, step.h].map((value, column) => (
                  <td key={column}>{formatNumber(value)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      <h2>The code of this page</h2>
      <SourceCode url={code} label="Source" />
    </div>
  );
}
