/**
 * Exact counts of what was asked of a device since it was opened. Tests and the bench read differences of them;
 * `live` fields go down again, all others only grow.
 */
export class Counters {
  /** Compute dispatches encoded. */
  dispatches = 0;
  /** Calls of `queue.submit`. */
  submissions = 0;
  /** GPU buffers created. */
  buffers = 0;
  /** GPU buffers created and not destroyed. */
  liveBuffers = 0;
  /** Bytes of the live buffers. */
  liveBytes = 0;
  /** Bind groups created. */
  bindGroups = 0;
  /** Compute pipelines created. */
  pipelines = 0;
  /** Bytes written from the host. */
  uploadedBytes = 0;
  /** Buffers mapped to be read by the host. */
  readbacks = 0;

  /** A copy of the counts now. */
  snapshot(): CounterValues {
    return { ...this };
  }

  /** What was counted since `earlier`. */
  since(earlier: CounterValues): CounterValues {
    const now = this.snapshot();
    for (const key of Object.keys(now) as (keyof CounterValues)[]) {
      now[key] -= earlier[key];
    }
    return now;
  }
}

/** The counts of one moment, or what was counted between two. */
export type CounterValues = Pick<
  Counters,
  | "dispatches"
  | "submissions"
  | "buffers"
  | "liveBuffers"
  | "liveBytes"
  | "bindGroups"
  | "pipelines"
  | "uploadedBytes"
  | "readbacks"
>;
