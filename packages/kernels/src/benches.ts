import type { KernelBench } from "./core";
import { benches as dropout } from "./dropout/random.bench";
import { benches as elementwise } from "./elementwise/elementwise.bench";
import { benches as matmul } from "./matmul/matmul.bench";
import { benches as norm } from "./norm/layer-norm.bench";
import { benches as optim } from "./optim/optim.bench";
import { benches as softmax } from "./softmax/softmax.bench";

/** Every kernel with the sizes it is measured at. */
export const benches: readonly KernelBench[] = [...dropout, ...elementwise, ...matmul, ...norm, ...optim, ...softmax];
