import { ValueError } from "@unroll/kernels";

/** @throws ValueError of `train` */
export function refuse(what: string, expected: string, received: string, remedy = ""): never {
  throw new ValueError({ where: "train", what, expected, received, remedy });
}
