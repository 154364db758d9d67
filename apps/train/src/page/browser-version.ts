/** What Chrome and Edge tell of themselves beside the user-agent string, in which they write all but the first number as 0. */
interface ClientHints {
  getHighEntropyValues(hints: string[]): Promise<{ fullVersionList?: { brand: string; version: string }[] }>;
}

/** Name and full version of the browser: "Chromium 156.0.8078.79". */
export async function browserVersion(navigator: {
  readonly userAgent: string;
  readonly userAgentData?: ClientHints;
}): Promise<string> {
  const values = await navigator.userAgentData?.getHighEntropyValues(["fullVersionList"]);
  // Among the brands is a made-up one, "Not(A:Brand", and a browser built on Chromium names both.
  const brands = (values?.fullVersionList ?? []).filter(({ brand }) => !/not.*brand/i.test(brand));
  const own = brands.find(({ brand }) => brand !== "Chromium") ?? brands[0];
  return own ? `${own.brand} ${own.version}` : navigator.userAgent;
}
