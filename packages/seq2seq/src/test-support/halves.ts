import { type Device, DeviceLimitError } from "@unroll/kernels";
import { expect } from "vitest";

/** Does work that needs halves; where the device has none, it must be refused for that reason. */
export async function withHalves({ features }: Device, work: () => Promise<unknown>): Promise<void> {
  if (features.has("shader-f16")) await work();
  else {
    const refusal = await work().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(DeviceLimitError);
    expect(String(refusal)).toContain("with the feature shader-f16");
  }
}
