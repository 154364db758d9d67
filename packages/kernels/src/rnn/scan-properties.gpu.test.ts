import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type HostArray, runKernel } from "../core";
import { useTestDevice } from "../test-support/device";
import { padReference } from "./pack.reference";
import { type Case, dimsOf, type Family, families, forwardInputs, keep, lengthsOf, optionsOf } from "./scan.families";
import type { ScanInputs, Tensor64 } from "./scan.reference";
import { finalState, previousState } from "./state";

const holder = useTestDevice();

const typed = (arrays: Readonly<Record<string, ArrayLike<number>>>): Record<string, HostArray> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, of]) => [
      name,
      name === "lengths" || name === "order" ? Uint32Array.from(of) : Float32Array.from(of),
    ]),
  );

/** Runs a layer forward and backward with its kernels alone: y [B, T, D, H], dGates [B, T, D, G·H], hN [D, B, H]. */
async function runLayer(family: Family, size: Case, inputs: ScanInputs, dy: Tensor64) {
  const { device } = holder;
  const [dims, options] = [dimsOf(size), optionsOf(family, size)];
  const forward = typed(forwardInputs(family, inputs, size));
  const out = await runKernel(device, family.forward, { dims, options, inputs: forward });
  const some = (names: readonly string[], from: Readonly<Record<string, HostArray>>): Record<string, HostArray> =>
    Object.fromEntries(names.flatMap((name) => (from[name] ? [[name, from[name]]] : [])));
  const state = {
    dims,
    options: { reverse: size.reverse ?? false },
    inputs: { ...some(["h0"], forward), ...typed(lengthsOf(size)), ...some(["y"], out) },
  };
  const { hPrev } = await runKernel(device, previousState, state);
  const { hN } = await runKernel(device, finalState, state);
  const rows = Float32Array.from(padReference(inputs.r));
  const available = {
    ...out,
    ...(hPrev ? { hPrev } : {}),
    ...typed({ dy: dy.data }),
    rows,
    ...some(["order"], forward),
  };
  const wanted = Object.keys(family.backward.bindings).filter((name) => name !== "carry" && !name.startsWith("dG"));
  const back = await runKernel(device, family.backward, { dims, options, inputs: some(wanted, available) });
  const part = (of: HostArray | undefined, shape: number[]): Tensor64 => ({ shape, data: Float64Array.from(of ?? []) });
  const { B, T, D, H } = size;
  return {
    y: part(out.y, [B, T, D, H]),
    dGates: part(back.dGates ?? back.dGx, [B, T, D, family.cell("usual").G * H]),
    hN: part(hN, [D, B, H]),
  };
}

/** Elements of `of` whose place passes `test`, in order. */
function where({ shape, data }: Tensor64, test: (place: number[]) => boolean): Float64Array {
  return data.filter((_, n) => {
    let rest = n;
    const place = shape.toReversed().map((extent) => {
      const index = rest % extent;
      rest = Math.floor(rest / extent);
      return index;
    });
    return test(place.reverse());
  });
}

/** Bits, so that 0 and −0 differ. */
const bits = (of: Float64Array): number[] => Array.from(new Uint32Array(Float32Array.from(of).buffer));

describe.each(families)("$name", (family) => {
  const lengths = [4, 0, 3, 1, 2, 4, 4, 1, 3];
  const size = { D: 2, B: 9, T: 4, H: 19, lengths };
  const { D, B, T, H } = size;
  const GH = family.cell("usual").G * H;
  const inputs = keep(
    {
      gx: normal([B, T, D, GH], { seed: 1 }),
      r: normal([D, GH, H], { seed: 2, scale: 0.3 }),
      h0: normal([D, B, H], { seed: 3 }),
      c0: normal([D, B, H], { seed: 4 }),
      bN: normal([D, H], { seed: 5 }),
    },
    family,
    size,
  );
  const dy = normal([B, T, D, H], { seed: 6 });

  test("padding further changes no bit within the lengths, and gives zeros beyond them", async () => {
    const more = 5;
    // What lies at padding is never looked at, so it may be anything.
    const stretch = ({ shape, data }: Tensor64): Tensor64 => {
      const width = data.length / B;
      const wide = (width / T) * (T + more);
      const stretched = new Float64Array(wide * B).fill(7);
      for (let b = 0; b < B; b++) stretched.set(data.subarray(b * width, (b + 1) * width), b * wide);
      return { shape: [B, T + more, ...shape.slice(2)], data: stretched };
    };
    const short = await runLayer(family, size, inputs, dy);
    const long = await runLayer(family, { ...size, T: T + more }, { ...inputs, gx: stretch(inputs.gx) }, stretch(dy));
    for (const name of ["y", "dGates"] as const) {
      const within = ([b = 0, t = 0]: number[]): boolean => t < (lengths[b] ?? 0);
      expect(bits(where(long[name], within)), name).toEqual(bits(where(short[name], within)));
      expect(new Set(bits(where(long[name], (place) => !within(place)))), name).toEqual(new Set([0]));
    }
    expect(bits(long.hN.data)).toEqual(bits(short.hN.data));
  });

  test("two directions give the bits that each gives alone", async () => {
    const both = await runLayer(family, size, inputs, dy);
    for (const d of [0, 1]) {
      const ofDirection = (of: Tensor64, axis: number): Tensor64 => ({
        shape: of.shape.map((extent, n) => (n === axis ? 1 : extent)),
        data: where(of, (place) => place[axis] === d),
      });
      const { gx, ...others } = inputs;
      const { r, ...states } = others;
      const single = {
        gx: ofDirection(gx, 2),
        r: ofDirection(r, 0),
        ...Object.fromEntries(Object.entries(states).map(([name, of]) => [name, ofDirection(of, 0)])),
      };
      const alone = await runLayer(family, { ...size, D: 1, reverse: d === 1 }, single, ofDirection(dy, 2));
      expect(bits(alone.y.data), "y").toEqual(bits(ofDirection(both.y, 2).data));
      expect(bits(alone.dGates.data), "dGates").toEqual(bits(ofDirection(both.dGates, 2).data));
      expect(bits(alone.hN.data), "hN").toEqual(bits(ofDirection(both.hN, 0).data));
    }
  });

  test("a row gives the bits in a batch that it gives alone", async () => {
    const batch = await runLayer(family, size, inputs, dy);
    const ofRow = (of: Tensor64, axis: number, b: number): Tensor64 => ({
      shape: of.shape.map((extent, n) => (n === axis ? 1 : extent)),
      data: where(of, (place) => place[axis] === b),
    });
    const b = 2;
    const { h0, c0 } = inputs;
    const row = {
      ...inputs,
      gx: ofRow(inputs.gx, 0, b),
      ...(h0 ? { h0: ofRow(h0, 1, b) } : {}),
      ...(c0 ? { c0: ofRow(c0, 1, b) } : {}),
    };
    const alone = await runLayer(family, { ...size, B: 1, lengths: [3] }, row, ofRow(dy, 0, b));
    expect(bits(alone.y.data), "y").toEqual(bits(ofRow(batch.y, 0, b).data));
    expect(bits(alone.dGates.data), "dGates").toEqual(bits(ofRow(batch.dGates, 0, b).data));
    expect(bits(alone.hN.data), "hN").toEqual(bits(ofRow(batch.hN, 1, b).data));
  });
});
