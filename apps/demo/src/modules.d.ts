/** Equations as MathML, made while building from a file of TeX; see build/equations.ts. */
declare module "*.tex" {
  const equations: readonly string[];
  export default equations;
}

/** A source file as coloured HTML, made while building; see build/code.ts. */
declare module "*?code" {
  const html: string;
  export default html;
}
