import { tensor } from "@unroll/nn";

console.log(await tensor([1, 2]).data());
