import { helloTask } from "./hello/task";
import { namesTask } from "./names/task";
import type { Task } from "./task";

/** What can be trained; page/tasks.ts has the other side of each. */
export const tasks: readonly Task[] = [namesTask, helloTask];
