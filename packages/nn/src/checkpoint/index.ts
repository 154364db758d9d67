export {
  CHECKPOINT_VERSION,
  type CheckpointExtras,
  type CheckpointSubject,
  checkpointPosition,
  loadCheckpoint,
  saveCheckpoint,
} from "./checkpoint";
export { CheckpointError, type CheckpointPart } from "./errors";
export {
  type CheckpointStore,
  checkpointStore,
  type Files,
  memoryFiles,
  type NodeFileSystem,
  nodeFiles,
  opfsFiles,
} from "./store";
