export { type TestDevice, useDevice } from "./use-device";
