import { type Check, UnsupportedCase } from "../compare";
import type { Fields } from "../fields";
import { runSinusoidal } from "./attention/sinusoidal";
import { isTorchTransformer, runTorchTransformer } from "./attention/torch-transformer";
import { runBeamSearch } from "./beam-search";
import { isBleu, runBleu } from "./bleu";
import { runCtcBeamSearch, runCtcGreedy, runCtcLoss } from "./ctc";
import { runEditDistance } from "./edit-distance";
import { runKeras } from "./keras";
import { runLayerNorm } from "./layer-norm";
import { runOnnx } from "./onnx";
import { runOptimizer } from "./optimizers";
import { runPorterStemmer } from "./porter-stemmer";
import { runSchedule } from "./schedules";
import { runTfjs } from "./tfjs";
import { isTorchRnn, runTorchRnn } from "./torch-rnn";

/** Computes what a case asks for, through the public packages. @throws UnsupportedCase where they cannot yet */
export type Runner = (fields: Fields) => Promise<Check[]>;

/**
 * Finds the runner by the form of the case, whatever file it is in.
 * @throws UnsupportedCase saying what there is none for
 */
export function runnerOf(fields: Fields): Runner {
  if (fields.has("node_inputs")) return runOnnx;
  if (fields.has("layer")) return runKeras;
  if (fields.has("layers")) return runTfjs;
  if (fields.has("stems")) return runPorterStemmer;
  if (fields.has("update_rule") || fields.has("optimizer") || /^clip_by_/.test(opOf(fields))) return runOptimizer;
  if (fields.has("schedule")) return runSchedule;
  if (fields.has("module") && isTorchTransformer(fields.text("module"))) return runTorchTransformer;
  const op = opOf(fields);
  if (isTorchRnn(op)) return runTorchRnn;
  if (op === "beam_search") return runBeamSearch;
  if (isBleu(op)) return runBleu;
  if (op === "ctc_beam_search_decode") return runCtcBeamSearch;
  if (op === "ctc_greedy_decode") return runCtcGreedy;
  if (op === "ctc_loss") return runCtcLoss;
  if (op === "edit_distance") return runEditDistance;
  if (op === "layer_norm") return runLayerNorm;
  if (op === "sinusoidal_positional_encoding") return runSinusoidal;
  const about = ["op", "module"].find((key) => fields.has(key));
  throw new UnsupportedCase(
    about === undefined ? "a case of unknown form" : `no ${about === "op" ? "operation" : about} ${fields.text(about)}`,
  );
}

function opOf(fields: Fields): string {
  return fields.has("op") ? fields.text("op") : "";
}
