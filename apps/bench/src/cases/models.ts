import { stepTarget } from "../measure/graph-targets";
import type { Case } from "../measure/target";
import { AttentionModel } from "../models/attention-model";
import { CharacterModel } from "../models/character-model";
import { NamesModel } from "../models/names-model";
import { onDevice } from "../models/on-device";
import { noise, wholes } from "./noise";
import { shapeText } from "./shape";
import { linearWork, recurrentWork, stepWork, sumOfWork } from "./work";

/** Training steps of whole models: the peer harness's sizes. */
export function modelCases(): Case[] {
  return [
    characterCase("char-step-1", { V: 64, H: 128, L: 1, B: 16, T: 64 }),
    characterCase("char-step-2", { V: 64, H: 256, L: 2, B: 32, T: 64 }),
    namesCase("names-step-1", { V: 57, H: 128, T: 10, C: 18, B: 1 }),
    namesCase("names-step-64", { V: 57, H: 128, T: 10, C: 18, B: 64 }),
    attentionCase("attention-step", { B: 16, S: 20, T: 20, H: 128, V: 1000 }),
  ];
}

function characterCase(name: string, { V, H, L, B, T }: Record<"V" | "H" | "L" | "B" | "T", number>): Case {
  const layers = { I: V, H, L, D: 1, G: 4 };
  const forward = sumOfWork(recurrentWork({ ...layers, B, T }), linearWork(B * T, H, V));
  const weights = (recurrentWork({ ...layers, B: 0, T: 0 }).bytes + linearWork(0, H, V).bytes) / 4;
  return {
    name,
    shape: shapeText({ V, H, L, B, T }),
    pass: "step",
    work: stepWork(forward, weights),
    async prepare() {
      const model = new CharacterModel({ V, H, L });
      const x = await onDevice(wholes(B * T, V, 1), [B, T]);
      const y = await onDevice(wholes(B * T, V, 2), [B, T]);
      return stepTarget(() => model.loss(x, y), model.parameters());
    },
  };
}

function namesCase(name: string, { V, H, T, C, B }: Record<"V" | "H" | "T" | "C" | "B", number>): Case {
  const layer = { I: V, H, L: 1, D: 1, G: 1 };
  const forward = sumOfWork(recurrentWork({ ...layer, B, T }), linearWork(B, H, C));
  const weights = (recurrentWork({ ...layer, B: 0, T: 0 }).bytes + linearWork(0, H, C).bytes) / 4;
  return {
    name,
    shape: shapeText({ V, H, C, B, T }),
    pass: "step",
    work: stepWork(forward, weights),
    async prepare() {
      const model = new NamesModel({ V, H, C });
      const x = await onDevice(wholes(B * T, V, 1), [B, T]);
      const y = await onDevice(wholes(B, C, 2), [B]);
      return stepTarget(() => model.loss(x, y), model.parameters());
    },
  };
}

/** A Bahdanau decoder's step: keys, and for each target step a query, a score and a sum over S positions, and a GRU. */
function attentionCase(name: string, { B, S, T, H, V }: Record<"B" | "S" | "T" | "H" | "V", number>): Case {
  const cell = recurrentWork({ B, T, I: 2 * H, H, L: 1, D: 1, G: 3 });
  const scores = { flops: 4 * B * T * S * H, bytes: 4 * B * S * 2 * H };
  const forward = sumOfWork(linearWork(B * S, H, H), linearWork(B * T, H, H), scores, cell, linearWork(B * T, H, V));
  const weights = V * H + 2 * H * H + H + 3 * H * (3 * H + 1) + V * (H + 1);
  return {
    name,
    shape: shapeText({ B, S, T, H, V }),
    pass: "step",
    work: stepWork(forward, weights),
    async prepare() {
      const model = new AttentionModel({ V, H });
      const memory = await onDevice(noise(B * S * H, 1), [B, S, H]);
      const h = await onDevice(noise(B * H, 2), [B, H]);
      const x = await onDevice(wholes(B * T, V, 3), [B, T]);
      const y = await onDevice(wholes(B * T, V, 4), [B, T]);
      return stepTarget(() => model.loss(memory, h, x, y), model.trained());
    },
  };
}
