import type { Experiment } from "../experiment/experiment";
import { type Call, failureOf, type Message } from "./protocol";
import { Trainer } from "./trainer";

/** Trains an experiment as the page asks: all that a worker does. The page names the worker by the path of its lab. */
export function serve(experiment: Experiment): void {
  const post = (message: Message): void => self.postMessage(message);
  const trainer = new Trainer(self.name, experiment, (event) => post({ event }));

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
}
