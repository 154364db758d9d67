/** Names in the metadata of a weights file: the task it is of, and its settings and facts as JSON. */
export const TASK_KEY = "unroll.task";
export const MODEL_KEY = "unroll.model";
