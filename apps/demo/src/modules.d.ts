/** The address of equations as MathML, made while building from a file of TeX; see build/equations.ts. */
declare module "*.tex" {
  const url: string;
  export default url;
}

/** The address of a source file as coloured HTML, made while building; see build/code.ts. */
declare module "*?code" {
  const url: string;
  export default url;
}

/** The address of a file that is made while building; see build/data.ts. */
declare module "made:*" {
  const url: string;
  export default url;
}
