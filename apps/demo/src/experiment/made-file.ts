import { ReadError } from "@unroll/data";

/**
 * Fetches a file that the build made: `fetchMade(url)` with `import url from "made:names.json"`.
 * @throws ReadError if it does not come
 */
export async function fetchMade(url: string): Promise<Response> {
  const refuse = (actual: string, cause?: unknown): ReadError =>
    new ReadError(
      {
        where: "gallery",
        expected: `the file ${url}`,
        actual,
        remedy: "See whether you are online, and reload the page.",
      },
      { cause },
    );
  const response = await fetch(url).catch((cause: unknown) => {
    throw refuse(String(cause), cause);
  });
  if (!response.ok) throw refuse(`an answer of status ${response.status}`);
  return response;
}
