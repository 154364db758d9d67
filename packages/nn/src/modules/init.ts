import { ValueError } from "@unroll/kernels";
import { expectGenerator, type Generator } from "../random/generator";
import { type Shape, sizeOf } from "../tensor/shape";

/** First values of a parameter. */
export interface Initial {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: Shape;
}

/** U(−bound, bound). @throws ValueError if there are 2^30 or more, or `rng` is no generator */
export function uniform(shape: Shape, bound: number, rng: Generator): Initial {
  return { data: expectGenerator(rng).uniform(sizeOf(shape), -bound, bound), shape };
}

/** N(0, deviation²). */
export function normal(shape: Shape, deviation: number, rng: Generator): Initial {
  return { data: expectGenerator(rng).normal(sizeOf(shape), 0, deviation), shape };
}

/** All `value`. */
export function constant(shape: Shape, value: number): Initial {
  return { data: new Float32Array(sizeOf(shape)).fill(value), shape };
}

/**
 * U(−√(6/(in + out)), √(6/(in + out))) for a matrix [out, in] (Glorot & Bengio 2010).
 * Keras draws its input kernels so.
 */
export function glorotUniform(shape: Shape, rng: Generator, [out, into] = fans(shape)): Initial {
  return uniform(shape, Math.sqrt(6 / (into + out)), rng);
}

/**
 * A matrix [rows, columns] with orthonormal rows, or columns where there are fewer of them (Saxe et al. 2014): the
 * modified Gram-Schmidt basis of normal draws, taken twice so that it is orthogonal to rounding. Keras draws its
 * recurrent kernels so.
 */
export function orthogonal([rows, columns]: readonly [number, number], rng: Generator, gain = 1): Initial {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const draws = normal([count, length], 1, rng).data;
  const basis: Float64Array[] = [];
  for (let row = 0; row < count; row++) {
    const v = Float64Array.from(draws.subarray(row * length, (row + 1) * length));
    for (let pass = 0; pass < 2; pass++) for (const other of basis) removePart(v, other);
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    basis.push(v.map((x) => x / norm));
  }
  const data = new Float32Array(rows * columns);
  for (const [i, v] of basis.entries()) {
    for (const [j, x] of v.entries()) data[rows <= columns ? i * columns + j : j * columns + i] = gain * x;
  }
  return { data, shape: [rows, columns] };
}

/** v ← v − (v·unit)·unit */
function removePart(v: Float64Array, unit: Float64Array): void {
  let along = 0;
  for (let i = 0; i < v.length; i++) along += (v[i] as number) * (unit[i] as number);
  for (let i = 0; i < v.length; i++) v[i] = (v[i] as number) - along * (unit[i] as number);
}

function fans(shape: Shape): [out: number, into: number] {
  if (shape.length !== 2) {
    throw new ValueError({
      where: "init",
      what: "fan-in and fan-out",
      expected: "given for a shape of other than two axes",
      received: "missing",
    });
  }
  return [shape[0] as number, shape[1] as number];
}
