export {
  Bridge,
  type BridgeName,
  type BridgeSizes,
  bridgeOf,
  CopyBridge,
  ProjectionBridge,
  ZeroBridge,
} from "./bridge";
