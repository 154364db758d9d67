import type { Json } from "@unroll/testing/node";
import { accumulatorPageTask } from "../accumulator/page-task";
import { anomaliesLearner } from "../anomalies/learner";
import { captionLearner } from "../caption/learner";
import { ctcDigitsLearner } from "../ctc-digits/learner";
import { datesLearner } from "../dates/learner";
import { entitiesLearner } from "../entities/learner";
import { g2pLearner } from "../g2p/learner";
import { helloLearner } from "../hello/learner";
import { learningPageTask } from "../learning/learn";
import { namesLearner } from "../names/learner";
import { pendigitsLearner } from "../pendigits/learner";
import { posLearner } from "../pos/learner";
import type { PageMessage } from "../protocol";
import { sentimentLearner } from "../sentiment/learner";
import { shakespeareLearner } from "../shakespeare/learner";
import { slotsLearner } from "../slots/learner";
import { translateLearner } from "../translate/learner";

/** The side of a task that runs in the worker: trains on `input`, tells how it goes, and returns what came of it. */
export type PageTask = (input: unknown, send: (message: PageMessage) => void) => Promise<Json>;

/** By name; tasks.ts of the command line has the other side of each. */
export const pageTasks: Readonly<Record<string, PageTask>> = {
  names: learningPageTask("names", namesLearner),
  accumulator: accumulatorPageTask,
  entities: learningPageTask("entities", entitiesLearner),
  caption: learningPageTask("caption", captionLearner),
  "ctc-digits": learningPageTask("ctc-digits", ctcDigitsLearner),
  dates: learningPageTask("dates", datesLearner),
  g2p: learningPageTask("g2p", g2pLearner),
  anomalies: learningPageTask("anomalies", anomaliesLearner),
  hello: learningPageTask("hello", helloLearner),
  pendigits: learningPageTask("pendigits", pendigitsLearner),
  pos: learningPageTask("pos", posLearner),
  sentiment: learningPageTask("sentiment", sentimentLearner),
  shakespeare: learningPageTask("shakespeare", shakespeareLearner),
  slots: learningPageTask("slots", slotsLearner),
  translate: learningPageTask("translate", translateLearner),
};
