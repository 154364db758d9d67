/**
 * What can be sent of what somebody typed: letters of the alphabet, large ones, and spaces between them.
 * @returns it, and each sign that is left out, once
 */
export function sendable(typed: string, alphabet: string): { readonly text: string; readonly leftOut: string[] } {
  const signs = [...typed.toUpperCase()].map((sign) => (/\s/.test(sign) ? " " : sign));
  const isSent = (sign: string) => sign === " " || alphabet.includes(sign);
  return { text: signs.filter(isSent).join("").trim(), leftOut: [...new Set(signs.filter((sign) => !isSent(sign)))] };
}
