import { type Device, open } from "@unroll/kernels";
import { useDevice } from "@unroll/testing/vitest";

/** One device for a test file. */
export const useTestDevice = (): { readonly device: Device } =>
  useDevice((limits) => open({ limits, onWarning: () => undefined, choices: { policy: "expected" } }));
