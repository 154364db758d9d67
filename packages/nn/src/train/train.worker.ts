import { open } from "@unroll/kernels";
import { train } from "..";
import { modelBits } from "../test-support/bits";
import { shortTraining } from "../test-support/short-training";

/** Trains as the test on the page does, with no page in sight, and posts the losses and the bits of the weights. */
async function work(): Promise<void> {
  const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
  using _device = await open({ limits, onWarning: () => undefined });
  const losses: number[] = [];
  const options = shortTraining(11);
  await train({ ...options, onProgress: ({ loss }) => losses.push(loss) });
  self.postMessage({ hasPage: "document" in self, losses, weights: await modelBits(options.model) });
}

work().catch((error: unknown) => self.postMessage({ failed: String(error) }));
