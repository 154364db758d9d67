export { CheckpointError, type CheckpointPart } from "./errors";
export { checkpointPosition, loadCheckpoint } from "./load-checkpoint";
export { type CheckpointExtras, saveCheckpoint } from "./save-checkpoint";
export { CHECKPOINT_VERSION, type CheckpointSubject } from "./saved";
export {
  type CheckpointStore,
  checkpointStore,
  type Files,
  memoryFiles,
  type NodeFileSystem,
  nodeFiles,
  opfsFiles,
} from "./store";
