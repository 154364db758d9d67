// Prints the cases of tfjs-fixture.ts: models that TensorFlow.js 4.22 built and saved, with what they give.
//   npm install --prefix DIR @tensorflow/tfjs@4.22.0
//   node make-tfjs-fixture.mjs DIR
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const from = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const tf = from("@tensorflow/tfjs");

let seed = 1;
/** Numbers between −1 and 1, the same every time. */
const next = () => {
  seed = (seed * 48271) % 2147483647;
  return Math.round((seed / 2147483647 - 0.5) * 2e4) / 1e4;
};

async function record(name, model, x, { calls = 1 } = {}) {
  for (const layer of model.layers) {
    layer.setWeights(
      layer.getWeights().map((w) =>
        tf.tensor(
          Array.from({ length: w.size }, () => 0.7 * next()),
          w.shape,
        ),
      ),
    );
  }
  const outputs = [];
  for (let call = 0; call < calls; call++) outputs.push(model.predict(x));
  let saved;
  await model.save({
    save: async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    },
  });
  const data =
    saved.weightData instanceof ArrayBuffer ? saved.weightData : tf.io.concatenateArrayBuffers(saved.weightData);
  return {
    name,
    model: {
      format: "layers-model",
      modelTopology: saved.modelTopology,
      weightsManifest: [{ paths: ["weights.bin"], weights: saved.weightSpecs }],
    },
    weights: Buffer.from(data).toString("base64"),
    x: { shape: x.shape, data: [...x.dataSync()] },
    outputs: outputs.map((y) => ({ shape: y.shape, data: [...y.dataSync()] })),
  };
}

const { layers } = tf;
const numbers = (shape) => tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), shape);
const tokens = tf.tensor([0, 3, 1, 0, 2, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 3], [4, 5]);
await tf.setBackend("cpu");

const cases = [];
cases.push(
  await record(
    "masked tokens, both ways, then backwards",
    tf.sequential({
      layers: [
        layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true, inputLength: 5 }),
        layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }), mergeMode: "concat" }),
        layers.gru({ units: 3, goBackwards: true, resetAfter: false, recurrentActivation: "sigmoid" }),
        layers.dense({ units: 4, activation: "softmax" }),
      ],
    }),
    tokens,
  ),
);
cases.push(
  await record(
    "steps backwards, dense step by step",
    tf.sequential({
      layers: [
        layers.simpleRNN({
          units: 3,
          returnSequences: true,
          goBackwards: true,
          activation: "relu",
          inputShape: [4, 2],
        }),
        layers.timeDistributed({ layer: layers.dense({ units: 2, activation: "elu" }) }),
        layers.layerNormalization({ epsilon: 0.01 }),
        layers.dropout({ rate: 0.4 }),
        layers.flatten(),
        layers.dense({ units: 3, useBias: false, activation: "hardSigmoid" }),
      ],
    }),
    numbers([2, 4, 2]),
  ),
);
for (const mergeMode of ["sum", "mul", "ave"]) {
  const input = tf.input({ shape: [4, 2] });
  const masked = layers.masking({ maskValue: 0.5 }).apply(input);
  const cell = layers.gru({ units: 3, returnSequences: mergeMode !== "ave", resetAfter: false });
  const both = layers.bidirectional({ layer: cell, mergeMode }).apply(masked);
  const top = mergeMode === "ave" ? both : layers.globalMaxPooling1d({}).apply(both);
  const x = numbers([3, 4, 2]).dataSync();
  for (const step of [0, 3, 5, 9, 10, 11]) x.fill(0.5, step * 2, step * 2 + 2);
  cases.push(
    await record(
      `functional, masked, ${mergeMode}`,
      tf.model({ inputs: input, outputs: top }),
      tf.tensor(x, [3, 4, 2]),
    ),
  );
}
cases.push(
  await record(
    "stateful",
    tf.sequential({
      layers: [
        layers.lstm({ units: 3, stateful: true, returnSequences: true, batchInputShape: [2, 3, 2] }),
        layers.simpleRNN({ units: 2, stateful: true }),
      ],
    }),
    numbers([2, 3, 2]),
    { calls: 3 },
  ),
);
console.log(
  `// Printed by make-tfjs-fixture.mjs.\n\n/** Models that TensorFlow.js saved, what they were given and what they gave, call by call. */\nexport const TFJS_CASES: readonly string[] = [`,
);
for (const each of cases) console.log(`  ${JSON.stringify(JSON.stringify(each))},`);
console.log("];");
