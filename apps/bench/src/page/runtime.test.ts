import { expect, test } from "vitest";
import { runtimeName } from "./runtime";

const webkit = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";

test.each([
  [`${webkit} Chrome/140.0.0.0 Safari/537.36`, "Chrome 140.0.0.0"],
  [`${webkit} HeadlessChrome/140.0.0.0 Safari/537.36`, "Chrome 140.0.0.0"],
  [`${webkit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.1.2`, "Edge 140.0.1.2"],
  ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", "Safari 26.0"],
  ["Mozilla/5.0 (Windows NT 10.0; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox 141.0"],
  ["curl/8", "a browser"],
])("%s", (userAgent, name) => expect(runtimeName(userAgent)).toBe(name));
