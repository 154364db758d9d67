import type { Device, Program } from "@unroll/kernels";

/** Submits a program `calls` times over, in one pass. */
export function submitCalls(device: Device, program: Program, calls: number): void {
  program.uploadScalars();
  device.submit("bench", (encoder) => {
    const pass = encoder.beginComputePass({ label: "bench" });
    for (let call = 0; call < calls; call++) program.encode(pass);
    pass.end();
  });
}
