type Dims = Readonly<Record<string, number>>;

/** "B16 T64 I128 H128": letters of the dims, one alphabet everywhere, with what is special after them. */
export function shapeText(dims: Dims, ...notes: readonly string[]): string {
  return [...Object.entries(dims).map(([name, value]) => `${name}${value}`), ...notes].join(" ");
}

/** The same of a kernel's dims, without the strides that follow from the others; E0 20, E1 64 is written E20x64. */
export function kernelShape(dims: Dims, ...notes: readonly string[]): string {
  const extents = new Map<string, string>();
  for (const [name, value] of Object.entries(dims)) {
    if (/^(ld.|stride.*|offset|[SF]\d)$/.test(name) || value === 0) continue;
    const axis = /^([A-Z])(\d)$/.exec(name)?.[1];
    const before = axis === undefined ? undefined : extents.get(axis);
    if (before !== undefined && value === 1) continue; // axes that are not there
    extents.set(axis ?? name, before === undefined ? String(value) : `${before}x${value}`);
  }
  return [...[...extents].map(([name, value]) => `${name}${value}`), ...notes].join(" ");
}
