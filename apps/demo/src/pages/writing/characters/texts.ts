import proseFile from "made:moby-dick.txt";
import sourceFile from "made:source-code.txt";
import { ValueError } from "@unroll/kernels";
import { fetchMade } from "../../../experiment/made-file";
import type { Values } from "../../../experiment/settings";
import { keptFiles } from "../../../worker/storage";
import { vocabularyOf } from "./model";
import { ownText } from "./own-text";
import type { settings } from "./settings";

export type TextName = Values<typeof settings>["text"];

const OWN = "writing-own.txt";
const files = () => keptFiles("gallery-texts");

/** The text of that name. @throws ValueError if the visitor gave none */
export async function readText(name: TextName): Promise<string> {
  if (name === "Moby-Dick") return (await fetchMade(proseFile)).text();
  if (name === "source code") return (await fetchMade(sourceFile)).text();
  const kept = await files();
  if ((await kept.list()).includes(OWN)) return new TextDecoder().decode(await kept.read(OWN));
  throw new ValueError({
    where: "writing",
    what: "your own file",
    expected: "a file of text",
    received: "none",
    remedy: "Choose one with the button “Learn from a file”.",
  });
}

/**
 * Keeps the visitor's text in this browser, so that it is there after a reload.
 * @throws Error if nothing can be learned from it: what was kept before stays, since the model that learned from it does
 */
export async function keepText(text: string): Promise<void> {
  const kept = ownText(text);
  vocabularyOf(kept); // throws where no character is frequent enough
  await (await files()).write(OWN, new TextEncoder().encode(kept));
}
