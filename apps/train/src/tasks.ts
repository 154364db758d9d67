import { accumulatorTask } from "./accumulator/task";
import { anomaliesTask } from "./anomalies/task";
import { captionTask } from "./caption/task";
import { ctcDigitsTask } from "./ctc-digits/task";
import { datesTask } from "./dates/task";
import { entitiesTask } from "./entities/task";
import { g2pTask } from "./g2p/task";
import { helloTask } from "./hello/task";
import { namesTask } from "./names/task";
import { pendigitsTask } from "./pendigits/task";
import { posTask } from "./pos/task";
import { sentimentTask } from "./sentiment/task";
import { shakespeareTask } from "./shakespeare/task";
import { slotsTask } from "./slots/task";
import type { Task } from "./task";
import { translateTask } from "./translate/task";

/** What can be trained; page/tasks.ts has the other side of each. */
export const tasks: readonly Task[] = [
  ...[namesTask, helloTask, accumulatorTask, pendigitsTask, sentimentTask, posTask],
  ...[
    shakespeareTask,
    slotsTask,
    entitiesTask,
    ctcDigitsTask,
    anomaliesTask,
    g2pTask,
    datesTask,
    captionTask,
    translateTask,
  ],
];
