import { benches as dotProductAttention } from "./attention/dot-product.bench";
import { benches as attentionScores } from "./attention/scores.bench";
import { benches as conv } from "./conv/conv2d.bench";
import { benches as copy } from "./copy/copy.bench";
import type { KernelBench } from "./core";
import { benches as ctc } from "./ctc/ctc.bench";
import { benches as dropout } from "./dropout/random.bench";
import { benches as elementwise } from "./elementwise/elementwise.bench";
import { benches as embedding } from "./embedding/embedding.bench";
import { benches as indexing } from "./indexing/indexing.bench";
import { benches as linearAttention } from "./linear-attention/linear-attention.bench";
import { benches as matmul } from "./matmul/matmul.bench";
import { benches as batchNorm } from "./norm/batch-norm.bench";
import { benches as norm } from "./norm/layer-norm.bench";
import { benches as rmsNorm } from "./norm/rms-norm.bench";
import { benches as optim } from "./optim/optim.bench";
import { benches as scaledUpdates } from "./optim/scaled-updates.bench";
import { benches as pool } from "./pool/pool.bench";
import { benches as reduce } from "./reduce/reduce.bench";
import { benches as scans } from "./rnn/scan.bench";
import { benches as states } from "./rnn/state.bench";
import { benches as wavefronts } from "./rnn/wavefront.bench";
import { benches as sampling } from "./sampling/categorical.bench";
import { benches as search } from "./search/search.bench";
import { benches as softmax } from "./softmax/softmax.bench";

/** Every kernel with the sizes it is measured at. */
export const benches: readonly KernelBench[] = [
  ...attentionScores,
  ...dotProductAttention,
  ...conv,
  ...copy,
  ...ctc,
  ...dropout,
  ...elementwise,
  ...embedding,
  ...indexing,
  ...linearAttention,
  ...matmul,
  ...batchNorm,
  ...norm,
  ...rmsNorm,
  ...optim,
  ...scaledUpdates,
  ...pool,
  ...reduce,
  ...scans,
  ...states,
  ...wavefronts,
  ...sampling,
  ...search,
  ...softmax,
];
