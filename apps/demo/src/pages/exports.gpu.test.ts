import { Random } from "@unroll/data";
import { open } from "@unroll/kernels";
import { exportONNX, random, saveTorch, toPyTorch } from "@unroll/nn";
import { useDevice } from "@unroll/testing/vitest";
import { expect, test } from "vitest";
import type { Experiment } from "../experiment/experiment";
import { defaultsOf } from "../experiment/settings";

const modules = import.meta.glob<{ readonly experiment: Experiment }>(
  ["./memory/**/experiment.ts", "./gradients/**/experiment.ts", "./{tagging,anomalies,transformer,zoo}/experiment.ts"],
  { eager: true },
);

useDevice((limits) => open({ limits, onWarning: () => undefined }));

test.each(Object.entries(modules))("%s is written to the files that its page offers", async (_, { experiment }) => {
  const chance = { seed: 0, rng: random(0), random: new Random(0) };
  const run = await experiment.create(defaultsOf(experiment.settings, { isSoftware: true }), chance);
  const { model, exported } = run;
  if (!exported) throw new Error("These pages export all that they train.");
  const kinds = exported.to ?? ["onnx", "pytorch"];
  (await run.step()).dispose(); // the device has the weights
  if (kinds.includes("onnx")) expect((await exportONNX(model, exported)).length).toBeGreaterThan(100);
  if (kinds.includes("pytorch")) {
    expect(toPyTorch(model, exported)).toContain("load_state_dict");
    expect((await saveTorch(model)).length).toBeGreaterThan(100);
  }
  run.optimizer.dispose();
  model.dispose();
});
