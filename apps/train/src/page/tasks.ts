import type { Json } from "@unroll/testing/node";
import { helloLearner } from "../hello/learner";
import { learningPageTask } from "../learning/learn";
import { trainNamesTask } from "../names/page-task";
import type { PageMessage } from "../protocol";

/** The side of a task that runs in the worker: trains on `input`, tells how it goes, and returns what came of it. */
export type PageTask = (input: unknown, send: (message: PageMessage) => void) => Promise<Json>;

/** By name; tasks.ts of the command line has the other side of each. */
export const pageTasks: Readonly<Record<string, PageTask>> = {
  names: trainNamesTask,
  hello: learningPageTask("hello", helloLearner),
};
