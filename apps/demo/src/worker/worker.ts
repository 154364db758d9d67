import { loadExperiment } from "../experiment/labs";
import { type Call, failureOf, type Message } from "./protocol";
import { Trainer } from "./trainer";

const post = (message: Message): void => self.postMessage(message);
const trainer = new Trainer(loadExperiment, (event, lab) => post({ event, lab }));

self.addEventListener("message", async ({ data }: MessageEvent<Call>) => {
  const { id, command, args } = data;
  try {
    // the page's `Remote` gave the arguments their types; a message can carry none
    const handle: (...given: never[]) => Promise<unknown> = trainer[command];
    post({ reply: { id, result: await handle.apply(trainer, args as never[]) } });
  } catch (error) {
    post({ reply: { id, failure: failureOf(error) } });
  }
});
