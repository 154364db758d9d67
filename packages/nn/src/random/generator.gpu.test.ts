import { randomUniform } from "@unroll/kernels";
import { expect, test } from "vitest";
import { dropout, full, random, run } from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();

test.each([1, 2 ** 32 - 1, 2 ** 40 + 3])("seed %i draws the same numbers on the host and on the GPU", async (seed) => {
  const [host, gpu] = [random(seed), random(seed)];
  for (let draw = 0; draw < 3; draw++) {
    const scalars = { low: 0, high: 1, stream: 0, ...gpu.next() };
    const { out } = run(randomUniform, {}, { dims: { N: 37 }, scalars });
    expect(await out.data()).toEqual(host.uniform(37));
  }
});

test("dropout keeps what the same draw on the host says, and scales it", async () => {
  const [host, gpu] = [random(9), random(9)];
  for (const p of [0.25, 0.5]) {
    const kept = await dropout(full([101], 3), p, { rng: gpu }).data();
    const expected = host.uniform(101).map((unit) => (unit >= p ? 1 : 0));
    expect([...kept].map((value) => (value === 0 ? 0 : 1))).toEqual([...expected]);
    // Division is within 2.5 ulp: of 4 or 6, 2⁻²¹ each.
    for (const value of kept)
      if (value !== 0) expect(Math.abs(value - 3 / (1 - p))).toBeLessThanOrEqual(2.5 * 2 ** -21);
  }
});
