/**
 * Philox-4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter-based generator,
 * so that element n of draw k needs no state and a seed repeats bit for bit on any device.
 */
export const random = {
  /** The high 32 bits of a·b, from 16-bit halves, since WGSL has no 64-bit product. */
  mulHigh: `fn mulHigh(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu; let a1 = a >> 16u;
  let b0 = b & 0xffffu; let b1 = b >> 16u;
  let mid = a1 * b0 + ((a0 * b0) >> 16u);
  let low = a0 * b1 + (mid & 0xffffu);
  return a1 * b1 + (mid >> 16u) + (low >> 16u);
}`,

  /** Four random words from a 128-bit counter and a 64-bit key. */
  philox: `fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let h0 = mulHigh(0xD2511F53u, c.x); let l0 = 0xD2511F53u * c.x;
    let h1 = mulHigh(0xCD9E8D57u, c.z); let l1 = 0xCD9E8D57u * c.z;
    c = vec4u(h1 ^ c.y ^ k.x, l1, h0 ^ c.w ^ k.y, l0);
    k += vec2u(0x9E3779B9u, 0xBB67AE85u);
  }
  return c;
}`,

  /** A word as a number in [0, 1): its upper 24 bits times 2⁻²⁴. */
  unitFloat: `fn unitFloat(word: u32) -> f32 { return f32(word >> 8u) * 5.9604645e-8; }`,
} as const;
