import { afterEach, expect, test, vi } from "vitest";
import { evaluate, LSTM, type LSTMState, random, tensor } from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();
afterEach(() => vi.restoreAllMocks());

const chunk = () => tensor(new Float32Array(2 * 3 * 4).fill(0.5), { shape: [2, 3, 4] });

test("a loop that keeps no state is told of it, once; one that keeps it is not", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const lstm = new LSTM(4, 8, { layers: 2, rng: random(1) });
  let kept: LSTMState | undefined;
  for (let step = 0; step < 36; step++) {
    const { output, state } = lstm.forward(chunk(), kept && { state: kept });
    await evaluate([output, state.h, state.c]);
    kept = state;
  }
  expect(warn).not.toHaveBeenCalled();
  let dropped: LSTMState | undefined;
  for (let step = 0; step < 36; step++) {
    const { output, state } = lstm.forward(chunk(), dropped && { state: dropped });
    await output.data();
    dropped = state;
  }
  expect(warn.mock.calls).toEqual([[expect.stringContaining("await evaluate([output, state.h, state.c])")]]);
});
