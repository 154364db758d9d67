import { defineKernel, foldGrid, perCall, read, wgsl, write } from "../core";

/** Invocations of a workgroup, which share a row. */
const LANES = 64;

/**
 * One class of each row, drawn with the probabilities softmax(logits / temperature), of those that the filters leave:
 *   topK   the K largest logits; what equals the K-th stays too
 *   topP   then the fewest, largest first, whose probabilities add up to P of what is left (nucleus; Holtzman et al. 2020)
 * and then by the inverse of the distribution function: the class in whose part of [0, total) the number u·total falls.
 *
 * Nothing is sorted: a filter is the largest bound at which what lies at or above it suffices, and that is found bit by bit
 * in 32 walks over the row, since the bits of a float, with negative ones turned over, are in the order of the numbers.
 * Both a count and a sum in a fixed order can only fall as the bound rises, so the bound is exact.
 *
 * u is the first word of Philox's counter (0, stream, draw, row), as dropout's first of a row: 24 bits, so what is less
 * probable than 2⁻²⁴ is hardly ever drawn. What is masked, −1e29 or less, never is; of a row that is all masked, class 0.
 */
export const categorical = defineKernel({
  name: "categorical",
  dims: { R: perCall("rows"), V: perCall("classes") },
  scalars: {
    inverseTemperature: "f32",
    topK: "u32", // V or more keeps all
    topP: "f32", // 1 keeps all
    seedLow: "u32",
    seedHigh: "u32",
    stream: "u32",
    draw: "u32",
  },
  bindings: { logits: read("f32", "R V"), ids: write("u32", "R") },
  plan: ({ R }, limits) => ({
    workgroupSize: LANES,
    ...foldGrid(R, limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
  }),
  cost: ({ R, V }) => ({ flops: 8 * R * V, bytes: 4 * R * (V + 1) }), // without filters
  wgsl: ({ widest }) => wgsl`
    var<workgroup> weights: array<f32, ${LANES}>;
    var<workgroup> counts: array<u32, ${LANES}>;

    // larger numbers, larger keys
    fn keyOf(x: f32) -> u32 {
      let bits = bitcast<u32>(x);
      return bits ^ select(0x80000000u, 0xffffffffu, bits >= 0x80000000u);
    }

    // e^((x − highest)/temperature), exactly 0 for what is masked or too small to be drawn
    fn weightOf(x: f32, highest: f32) -> f32 {
      let exponent = (x - highest) * dims.inverseTemperature;
      return select(exp(max(exponent, -80.0)), 0.0, x <= -1e29 || exponent < -80.0);
    }

    fn countFrom(base: u32, lane: u32, low: u32) -> u32 {
      var own = 0u;
      for (var v = lane; v < dims.V; v += ${LANES}u) { own += select(0u, 1u, keyOf(logits[base + v]) >= low); }
      counts[lane] = own;
      workgroupBarrier();
      var all = 0u;
      for (var other = 0u; other < ${LANES}u; other++) { all += counts[other]; }
      workgroupBarrier(); // before the next walk writes over what others still read
      return all;
    }

    // leaves each lane's own part in weights[lane], until the next walk
    fn weightFrom(base: u32, lane: u32, low: u32, highest: f32) -> f32 {
      var own = 0.0;
      for (var v = lane; v < dims.V; v += ${LANES}u) {
        let x = logits[base + v];
        if (keyOf(x) >= low) { own += weightOf(x, highest); }
      }
      workgroupBarrier();
      weights[lane] = own;
      workgroupBarrier();
      var all = 0.0;
      for (var other = 0u; other < ${LANES}u; other++) { all += weights[other]; }
      return all;
    }

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.R) { return; } // the whole workgroup overhangs
      let base = row * dims.V;
      var highest = -3.4e38;
      for (var v = lane; v < dims.V; v += ${LANES}u) { highest = max(highest, logits[base + v]); }
      weights[lane] = highest;
      workgroupBarrier();
      for (var other = 0u; other < ${LANES}u; other++) { highest = max(highest, weights[other]); }

      var low = 0u;
      if (dims.topK < dims.V) {
        for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
          let candidate = low | bit;
          if (countFrom(base, lane, candidate) >= dims.topK) { low = candidate; }
        }
      }
      if (dims.topP < 1.0) {
        let goal = dims.topP * weightFrom(base, lane, low, highest);
        var bound = 0u;
        for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
          let candidate = bound | bit;
          if (weightFrom(base, lane, max(low, candidate), highest) >= goal) { bound = candidate; }
        }
        low = max(low, bound);
      }

      let word = philox(vec4u(0u, dims.stream, dims.draw, row), vec2u(dims.seedLow, dims.seedHigh)).x;
      let goal = unitFloat(word) * weightFrom(base, lane, low, highest);
      // The last part, of those with any weight, that begins at or before the goal: rounding cannot lead past all of them.
      var winner = 0u;
      var start = 0.0;
      var sum = 0.0;
      for (var other = 0u; other < ${LANES}u; other++) {
        let weight = weights[other];
        if (weight > 0.0 && sum <= goal) { winner = other; start = sum; }
        sum += weight;
      }
      if (lane != winner) { return; }
      var place = 0u;
      var own = 0.0;
      for (var v = lane; v < dims.V; v += ${LANES}u) {
        let x = logits[base + v];
        let weight = select(0.0, weightOf(x, highest), keyOf(x) >= low);
        if (weight > 0.0 && own <= goal - start) { place = v; }
        own += weight;
      }
      ids[row] = place;
    }`,
});
